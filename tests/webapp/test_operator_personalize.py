"""The operator's page for what speaks Personalize: true of the document in every state, closed to others, and nothing done by looking."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender import operator_key
from recommender.access_keys import open_access_keys
from recommender.personalize import acts
from recommender.personalize.jobs import tickets
from recommender.personalize.live import Live
from recommender.personalize.resources import ACTIVE, INACTIVE, KEY, PENDING, STOPPED, Work
from recommender.settings import Settings
from tests.recommender.personalize.rooms import LONG_REASON, METRICS, STATES, RoomMaker, everything, failed, running
from tests.webapp.fake_recommender import FakeRecommender

NOW = 1_795_264_245.5
PAGE = "/operator/personalize"


@pytest.fixture
def recommender(var_settings: Settings, var: Path) -> FakeRecommender:
    return FakeRecommender(replace(var_settings, operator_file=str(var / "operator")))


@pytest.fixture
def inside(client: FlaskClient, recommender: FakeRecommender) -> FlaskClient:
    """A browser that came in."""
    assert client.post("/operator/", data={"key": operator_key.make(Path(recommender.settings.operator_file))}).status_code == 303
    return client


@pytest.fixture
def make(recommender: FakeRecommender, app: Flask) -> RoomMaker:
    """What there is, at a clock that the page shares."""
    made = RoomMaker(recommender.settings, NOW)
    app.extensions["personalize"] = made.desk
    return made


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2])))


def act(browser: FlaskClient, what: str, arn: str) -> str:
    """Done as the form of the page that asks does it; where it leads."""
    asked = browser.get(f"{PAGE}/act", query_string={"act": what, "of": arn}).text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked))
    answer = browser.post(f"{PAGE}/act", data=fields)
    assert answer.status_code == 303, words(answer.text)
    return str(answer.headers["Location"])


class TestDoor:
    @pytest.mark.parametrize("path", [PAGE, f"{PAGE}/act?act=delete&of=campaign/x"])
    def test_it_is_for_the_operator_alone(self, client, path):
        answer = client.get(path)

        assert (answer.status_code, answer.headers["Location"]) == (303, "/operator/")

    def test_nobody_else_can_do_anything(self, client, make):
        made = everything(make)

        answer = client.post(f"{PAGE}/act", data={"act": "delete", "of": made["campaign"]})

        assert (answer.status_code, answer.headers["Location"]) == (303, "/operator/")
        assert make.desk.registry.read().find(made["campaign"])

    def test_a_form_of_another_site_is_refused(self, inside, make):
        made = everything(make)

        for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            assert inside.post(f"{PAGE}/act", data={"act": "delete", "of": made["campaign"]}, headers=header).status_code == 403
        assert make.desk.registry.read().find(made["campaign"])

    def test_nobody_keeps_it(self, inside):
        answer = inside.get(PAGE)

        assert (answer.status_code, answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == (200, "no-store", "noindex")

    def test_the_overview_leads_to_it(self, inside):
        assert f'href="{PAGE}"' in inside.get("/operator/").text


class TestLooking:
    def test_with_nothing_it_says_how_to_begin(self, inside):
        html = inside.get(PAGE).text

        assert ">The room is empty</h1>" in html
        assert [line.partition(" ")[0] for line in re.findall(r"<pre><code>(.*?)</code></pre>", html)] == [
            "http://localhost/personalize",
            "matinee",
            "python",
        ]
        assert "jobs.js" not in html

    def test_while_jobs_are_under_way_each_says_how_far_it_is_and_how_long_others_took(self, inside, make):
        running(make)

        html = inside.get(PAGE).text

        assert ">Two jobs are under way</h1>" in html
        assert "Fitting ordered; at it for 4.0 s. None was timed here yet; Amazon takes 45 min." in words(html)
        assert "Asked for 4 seconds ago; nobody has begun it yet. Usually 1.9 s here; 15 min at Amazon." in words(html)
        assert '<progress max="1" value="0.42"' in html
        assert 'data-open="2"' in html
        assert "jobs.js" in html

    def test_a_clock_that_is_behind_makes_no_time_negative(self, inside, make):
        running(make)
        make.now -= 60

        assert "at it for 0.0 ms." in words(inside.get(PAGE).text)

    def test_what_takes_much_longer_than_usual_is_called_slow(self, inside, make):
        made = running(make)
        make.begin(made["waiting"])
        make.now += 60

        assert "Usually 1.9 s here, so this one is slow; 15 min at Amazon." in words(inside.get(PAGE).text)

    def test_why_a_job_failed_is_told_in_full(self, inside, make):
        failed(make)

        html = inside.get(PAGE).text

        assert ">One job failed</h1>" in html
        assert LONG_REASON in words(html)

    def test_a_day_later_a_failure_is_history(self, inside, make):
        failed(make)
        make.now += 24 * 3600

        html = inside.get(PAGE).text

        assert ">Everything is ready</h1>" in html
        assert LONG_REASON in words(html)

    def test_work_that_nobody_does_is_no_failure_but_is_told_apart(self, inside, make):
        made = running(make)
        make.end_what_is_begun(made["version"])
        make.now += 40

        html = inside.get(PAGE).text

        assert ">Jobs wait, and nobody does them</h1>" in html
        assert "matinee personalize work" in words(html)

    def test_everything_stands_below_its_group(self, inside, make):
        everything(make)

        films = inside.get(PAGE).text.split('class="group"')[1]
        said = words("<main" + films)

        for part in (
            "Interactions films-clicks 100,836 1 active films-ratings",
            "Items films-catalogue 9,742 2 active films-titles-again",
            "Recipe aws-user-personalization , here ordered .",
            "trained in 41.5 s; answers for personal-home, personal-mail",
            "Parameters: n_factors 149, recent_steps 4.",
            "0 to 1 0.3",
            "Filter not-watched",
            "6 events of 2 users",
        ):
            assert part in said
        assert "related" not in films

    def test_a_version_stands_beside_what_is_popular_with_every_metric_explained(self, inside, make):
        everything(make)

        html = inside.get(PAGE).text
        first = html.partition("worth-table")[2].partition("</table>")[0]

        assert (
            "Better than what is popular, clear of chance. "
            "NDCG@10 over popular: +0.0469, with 95 % confidence between +0.0359 and +0.0579, over 610 users."
        ) in words(html)
        assert "Worse than what is popular, clear of chance. NDCG@10 over popular: −0.0157" in words(html)
        assert "Not better than what is popular by more than chance: that would serve as well." in words(html)
        shown = [float(number) for number in re.findall(r"<td><strong>([\d.]+)</strong></td>", first)]
        assert sorted(shown) == sorted(METRICS.values())
        assert len(re.findall(r"</strong> <small>[^<]{10,}</small>", first)) == len(METRICS)

    def test_a_recommender_says_what_it_is_worth_as_well(self, inside, make):
        everything(make)

        card = inside.get(PAGE).text.split('class="card-of"')[-1]

        assert "top-picks active Recipe aws-vod-top-picks , here blend" in words("<main" + card)
        assert "Better than what is popular, clear of chance." in words("<main" + card)

    def test_where_what_is_popular_was_not_measured_nothing_is_claimed(self, inside, make):
        made = everything(make)

        def step(found):
            for arn in (made["version"], made["recommender"]):
                del found.get(arn).inner["popular"], found.get(arn).inner["gain"]

        make.desk.registry.change(step)
        html = inside.get(PAGE).text

        assert "Better than" not in words(html)
        assert "0.1043" in html

    def test_what_amazon_would_take_while_nobody_asks(self, inside, make):
        everything(make)

        assert words(inside.get(PAGE).text).count("1 request a second provisioned; nothing here $144.12") == 2

    def test_how_a_campaign_is_asked_is_told_by_day(self, inside, make):
        everything(make)

        cards = inside.get(PAGE).text.split('class="card-of"')[1:]
        never, often, _ = (words("<main" + card.partition("</li>")[0]) for card in cards)
        (drawn,) = re.findall(r'<path class="graph-part" d="([^"]*)"', cards[1])
        heights = [float(height) for height in re.findall(r"v-([\d.]+)", drawn)]

        assert "Nobody has asked it yet." in never
        assert f"Asked in 30 days {sum(range(120, 411, 10)):,} Made ahead" in often
        assert "before anybody asked 80 %" in often
        assert "Ask most 586" in often
        assert heights == sorted(heights)
        assert len(heights) == 30

    def test_a_campaign_that_nobody_has_asked_for_long_is_called_idle(self, inside, make):
        everything(make)
        make.now += 45 * 24 * 3600

        assert words(inside.get(PAGE).text).count("Idle for 45 days.") == 3

    def test_when_a_solution_is_trained_next_is_told(self, inside, make):
        made = running(make)
        make.end_what_is_begun(made["version"])
        make.desk.registry.change(lambda found: found.get(made["solution"]).body.update(performAutoTraining=True))

        assert "trained again every 7 days if there is something new, next 28 November 2026" in words(inside.get(PAGE).text)

    def test_keys_are_listed_without_their_secrets(self, inside, make, app):
        keys = open_access_keys(make.settings, str(app.secret_key))
        key, secret = keys.add(("runtime", "events"), note="the front page")

        html = inside.get(PAGE).text

        assert f"{key.access_key_id} the front page runtime, events" in words(html)
        assert secret not in html

    def test_names_from_outside_are_text(self, inside, make):
        failed(make)
        make.desk.registry.change(lambda found: setattr(found.get("dataset-import-job/films-november"), "failure_reason", "<b>bold</b>"))

        assert "&lt;b&gt;bold&lt;/b&gt;" in inside.get(PAGE).text

    def test_a_document_that_cannot_be_read_is_told_in_words(self, inside, make):
        make.desk.registry.blobs.write(KEY, b"no JSON")

        answer = inside.get(PAGE)

        assert answer.status_code == 200
        assert ">Not to be told now</h1>" in answer.text

    @pytest.mark.parametrize("state", STATES)
    def test_looking_changes_nothing(self, inside, make, state):
        made, blobs = STATES[state](make), make.desk.registry.blobs
        before = {key: blobs.read(key) for key in blobs.list("")}

        inside.get(PAGE)
        for arn in made.values():
            for what in acts.ACTS:
                assert inside.get(f"{PAGE}/act", query_string={"act": what, "of": arn}).status_code == 200

        assert {key: blobs.read(key) for key in blobs.list("")} == before


class TestActing:
    def test_a_campaign_is_deleted_once_the_page_has_said_what_follows(self, inside, make):
        made = everything(make)

        asked = words(inside.get(f"{PAGE}/act", query_string={"act": "delete", "of": made["campaign"]}).text)
        after = inside.get(act(inside, "delete", made["campaign"])).text

        assert "Tried out on a copy just now, nothing was changed: it would go, and nothing else." in asked
        assert 'aws personalize create-campaign --cli-input-json \'{"name":"personal-mail"' in asked
        assert "Campaign personal-mail is deleted." in words(after)
        assert make.desk.registry.read().find(made["campaign"]) is None

    def test_what_something_rests_on_stays(self, inside, make):
        made = everything(make)

        for arn, in_the_way in ((made["solution"], "campaign/personal-home"), (made["group"], "solution/personal")):
            html = inside.get(f"{PAGE}/act", query_string={"act": "delete", "of": arn}).text
            answer = inside.post(f"{PAGE}/act", data={"act": "delete", "of": arn})

            assert f'of={in_the_way}">' in html
            assert "<form" not in html.partition("<main")[2].partition("</main>")[0]
            assert answer.status_code == 409
            assert make.desk.registry.read().find(arn)

    def test_what_goes_along_is_counted(self, inside, make):
        made = everything(make)

        html = inside.get(f"{PAGE}/act", query_string={"act": "delete", "of": made["empty solution"]}).text

        assert "it would go, and with it 1 training" in words(html)
        assert made["stopped"].partition(":solution/")[2] in html

    def test_what_clients_have_put_goes_with_its_data_set_once_the_form_is_sent(self, inside, make):
        made, live = failed(make), Live(make.desk.registry.blobs)

        inside.get(f"{PAGE}/act", query_string={"act": "delete", "of": made["dataset"]})
        assert len(live.of_user("films", "22")) == 1

        act(inside, "delete", made["dataset"])
        assert live.of_user("films", "22") == ()

    def test_a_tracker_has_no_way_back(self, inside, make):
        made = everything(make)

        html = inside.get(f"{PAGE}/act", query_string={"act": "delete", "of": made["tracker"]}).text

        assert "There is no way back." in words(html)

    def test_a_training_stops_and_begins_again(self, inside, make):
        made = running(make)
        make.desk.registry.change(lambda found: setattr(found.work[make_key(made["version"])], "ticket", ""))

        after = inside.get(act(inside, "stop", made["version"])).text
        stopped = make.desk.registry.read().get(made["version"]).status
        again = inside.get(act(inside, "retry", made["version"])).text

        assert (stopped, make.desk.registry.read().get(made["version"]).status) == (STOPPED, PENDING)
        assert "was stopped." in words(after)
        assert "begins again." in words(again)

    def test_a_failed_import_begins_again_and_can_succeed(self, inside, make):
        made = failed(make)

        act(inside, "retry", made["job"])
        make.end(made["job"], 1.0)

        one = make.desk.registry.read().get(made["job"])
        assert (one.status, one.failure_reason) == (ACTIVE, "")
        assert ">Everything is ready</h1>" in inside.get(PAGE).text

    def test_a_recommender_rests_and_answers_again(self, inside, make):
        arn, states = everything(make)["recommender"], []

        for what, says in (("stop", "it would rest. It keeps what it has learned"), ("retry", "it would answer again. It answers by what")):
            assert f"act={what}&amp;of=recommender/top-picks" in inside.get(PAGE).text
            assert says in words(inside.get(f"{PAGE}/act", query_string={"act": what, "of": arn}).text)
            act(inside, what, arn)
            states.append(make.desk.registry.read().get(arn).status)

        assert states == [INACTIVE, ACTIVE]
        assert acts.possible(make.desk.registry.read().get(arn), has_work=False) == ("stop", "delete")

    def test_what_is_over_meanwhile_is_told(self, inside, make):
        made = running(make)
        make.end_what_is_begun(made["version"])

        answer = inside.post(f"{PAGE}/act", data={"act": "stop", "of": made["version"]})

        assert answer.status_code == 409
        assert "only a job that waits or runs can be stopped" in words(answer.text)

    def test_a_version_whose_update_is_stopped_goes_on_as_it_was(self, inside, make):
        made = everything(make)
        key = make_key(made["version"])
        make.desk.registry.change(lambda found: found.work.update({key: Work(key, "refresh", NOW)}))

        asked = words(inside.get(f"{PAGE}/act", query_string={"act": "stop", "of": made["version"]}).text)
        act(inside, "stop", made["version"])

        assert "what was there before stays in force" in asked
        found = make.desk.registry.read()
        assert (found.get(made["version"]).status, key in found.work) == (ACTIVE, False)

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"act": "delete", "of": "campaign/none"}, 404),
            ({"act": "explode", "of": "campaign/none"}, 400),
            ({"act": "delete"}, 404),
            ({"act": ["stop", "retry"], "of": "x"}, 400),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, inside, make, sent, status):
        running(make)

        assert inside.get(f"{PAGE}/act", query_string=sent).status_code == status
        assert inside.post(f"{PAGE}/act", data=sent).status_code == status

    @pytest.mark.parametrize("query", ["done=delete&of=campaign/personal-home", "done=delete&of=<b>", "done=nonsense&of=campaign/x"])
    def test_nothing_is_claimed_that_was_not_done(self, inside, make, query):
        everything(make)

        html = inside.get(f"{PAGE}?{query}").text

        assert "is deleted." not in html
        assert "<b>" not in html


def make_key(arn: str) -> str:
    return arn.partition(":000000000000:")[2]


def test_the_ticket_of_a_stopped_training_ends_nothing(inside, make):
    made = running(make)
    work = make.desk.registry.read().work[make_key(made["version"])]

    act(inside, "stop", made["version"])
    tickets.end(make.desk.registry, work.key, work.ticket, lambda found, one: None)

    assert make.desk.registry.read().get(made["version"]).status == STOPPED
