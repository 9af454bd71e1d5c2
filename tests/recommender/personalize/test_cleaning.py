import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from recommender.cli import main
from recommender.errors import SettingError
from recommender.personalize import arns
from recommender.personalize.asks import Asks, asked
from recommender.personalize.cleaning import DAY, days_of, idle, take_away
from recommender.personalize.jobs.worker import Worker
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, CREATE, Registry, Resource, Work
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs

NOW = 1_800_000_000.0
OLD, NEW = NOW - 60 * DAY, NOW - 1 * DAY


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(blobs_url=f"file://{tmp_path}/blobs", cache_folder=str(tmp_path / "cache"))


@pytest.fixture
def registry(settings: Settings) -> Registry:
    return Registry(open_blobs(settings.blobs_url), now=Clock())


def add(registry: Registry, kind: str, *names: str, created: float = OLD, **body: object) -> str:
    one = Resource(arns.arn_of(kind, *names), ACTIVE, created, created, {"name": names[0], **body})
    return registry.change(lambda found: found.add(one)).arn


def solution(registry: Registry, name: str, *, created: float = OLD) -> str:
    """A solution with one version; the version's ARN."""
    arn = add(registry, arns.SOLUTION, name, created=created)
    return add(registry, arns.VERSION, name, "1", created=created, solutionArn=arn)


def ask(registry: Registry, key: str, at: float) -> None:
    clock = Clock()
    clock.now = at
    asks = Asks(registry.blobs, now=clock, seconds=99)
    asks.note(key, "ann", ahead=True)
    asks.note(key, "bob", ahead=False)
    asks.write()


def keys(registry: Registry) -> set[str]:
    return set(registry.read().by_key)


def test_a_campaign_that_nobody_asks_goes_and_its_solution_with_it(registry):
    add(registry, arns.CAMPAIGN, "c", solutionVersionArn=solution(registry, "s"))
    assert [one.key for one in idle(registry, 30)] == ["campaign/c", "solution/s"]
    assert keys(registry) == {"solution/s", "solution/s/1", "campaign/c"}  # nothing has changed
    assert [one.key for one in take_away(registry, 30)] == ["campaign/c", "solution/s"]
    assert keys(registry) == set()


def test_a_campaign_that_is_asked_stays_and_keeps_its_solution(registry):
    add(registry, arns.CAMPAIGN, "c", solutionVersionArn=solution(registry, "s"))
    ask(registry, "campaign/c", NOW - 20 * DAY)
    assert take_away(registry, 30) == []
    assert [one.key for one in take_away(registry, 10)] == ["campaign/c", "solution/s"]
    assert asked(registry.blobs, "campaign/c", now=NOW, days=100).asked == 0


@pytest.mark.parametrize("what", ["made", "updated"])
def test_a_campaign_that_is_new_or_was_changed_lately_stays(registry, what):
    latest = {"latestCampaignUpdate": {"creationDateTime": NEW}} if what == "updated" else {}
    add(registry, arns.CAMPAIGN, "c", created=NEW if what == "made" else OLD, solutionVersionArn=solution(registry, "s"), **latest)
    assert idle(registry, 30) == []


def test_a_solution_stays_while_it_is_trained_or_listed_with_or_new(registry):
    solution(registry, "new", created=NEW)
    trained = solution(registry, "trained")
    listed = solution(registry, "listed")
    add(registry, arns.BATCH, "job", created=NEW, solutionVersionArn=listed)
    key = arns.key_of(trained)
    registry.change(lambda found: found.work.update({key: Work(key, CREATE, NOW)}))
    assert idle(registry, 30) == []


@pytest.mark.parametrize("what", ["asked", "made anew", "trained"])
def test_what_is_needed_again_before_it_has_gone_stays(registry, monkeypatch, what):
    version = solution(registry, "s")
    campaign = add(registry, arns.CAMPAIGN, "c", solutionVersionArn=version)
    real = registry.change

    def meanwhile(step):
        monkeypatch.setattr(registry, "change", real)
        if what == "asked":
            ask(registry, "campaign/c", NOW - 1)
        elif what == "made anew":
            real(lambda found: found.remove(campaign))
            add(registry, arns.CAMPAIGN, "c", created=NOW, solutionVersionArn=version)
        else:
            add(registry, arns.VERSION, "s", "2", created=NOW, solutionArn=arns.arn_of(arns.SOLUTION, "s"))
        return real(step)

    monkeypatch.setattr(registry, "change", meanwhile)
    gone = [one.key for one in take_away(registry, 30)]
    assert gone == (["campaign/c"] if what == "trained" else [])
    assert keys(registry) >= {"solution/s", "solution/s/1"}
    assert "campaign/c" in keys(registry) or what == "trained"


