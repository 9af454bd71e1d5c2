"""Lists as clients get them: whose they are, what changes them, and what is refused."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.errors import PersonalizeError, StorageError
from recommender.models import recipes
from recommender.personalize import arns
from recommender.personalize.answers.serving import NotReadyError, OutOfServiceError
from recommender.personalize.arns import amazons, arn_of, key_of
from recommender.personalize.columns import Ids
from recommender.personalize.learning.fitting import made_ahead
from recommender.personalize.refusals import InvalidInputError, ResourceNotFoundError
from recommender.personalize.resources import ACTIVE, Resource
from recommender.personalize.trained import FORGOTTEN
from tests.recommender.personalize.answers.town import GROUP, NO_EXPLORING, SCHEMAS, Town, watched
from tests.recommender.personalize.worlds import BEGAN, COMEDIES, DRAMAS, WATCHED, two_tastes

EVERYTHING = [*COMEDIES, *DRAMAS]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def films(town: Town) -> str:
    return town.campaign(**NO_EXPLORING)


class TestAPersonsList:
    def test_a_campaign_of_the_same_name_never_answers_from_the_one_before_it(self, town: Town, films: str) -> None:
        assert town.items(campaignArn=films, userId="ann")[0] == "c3"
        taught = two_tastes()
        others = replace(taught, items=Ids.of([f"book{at}" for at in range(len(taught.items))], "items"))
        version = arn_of(arns.VERSION, "books", "1")
        body = {"solutionArn": arn_of(arns.SOLUTION, "books"), "datasetGroupArn": arn_of(arns.GROUP, "shop")}
        body["recipeArn"] = amazons("recipe", "aws-user-personalization")
        town.put(Resource(version, ACTIVE, 0, 0, body, {"model": town.trained(others, "personalize/models/books/1-a")}))
        said = {"name": "films", "solutionVersionArn": version, "campaignConfig": NO_EXPLORING}
        town.put(Resource(films, ACTIVE, 9, 9, said))
        time.sleep(town.blobs.seconds_between_looks)
        assert town.items(campaignArn=films, userId="ann")[0].startswith("book")

    def test_scores_of_strangers_are_kept_once_and_of_others_within_bounds(self, town: Town, films: str, monkeypatch: Any) -> None:
        monkeypatch.setattr("recommender.personalize.answers.loaded.BYTES_OF_SCORES", 17 * 8 * 20)
        answers = town.worker()
        first = town.items(answers, campaignArn=films, userId="stranger")
        kept = answers._models.of_serving(answers._serving({"campaignArn": films})).scores
        assert len(kept) == 1
        for number in range(50):
            assert town.items(answers, campaignArn=films, userId=f"stranger-{number}") == first
        assert len(kept) == 1
        for number in range(50):
            town.live.put_events("town", f"new-{number}", [watched("c1")])
            town.items(answers, campaignArn=films, userId=f"new-{number}")
        assert len(kept) == 20

    def test_nobody_is_answered_as_somebody_who_was_deleted(self, town: Town) -> None:
        taught = two_tastes()
        names = [f"{FORGOTTEN}0" if name == "ann" else name for name in taught.users.texts(range(len(taught.users)))]
        films = town.campaign(trained=replace(taught, users=Ids.of(names, "users")), **NO_EXPLORING)
        assert town.items(campaignArn=films, userId=f"{FORGOTTEN}0") == town.items(campaignArn=films, userId="stranger")

    def test_it_is_what_people_of_the_same_taste_watched_with_scores_that_fall(self, town: Town, films: str) -> None:
        answer = town.ask(campaignArn=films, userId="ann")
        assert answer["itemList"][0]["itemId"] == "c3"
        scores = [one["score"] for one in answer["itemList"]]
        assert scores == sorted(scores, reverse=True)
        assert 0 < sum(scores) <= 1
        assert answer["recommendationId"].startswith("RID-")
        assert len(answer["recommendationId"]) <= 40
        assert town.items(campaignArn=films, userId="dan")[0] == "d3"

    def test_what_they_have_taken_part_in_is_not_on_it_and_everything_else_may_be(self, town: Town, films: str) -> None:
        for user, theirs in WATCHED.items():
            assert sorted(town.items(campaignArn=films, userId=user)) == sorted(set(EVERYTHING) - set(theirs))

    def test_numbers_of_results(self, town: Town, films: str) -> None:
        assert [len(town.items(campaignArn=films, userId="ann", numResults=n)) for n in (1, 3, 0, 500)] == [1, 3, 6, 6]
        with pytest.raises(InvalidInputError, match="numResults must be from 0 to 500, not 501"):
            town.ask(campaignArn=films, userId="ann", numResults=501)

    def test_an_event_changes_the_next_list_at_once_in_every_worker(self, town: Town, films: str) -> None:
        other = town.worker()
        before = town.items(campaignArn=films, userId="ann"), town.items(other, campaignArn=films, userId="ann")
        town.live.put_events("town", "ann", [watched("c3")])
        after = town.items(campaignArn=films, userId="ann"), town.items(other, campaignArn=films, userId="ann")
        assert before[0] == before[1]
        assert after[0] == after[1]
        assert before[0][0] == "c3"
        assert after[0][0] == "c4"

    def test_the_list_after_events_is_the_one_a_training_with_them_would_score(self, town: Town) -> None:
        trained = two_tastes("user-cosine")
        campaign = town.campaign(trained=replace(trained, facts={}), **NO_EXPLORING)
        town.live.put_events("town", "new", [watched("d1"), watched("d2", 1_700_000_001.0)])
        assert town.items(campaignArn=campaign, userId="new")[0] == "d3"

    def test_an_event_that_was_learned_from_changes_nothing(self, town: Town, films: str) -> None:
        trained = two_tastes()
        of = trained.interactions.of(0)
        before = town.ask(campaignArn=films, userId="ann")["itemList"]
        events = [
            watched(trained.items.text(int(column)), float(at))
            for column, at in zip(trained.interactions.columns[of], trained.interactions.times[of], strict=True)
        ]
        town.live.put_events("town", "ann", events)
        assert town.ask(campaignArn=films, userId="ann")["itemList"] == before

    def test_stars_put_since_decide(self, town: Town) -> None:
        """Cid and Bob like c3; whoever gives what they share half a star is not told to watch it first by a model of liking."""
        campaign = town.campaign(ours="user-cosine", **NO_EXPLORING)
        liked = replace(watched("c1", kind="rating"), value=5.0)
        town.live.put_events("town", "new", [liked])
        history = json.loads(town.answers.recommendations({"campaignArn": campaign, "userId": "new"}))
        assert history["itemList"][0]["itemId"] == "c2"

    def test_all_who_are_unknown_get_the_same_popular_list(self, town: Town, films: str) -> None:
        first = town.items(campaignArn=films, userId="nobody")
        assert first == town.items(campaignArn=films, userId="another") == town.items(campaignArn=films, userId="new")
        assert sorted(first) == EVERYTHING

    def test_a_visitor_is_asked_for_by_their_session_before_they_sign_in(self, town: Town, films: str) -> None:
        town.live.put_anonymous("town", "session-1", [watched("d1")])
        assert town.items(campaignArn=films, userId="session-1")[0] == "d2"

    def test_lists_made_ahead_are_those_that_would_be_made_now(self, town: Town) -> None:
        trained = two_tastes()
        ahead = town.campaign("ahead", trained=trained, **NO_EXPLORING)
        now = town.campaign("now", trained=replace(trained, ready=np.full((7, 0), -1, dtype=np.int32)), **NO_EXPLORING)
        for user in WATCHED:
            assert town.ask(campaignArn=ahead, userId=user)["itemList"] == town.ask(campaignArn=now, userId=user)["itemList"]
        assert {(key, ahead) for key, _, ahead in town.asked} == {("campaign/ahead", True), ("campaign/now", False)}

    @pytest.mark.parametrize("ours", ["user-cosine", "item-cosine", "ordered", "session-knn"])
    def test_scores_made_ahead_are_those_that_would_be_made_now(self, town: Town, ours: str) -> None:
        trained = two_tastes(ours)
        ready, shares = made_ahead(trained.model, len(trained.users))
        ahead = town.campaign("ahead", trained=replace(trained, ready=ready, ready_scores=shares), **NO_EXPLORING)
        now = town.campaign("now", trained=replace(trained, ready=np.full((7, 0), -1, dtype=np.int32)), **NO_EXPLORING)
        for user in WATCHED:
            assert town.ask(campaignArn=ahead, userId=user)["itemList"] == town.ask(campaignArn=now, userId=user)["itemList"]
        assert all(len(town.ask(campaignArn=ahead, userId=user, numResults=3)["itemList"]) == 3 for user in WATCHED)

    @pytest.mark.parametrize("ours", ["popular", "recent"])
    def test_what_is_popular_is_the_same_for_everybody(self, town: Town, ours: str) -> None:
        campaign = town.campaign(recipe="aws-popularity-count", ours=ours)
        lists = [town.ask(campaignArn=campaign, userId=user)["itemList"] for user in ("ann", "dan", "nobody")]
        assert lists[0] == lists[1] == lists[2]
        assert len(lists[0]) == 8


class TestItemsLikeOne:
    def test_they_were_watched_by_the_same_people(self, town: Town) -> None:
        campaign = town.campaign(recipe="aws-sims", ours="item-cosine")
        answer = town.ask(campaignArn=campaign, itemId="d1", numResults=4)["itemList"]
        assert {one["itemId"] for one in answer[:2]} == {"d2", "d3"}
        assert "reason" not in answer[0]
        assert answer[3]["reason"] == ["Popular item"]
        assert "d1" not in {one["itemId"] for one in answer}

    def test_by_content_the_same_kinds_follow(self, town: Town) -> None:
        campaign = town.campaign(recipe="aws-similar-items", ours="item-cosine")
        answer = town.ask(campaignArn=campaign, itemId="d1", numResults=4)["itemList"]
        assert {one["itemId"] for one in answer[:2]} == {"d2", "d3"}
        assert answer[2]["itemId"] == "d4"
        assert "reason" not in answer[2]

    def test_of_an_item_that_nobody_knows_they_are_popular(self, town: Town) -> None:
        campaign = town.campaign(recipe="aws-sims", ours="item-cosine")
        answer = town.ask(campaignArn=campaign, itemId="x")["itemList"]
        assert {tuple(one["reason"]) for one in answer} == {("Popular item",)}

    def test_a_filter_may_speak_of_the_item(self, town: Town) -> None:
        campaign = town.campaign(recipe="aws-sims", ours="item-cosine")
        older = town.filter("INCLUDE ItemID WHERE Items.YEAR < CurrentItem.YEAR")
        assert set(town.items(campaignArn=campaign, itemId="d2", filterArn=older)) == {*COMEDIES, "d1"}


class TestARanking:
    def test_it_is_the_items_given_in_the_order_for_the_user_and_those_unknown_last(self, town: Town) -> None:
        campaign = town.campaign(recipe="aws-personalized-ranking")
        sent = {"campaignArn": campaign, "userId": "ann", "inputList": ["zz", "d4", "c4", "aa", "c3"]}
        answer = json.loads(town.answers.ranking(sent))
        assert [one["itemId"] for one in answer["personalizedRanking"]] == ["c3", "c4", "d4", "zz", "aa"]
        assert sum(one.get("score", 0) for one in answer["personalizedRanking"]) == pytest.approx(1)

    def test_a_filter_takes_items_out_of_it(self, town: Town) -> None:
        campaign = town.campaign(recipe="aws-personalized-ranking")
        dramas = town.filter('INCLUDE ItemID WHERE Items.GENRES IN ("Drama")')
        sent = {"campaignArn": campaign, "userId": "ann", "inputList": ["zz", "d4", "c3", "c4"], "filterArn": dramas}
        assert {one["itemId"] for one in json.loads(town.answers.ranking(sent))["personalizedRanking"]} == {"c4", "d4"}

    def test_a_list_that_is_too_long_and_the_wrong_question_are_refused(self, town: Town, films: str) -> None:
        campaign = town.campaign("ranks", recipe="aws-personalized-ranking")
        with pytest.raises(InvalidInputError, match="at most 500 items, not 501"):
            town.answers.ranking({"campaignArn": campaign, "userId": "ann", "inputList": ["c1"] * 501})
        with pytest.raises(InvalidInputError, match="ask GetPersonalizedRanking"):
            town.ask(campaignArn=campaign, userId="ann")
        with pytest.raises(InvalidInputError, match="ask GetRecommendations"):
            town.answers.ranking({"campaignArn": films, "userId": "ann", "inputList": ["c1"]})


class TestFiltersAndPromotions:
    def test_an_event_of_the_second_of_another_that_was_learned_is_one_of_its_own(self, town: Town, films: str) -> None:
        bought = town.filter('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("buy")')
        town.live.put_events("town", "ann", [watched("c1", at=float(BEGAN), kind="buy")])
        town.live.put_events("town", "bob", [watched("c1", at=float(BEGAN))])
        assert town.items(campaignArn=films, userId="ann", filterArn=bought) == ["c1"]
        assert town.items(campaignArn=films, userId="bob", filterArn=bought) == []
        town.items(campaignArn=films, userId="bob")
        assert town.asked[-1] == ("campaign/films", "bob", True)  # what he did was learned, so his list made ahead holds

    def test_a_filter_with_values(self, town: Town, films: str) -> None:
        genre = town.filter("INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)")
        assert set(town.items(campaignArn=films, userId="ann", filterArn=genre, filterValues={"GENRE": '"Drama"'})) == {"c4", *DRAMAS}
        with pytest.raises(InvalidInputError, match="must give GENRE"):
            town.ask(campaignArn=films, userId="ann", filterArn=genre)

    def test_whoever_asks_for_what_they_did_is_given_it(self, town: Town, films: str) -> None:
        again = town.filter('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")')
        assert set(town.items(campaignArn=films, userId="ann", filterArn=again)) == {"c1", "c2"}

    def test_a_filter_asks_what_was_put_of_the_user(self, town: Town, films: str) -> None:
        children = town.filter('EXCLUDE ItemID WHERE Items.GENRES IN ("Drama") IF CurrentUser.AGE < 18')
        assert "d1" in town.items(campaignArn=films, userId="ann", filterArn=children)
        town.live.put_users("dataset/town/USERS", {"ann": {"AGE": 12}})
        assert set(town.items(campaignArn=films, userId="ann", filterArn=children)) == {"c3"}

    def test_a_filter_goes_by_what_was_put_of_an_item_last(self, town: Town, films: str) -> None:
        sold = town.filter('EXCLUDE ItemID WHERE Items.GENRES IN ("Sold") | EXCLUDE ItemID WHERE Items.YEAR > 1994', "sold")
        assert town.items(campaignArn=films, userId="ann", filterArn=sold) == ["c3", "c4", "d1"]
        town.live.put_items("dataset/town/ITEMS", {"c3": {"GENRES": "Comedy|Sold", "YEAR": 1992}, "d2": {"GENRES": "x"}, "nobody's": {}})
        assert town.items(campaignArn=films, userId="ann", filterArn=sold) == ["c4", "d2", "d1"]
        assert town.items(campaignArn=films, userId="ann")[0] == "c3"  # nobody asked it to go
        town.live.put_items("dataset/town/ITEMS", {"c3": {"GENRES": "Comedy", "YEAR": 1992}})
        assert town.items(campaignArn=films, userId="ann", filterArn=sold)[0] == "c3"
        town.live.forget_rows("dataset/town/ITEMS")
        assert town.items(campaignArn=films, userId="ann", filterArn=sold) == ["c3", "c4", "d1"]

    def test_a_filter_may_ask_for_a_column_that_came_after_the_training(self, town: Town, films: str) -> None:
        added = [*SCHEMAS["ITEMS"], {"name": "STOCK", "type": ["null", "int"]}, {"name": "SHELF", "type": ["null", "string"]}]
        text = json.dumps({"type": "record", "name": "Items", "fields": added, "version": "1.0"})
        town.put(Resource(arn_of(arns.SCHEMA, "items"), ACTIVE, 0, 0, {"name": "items", "schema": text}))
        there = town.filter("INCLUDE ItemID WHERE Items.STOCK > 0", "there")
        shelf = town.filter('EXCLUDE ItemID WHERE Items.SHELF IN ("top")', "shelf")
        assert town.items(campaignArn=films, userId="ann", filterArn=there) == []
        assert town.items(campaignArn=films, userId="ann", filterArn=shelf)[0] == "c3"
        town.live.put_items("dataset/town/ITEMS", {"c3": {"GENRES": "Comedy", "STOCK": 2, "SHELF": "top"}})
        assert town.items(campaignArn=films, userId="ann", filterArn=there) == ["c3"]
        assert town.items(campaignArn=films, userId="ann", filterArn=shelf)[0] == "c4"

    def test_items_that_were_put_are_looked_at_after_a_while_and_the_first_who_asks_waits(self, town: Town, films: str) -> None:
        worker = town.worker(seconds_between_items=60)
        sold = town.filter('EXCLUDE ItemID WHERE Items.GENRES IN ("Sold")', "sold")
        town.live.put_items("dataset/town/ITEMS", {"c3": {"GENRES": "Sold"}})
        assert "c3" not in town.items(worker, campaignArn=films, userId="ann", filterArn=sold)
        town.live.put_items("dataset/town/ITEMS", {"c3": {"GENRES": "Comedy"}})
        assert "c3" not in town.items(worker, campaignArn=films, userId="ann", filterArn=sold)

    def test_a_store_in_trouble_leaves_filters_as_they_were(self, town: Town, films: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(key: str) -> dict[str, dict[str, Any]]:
            raise StorageError("away")

        monkeypatch.setattr(town.answers.live, "items", gone)
        sold = town.filter('INCLUDE ItemID WHERE Items.GENRES IN ("Comedy")', "sold")
        assert town.items(campaignArn=films, userId="ann", filterArn=sold)[0] == "c3"

    @pytest.mark.parametrize(("percent", "n", "told"), [(50, 4, 2), (100, 4, 4), (25, 4, 1), (1, 4, 0), (50, 6, 3), (34, 3, 1)])
    def test_a_promotion_has_its_share_of_the_places(self, town: Town, films: str, percent: int, n: int, told: int) -> None:
        dramas = town.filter("INCLUDE ItemID WHERE Items.YEAR > 1993")
        promotion = {"name": "dramas", "percentPromotedItems": percent, "filterArn": dramas}
        answer = town.ask(campaignArn=films, userId="ann", numResults=n, promotions=[promotion])["itemList"]
        assert len({one["itemId"] for one in answer}) == n
        promoted = [one for one in answer if one.get("promotionName") == "dramas"]
        assert len(promoted) == told
        assert all(one["itemId"] in DRAMAS and one["reason"] == ["Promoted item"] for one in promoted)

    def test_a_promotion_must_say_what_it_is(self, town: Town, films: str) -> None:
        with pytest.raises(InvalidInputError, match="A promotion must have filterArn"):
            town.ask(campaignArn=films, userId="ann", promotions=[{"name": "x", "percentPromotedItems": 10}])

    def test_filters_of_others_and_of_nobody_are_refused(self, town: Town, films: str) -> None:
        with pytest.raises(ResourceNotFoundError):
            town.ask(campaignArn=films, userId="ann", filterArn=arn_of(arns.FILTER, "gone"))
        body = {"filterExpression": "EXCLUDE ItemID WHERE Items.YEAR = 1", "datasetGroupArn": arn_of(arns.GROUP, "city")}
        other = town.put(Resource(arn_of(arns.FILTER, "other"), ACTIVE, 0, 0, body))
        with pytest.raises(InvalidInputError, match="of another data set group"):
            town.ask(campaignArn=films, userId="ann", filterArn=other)
        with pytest.raises(InvalidInputError, match="give its filterArn as well"):
            town.ask(campaignArn=films, userId="ann", filterValues={"A": "1"})


class TestFieldsOfItems:
    def test_they_are_given_where_the_campaign_says_so(self, town: Town) -> None:
        campaign = town.campaign(enableMetadataWithRecommendations=True, **NO_EXPLORING)
        answer = town.ask(campaignArn=campaign, userId="ann", numResults=1, metadataColumns={"ITEMS": ["GENRES", "YEAR"]})
        assert answer["itemList"][0]["metadata"] == {"GENRES": "Comedy", "YEAR": "1992"}
        with pytest.raises(InvalidInputError, match="at most 50"):
            town.ask(campaignArn=campaign, userId="ann", numResults=51, metadataColumns={"ITEMS": ["YEAR"]})
        with pytest.raises(InvalidInputError, match="no field COLOUR"):
            town.ask(campaignArn=campaign, userId="ann", metadataColumns={"ITEMS": ["COLOUR"]})

    def test_elsewhere_they_are_refused(self, town: Town, films: str) -> None:
        with pytest.raises(InvalidInputError, match="set enableMetadataWithRecommendations"):
            town.ask(campaignArn=films, userId="ann", metadataColumns={"ITEMS": ["GENRES"]})


class TestCampaigns:
    def test_two_campaigns_answer_differently_at_once(self, town: Town, films: str) -> None:
        other = town.campaign("liked", recipe="aws-popularity-count", ours="popular")
        assert town.items(campaignArn=films, userId="ann") != town.items(campaignArn=other, userId="ann")

    @pytest.mark.parametrize(
        ("sent", "refused", "sentence"),
        [
            ({}, InvalidInputError, "Give either campaignArn or recommenderArn; there is neither."),
            ({"campaignArn": "a", "recommenderArn": "b"}, InvalidInputError, "Give either campaignArn or recommenderArn, not both."),
            ({"campaignArn": arn_of(arns.CAMPAIGN, "gone"), "userId": "a"}, ResourceNotFoundError, "There is no resource"),
            ({"campaignArn": GROUP, "userId": "a"}, ResourceNotFoundError, "There is no resource"),
        ],
    )
    def test_what_is_not_there_is_refused(self, town: Town, sent: dict[str, Any], refused: type[PersonalizeError], sentence: str) -> None:
        with pytest.raises(refused, match=sentence):
            town.ask(**sent)

    def test_a_user_must_be_named_where_the_recipe_goes_by_users(self, town: Town, films: str) -> None:
        with pytest.raises(InvalidInputError, match="userId must be given: aws-user-personalization makes lists by it"):
            town.ask(campaignArn=films)

    def test_one_that_is_not_active_answers_nobody(self, town: Town, films: str) -> None:
        one = town.registry.read().get(films)
        town.put(replace(one, status="CREATE IN_PROGRESS"))
        with pytest.raises(NotReadyError, match="is CREATE IN_PROGRESS, and answers once it is ACTIVE"):
            town.worker().recommendations({"campaignArn": films, "userId": "ann"})

    def test_an_arn_of_another_account_finds_it(self, town: Town, films: str) -> None:
        assert town.items(campaignArn=films.replace("000000000000", "123456789012").replace("us-east-1", "eu-west-1"), userId="ann")

    def test_a_torn_model_answers_nobody(self, town: Town, films: str) -> None:
        (folder,) = (town.folder / "blobs/personalize/models/films").iterdir()
        torn = folder / "ready.npy"
        torn.chmod(0o644)
        torn.write_bytes(torn.read_bytes()[:-8] + b"\0" * 8)
        with pytest.raises(OutOfServiceError, match="is not the one that was trained"):
            town.ask(campaignArn=films, userId="ann")
        with pytest.raises(OutOfServiceError):
            town.ask(campaignArn=films, userId="ann")

    def test_while_another_model_is_loaded_the_one_before_answers(self, town: Town, films: str) -> None:
        before = town.items(campaignArn=films, userId="ann")
        popular = two_tastes("popular")
        model = town.trained(
            replace(popular, model=recipes.fit("popular", popular.matrix, popular.catalogue)), "personalize/models/films/2-b"
        )
        version = town.registry.read().get(arn_of(arns.VERSION, "films", "1"))
        town.put(replace(version, inner={"model": model}))
        answers = town.answers
        answers.registry.read()
        answers.registry._looked = float("-inf")
        assert town.items(campaignArn=films, userId="ann") in (before, town.items(town.worker(), campaignArn=films, userId="ann"))
        for _ in range(200):
            if len(town.items(campaignArn=films, userId="ann")) == 8:
                break
            time.sleep(0.01)
        assert len(town.items(campaignArn=films, userId="ann")) == 8

    def test_models_asked_for_least_lately_are_let_go(self, town: Town, films: str) -> None:
        from recommender.personalize.answers.loaded import Models
        from recommender.personalize.trained import load

        loads: list[str] = []

        def counted(key: str, sha256: str) -> Any:
            loads.append(key)
            return load(town.blobs, key, sha256)

        other, third = town.campaign("two", **NO_EXPLORING), town.campaign("three", **NO_EXPLORING)
        answers = town.worker()
        answers._models = Models(counted, most=2)
        for campaign in (films, other, films, third, films, other):
            assert town.items(answers, campaignArn=campaign, userId="ann")[0] == "c3"
        assert [key.split("/")[2] for key in loads] == ["films", "two", "three", "two"]

    def test_a_recommender_answers_by_its_own_arn_and_leaves_out_what_was_watched(self, town: Town) -> None:
        model = town.trained(two_tastes("item-cosine"), "personalize/models/like/1-a")
        body = {"datasetGroupArn": GROUP, "recipeArn": amazons("recipe", "aws-vod-more-like-x"), "recommenderConfig": {}}
        arn = town.put(Resource(arn_of(arns.RECOMMENDER, "like"), ACTIVE, 0, 0, body, {"model": model}))
        found = town.items(recommenderArn=arn, userId="eve", itemId="d4")
        assert not set(found) & set(WATCHED["eve"])
        with pytest.raises(InvalidInputError, match="itemId must be given"):
            town.ask(recommenderArn=arn, userId="eve")
        assert key_of(arn) == "recommender/like"