def test_a_recommender_that_nobody_asks_goes(registry):
    add(registry, arns.RECOMMENDER, "r")
    ask(registry, "recommender/r", NOW - 40 * DAY)
    (one,) = take_away(registry, 30)
    assert one.sentence() == "recommender/r: asked last on 2026-12-06, idle for 40 days"


@pytest.mark.parametrize("days", [0, -1, float("nan")])
def test_days_must_be_more_than_none(registry, days):
    with pytest.raises(InvalidInputError, match="--idle-days must be a number above 0"):
        idle(registry, days)


@pytest.mark.parametrize("text", ["0", "soon", "nan", "-3"])
def test_a_setting_that_is_no_number_of_days_is_refused(text):
    with pytest.raises(SettingError, match="MATINEE_PERSONALIZE_IDLE_DAYS"):
        days_of(text)


def test_the_worker_cleans_where_the_setting_says_so(registry, settings):
    add(registry, arns.CAMPAIGN, "c", solutionVersionArn=solution(registry, "s"))
    Worker(registry, settings, ["true"]).run(until_idle=True)
    assert len(keys(registry)) == 3
    cleaning = Settings(blobs_url=settings.blobs_url, cache_folder=settings.cache_folder, personalize_idle_days="30")
    Worker(registry, cleaning, ["true"]).run(until_idle=True)
    assert keys(registry) == set()


def run(settings: Settings, *words: str) -> str:
    environment = {"MATINEE_BLOBS_URL": settings.blobs_url, "MATINEE_CACHE_FOLDER": settings.cache_folder}
    found = CliRunner().invoke(main, ["personalize", *words], env=environment)
    return found.output if found.exit_code == 0 else f"exit {found.exit_code}: {found.output}"


def test_cleanup_says_what_would_go_and_takes_it_away_by_yes_alone(registry, settings):
    add(registry, arns.CAMPAIGN, "c", created=1_600_000_000, solutionVersionArn=solution(registry, "s", created=1_600_000_000))
    for words in (["--dry-run"], []):
        said = run(settings, "cleanup", "--idle-days", "30", *words)
        assert "campaign/c: never asked, idle for" in said
        assert "2 would go; --yes takes them away." in said
    assert len(keys(registry)) == 3
    assert "2 taken away." in run(settings, "cleanup", "--idle-days", "30", "--yes")
    assert keys(registry) == set()
    assert run(settings, "cleanup", "--idle-days", "30") == "Nothing is idle for 30 days.\n"
    assert "not both" in run(settings, "cleanup", "--idle-days", "30", "--yes", "--dry-run")


def test_campaigns_are_listed_with_what_they_are_asked(registry, settings):
    import time

    version = solution(registry, "s")
    add(registry, arns.CAMPAIGN, "c", created=time.time() - 5 * DAY, solutionVersionArn=version, minProvisionedTPS=3)
    ask(registry, "campaign/c", time.time() - 2 * DAY)
    (line,) = map(json.loads, run(settings, "campaigns", "--json").splitlines())
    assert (line["key"], line["status"], line["version"], line["tps"]) == ("campaign/c", "ACTIVE", "s/1", 3)
    assert (line["asked"], line["hit_rate"], round(line["idle_days"])) == (2, 0.5, 2)
    assert line["busiest"] == [["ann", 1], ["bob", 1]]
    said = run(settings, "campaigns")
    assert "50%" in said
    assert "asked most: ann (1), bob (1)" in said


def test_solutions_are_listed_with_what_comes_next(registry, settings):
    arn = add(registry, arns.SOLUTION, "s", recipeArn="arn:aws:personalize:::recipe/aws-sims", performAutoTraining=True)
    add(registry, arns.SOLUTION, "by-hand", performAutoML=True)
    metrics = {"normalized_discounted_cumulative_gain_at_25": 0.25}
    add(registry, arns.VERSION, "s", "1", solutionArn=arn)
    registry.change(lambda found: found.by_key["solution/s/1"].inner.update(metrics=metrics, trained=OLD))
    first, second = map(json.loads, run(settings, "solutions", "--json").splitlines())
    assert (first["recipe"], first["metric"], first["every"], first["next"]) == ("aws-sims", 0.25, 7, OLD + 7 * DAY)
    assert (second["recipe"], second["every"], second["next"]) == ("AutoML", None, None)
    said = run(settings, "solutions")
    assert "2026-11-23 08:00" in said
    assert "by hand" in said


def test_nothing_is_said_in_words(settings):
    assert run(settings, "solutions") == "There are no solutions.\n"
    assert run(settings, "campaigns") == "There are no campaigns.\n"
