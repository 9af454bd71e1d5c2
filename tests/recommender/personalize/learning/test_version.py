import csv
import itertools
import time
from pathlib import Path

import numpy as np
import pytest

from recommender.costs.months import month_of
from recommender.data.matrix import RatingMatrix
from recommender.evaluation.amazon import told_as_amazon
from recommender.evaluation.plans import plan
from recommender.evaluation.trials import tried
from recommender.models import recipes
from recommender.personalize import arns
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.answers.relevance import ordered, scored
from recommender.personalize.asks import Asks
from recommender.personalize.learning import fitting
from recommender.personalize.learning import version as version_jobs
from recommender.personalize.learning.world import LAST_SECOND
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import ACTIVE, FAILED, Resource
from recommender.traffic import counted
from tests.recommender.personalize.learning.groups import (
    BEGAN,
    DAY,
    GROUP,
    MOVED,
    N_USERS,
    Store,
    ahead,
    films,
    interactions,
    item,
    recipe,
    rounds,
    share_found,
)

EIGHT = {
    "coverage",
    "mean_reciprocal_rank_at_25",
    *(f"normalized_discounted_cumulative_gain_at_{k}" for k in (5, 10, 25)),
    *(f"precision_at_{k}" for k in (5, 10, 25)),
}


@pytest.fixture
def store(tmp_path) -> Store:
    found = Store(tmp_path)
    found.holds("INTERACTIONS", interactions(rounds()))
    found.holds("ITEMS", films())
    return found


def active(version: Resource) -> Resource:
    assert version.status == ACTIVE, version.failure_reason
    return version


def test_a_training_is_counted_for_what_the_month_would_cost(store):
    active(store.version(store.solution("s", **recipe("aws-user-personalization"))))
    assert sum(counted(Path(store.settings.traffic_folder), month_of(time.time())).trainings) == 1


def test_a_version_finds_everybodys_taste(store):
    version = active(store.version(store.solution("s", **recipe("aws-user-personalization"))))
    trained = store.trained(version)
    assert share_found(trained) > 0.9
    assert trained.facts["recipe"] == "aws-user-personalization"
    assert version.body["trainingHours"] > 0


def test_popularity_does_not(store):
    assert share_found(store.trained(active(store.version(store.solution("s", **recipe("aws-popularity-count")))))) < 0.5


def test_a_version_knows_its_items_by_their_titles_years_and_genres(store):
    trained = store.trained(active(store.version(store.solution("s", **recipe("aws-hrnn-metadata")))))
    movie = trained.catalogue.movie(trained.items.position("drama07"))
    assert (movie.title, movie.year, movie.genres) == ("The Film drama07", 1999, ("Drama", "Short"))
    assert trained.catalogue.tags(0) == ("North", "South")
    assert trained.item_fields.value("GENRES", trained.items.position("comedy00")) == "Comedy|Short"


def test_a_version_keeps_every_interaction_by_user_oldest_first(store):
    trained = store.trained(active(store.version(store.solution("s", **recipe("aws-hrnn")))))
    span = trained.interactions.of(trained.users.position("comedy-fan-01"))
    assert trained.items.texts(trained.interactions.columns[span]) == [item("comedy", 1 + step) for step in range(MOVED)]
    assert trained.interactions.kinds == ("watch",)
    assert np.all(np.diff(trained.interactions.times[span]) == DAY)


def test_the_metrics_are_amazons_eight_and_those_of_evaluate_on_the_same_split(store):
    version = active(store.version(store.solution("s", **recipe("aws-user-personalization"))))
    trained, said = store.trained(version), version.inner["metrics"]
    assert set(said) == EIGHT
    ratings = _ratings(trained.matrix)
    judged = tried(plan("newest", ratings), trained.catalogue, lambda matrix: recipes.fit("ordered", matrix, trained.catalogue))
    told = told_as_amazon(judged, 0.0)
    assert said == {key: told[key] for key in EIGHT}
    assert said["normalized_discounted_cumulative_gain_at_5"] > 0.5


def test_a_version_is_held_against_what_is_popular_on_the_same_people(store):
    version = active(store.version(store.solution("s", **recipe("aws-user-personalization"))))
    trained, beside, gain = store.trained(version), version.inner["popular"], version.inner["gain"]
    ground = plan("newest", _ratings(trained.matrix))
    ours, popular = (
        tried(ground, trained.catalogue, lambda matrix, name=name: recipes.fit(name, matrix, trained.catalogue))
        for name in ("ordered", "popular")
    )
    told = told_as_amazon(popular, 0.0)
    assert beside == {key: told[key] for key in EIGHT}
    better = ours.people.values["aws-ndcg@10"] - popular.people.values["aws-ndcg@10"]
    assert gain["mean"] == pytest.approx(better.mean())
    assert 0 < gain["low"] < gain["mean"] < gain["high"]
    assert gain["n"] == len(better)


def _ratings(matrix: RatingMatrix):
    from recommender.data.ratings import RatingTable

    users = np.repeat(matrix.user_ids, np.diff(matrix.row_starts))
    return RatingTable(users, matrix.movie_ids[matrix.columns], matrix.half_stars, matrix.rated_at)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (rounds()[:999], "has 999 different interactions"),
        ([*rounds()[:600], *rounds()[:600]], "has 600 different interactions"),
        ([(f"u{n % 20}", f"i{n}", n) for n in range(1100)], "has 20 users with 2 interactions or more each; at least 25"),
        ([], "has 0 different interactions"),
    ],
)
def test_too_little_fails_with_the_counts(tmp_path, found, words):
    store = Store(tmp_path)
    store.holds("INTERACTIONS", interactions(found))
    version = store.version(store.solution("s", **recipe("aws-user-personalization")))
    assert version.status == FAILED
    assert words in version.failure_reason
    assert "model" not in version.inner


def test_events_that_do_not_count_are_not_counted(store):
    version = store.version(store.solution("s", eventType="buy", **recipe("aws-user-personalization")))
    assert version.status == FAILED
    assert "has 0 different interactions" in version.failure_reason


def watch(user: str, place: int, *, taste: str = "comedy", at: int = BEGAN + 100 * DAY) -> LiveEvent:
    return LiveEvent(f"{user}{place}", "session", "watch", item(taste, place), None, float(at + place))


def test_events_that_came_one_by_one_are_learned_from_and_once_only(store):
    live = Live(store.registry.blobs)
    live.put_events("films", "newcomer", [watch("newcomer", place) for place in range(5, 15)])
    again = [LiveEvent("again", "session", "watch", item("comedy", 0), None, float(BEGAN))]  # as imported
    live.put_events("films", "comedy-fan-00", again)
    trained = store.trained(active(store.version(store.solution("s", **recipe("aws-user-personalization")))))
    assert all(one.startswith("comedy") for one in ahead(trained, "newcomer", 20))
    assert len(trained.interactions.times) == len(rounds()) + 10


def test_an_update_needs_a_full_version(store):
    version = store.version(store.solution("s", **recipe("aws-user-personalization")), trainingMode="UPDATE")
    assert version.status == FAILED
    assert "FULL first" in version.failure_reason


@pytest.mark.parametrize("name", ["aws-user-personalization", "aws-hrnn", "aws-hrnn-coldstart"])
def test_an_update_folds_new_events_users_and_items_in_and_learns_nothing_anew(store, name):
    solution = store.solution("s", **recipe(name))
    full = active(store.version(solution))
    store.holds("INTERACTIONS", interactions([("0-newcomer", item("drama", 3 + n), BEGAN + (200 + n) * DAY) for n in range(8)]))
    Live(store.registry.blobs).put_events("films", "0-other", [LiveEvent("e", "s", "watch", "0-new-item", None, float(BEGAN + 300 * DAY))])
    version = active(store.version(solution, "2", trainingMode="UPDATE"))
    before, after = store.trained(full), store.trained(version)
    assert after.users.position("0-other") is not None
    assert after.items.texts(range(len(before.items))) == before.items.texts(range(len(before.items)))  # positions stay
    assert after.items.text(len(before.items)) == "0-new-item"
    assert version.inner["base"] == full.key
    assert version.inner["metrics"] == full.inner["metrics"]
    assert all(one.startswith("drama") for one in ahead(after, "0-newcomer", 3))
    if name == "aws-user-personalization":
        np.testing.assert_array_equal(before.model.arrays()["weights"], after.model.arrays()["weights"])


def test_a_user_who_did_nothing_that_counts_has_no_list_ahead(store):
    Live(store.registry.blobs).put_events("films", "looker", [LiveEvent("e", "s", "look", "comedy00", None, float(BEGAN))])
    trained = store.trained(active(store.version(store.solution("s", eventType="watch", **recipe("aws-user-personalization")))))
    assert ahead(trained, "looker") == []
    assert trained.facts["ahead"] == 2 * N_USERS


def test_related_items_have_no_lists_ahead(store):
    assert store.trained(active(store.version(store.solution("s", **recipe("aws-sims"))))).ready.shape[1] == 0


def test_hyperparameters_of_the_solution_are_trained_with(store):
    config = {"algorithmHyperParameters": {"hidden_dimension": "32", "bptt": "4", "recency_mask": "False"}}
    version = active(store.version(store.solution("s", solutionConfig=config, **recipe("aws-user-personalization"))))
    parameters = store.trained(version).model.parameters
    assert (parameters["n_factors"], parameters["lasting_steps"], parameters["recent_steps"]) == (32, 4, 20)


def hpo(trials: str, **spans: tuple[int, int]) -> dict[str, object]:
    ranges = [{"name": name, "minValue": low, "maxValue": high} for name, (low, high) in spans.items()]
    return {
        "hpoConfig": {
            "hpoResourceConfig": {"maxNumberOfTrainingJobs": trials},
            "algorithmHyperParameterRanges": {"integerHyperParameterRanges": ranges},
        }
    }


def test_a_search_keeps_its_best_shows_its_trials_and_is_the_same_again(store):
    config = hpo("5", hidden_dimension=(40, 60))
    versions = [
        active(store.version(store.solution(f"s{n}", performHPO=True, solutionConfig=config, **recipe("aws-user-personalization"))))
        for n in range(2)
    ]
    first, second = versions
    told = first.body["tunedHPOParams"]["algorithmHyperParameters"]
    trials = first.inner["trials"]
    metric = "normalized_discounted_cumulative_gain_at_25"
    best = max(trials, key=lambda trial: trial[metric])
    assert len(trials) == 5
    assert told.items() >= best["hyperparameters"].items()
    assert 40 <= int(told["hidden_dimension"]) <= 60
    assert store.trained(first).model.parameters["n_factors"] == int(told["hidden_dimension"])
    assert [t["hyperparameters"] for t in trials] == [t["hyperparameters"] for t in second.inner["trials"]]
    assert told == second.body["tunedHPOParams"]["algorithmHyperParameters"]


@pytest.mark.parametrize("order", [1, -1])
def test_automl_takes_the_best_recipe_and_shows_why(store, order):
    names = ["aws-popularity-count", "aws-user-personalization"][::order]
    config = {"autoMLConfig": {"metricName": "precision_at_5", "recipeList": [recipe(name)["recipeArn"] for name in names]}}
    solution = store.solution("s", performAutoML=True, solutionConfig=config)
    version = active(store.version(solution))
    best = recipe("aws-user-personalization")["recipeArn"]
    described = store.registry.read().get(solution)
    assert described.body["autoMLResult"] == {"bestRecipeArn": best}
    assert version.body["recipeArn"] == best
    assert described.inner["autoML"]["why"].startswith("aws-user-personalization has the highest precision_at_5: ")
    assert [each["recipeArn"] for each in described.inner["autoML"]["tried"]] == config["autoMLConfig"]["recipeList"]
    assert share_found(store.trained(version)) > 0.9


def test_automl_tries_amazons_candidates(store):
    version = active(store.version(store.solution("s", performAutoML=True)))
    tried_ = {each["recipeArn"].rpartition("/")[2]: each for each in version.inner["autoML"]["tried"]}
    assert set(tried_) == {"aws-hrnn", "aws-hrnn-metadata", "aws-popularity-count", "aws-user-personalization"}
    assert all(each["reason"] == "" for each in tried_.values())


def test_columns_that_are_left_out_are_not_learned_from_but_can_be_filtered_by(store):
    config = {"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["GENRES"]}}}
    trained = store.trained(active(store.version(store.solution("s", solutionConfig=config, **recipe("aws-hrnn-metadata")))))
    assert trained.catalogue.genres() == ()
    assert "GENRES" in trained.item_fields


def test_a_part_that_is_torn_fails_the_training_in_words(store):
    found = store.registry.read()
    dataset = next(one for one in found.of("dataset") if one.body["datasetType"] == "INTERACTIONS")
    folder = store.registry.blobs.local_copy(dataset.inner["parts"][0]["key"])
    torn = next(folder.glob("*codes.npy"))
    torn.chmod(0o600)
    torn.write_bytes(torn.read_bytes()[:-4])
    version = store.version(store.solution("s", **recipe("aws-user-personalization")))
    assert version.status == FAILED
    assert "bytes instead of" in version.failure_reason


def test_lists_ahead_have_the_scores_that_an_answer_tells(store):
    trained = store.trained(active(store.version(store.solution("s", **recipe("aws-user-personalization")))))
    loaded, user = Loaded(trained), trained.users.position("drama-fan-07")
    of = scored(loaded, trained.history(user))
    columns = ordered(loaded, of, 20, ~of.out)
    np.testing.assert_array_equal(trained.ready[user, :20], columns)
    np.testing.assert_allclose(trained.ready_scores[user, :20], of.shares[columns], rtol=1e-6)


def test_whoever_asks_most_has_a_list_ahead_first_where_time_is_short(store, monkeypatch):
    solution = store.solution("s", **recipe("aws-user-personalization"))
    store.asked(arns.CAMPAIGN, "c", solutionVersionArn=active(store.version(solution)).arn)
    asks = Asks(store.registry.blobs, now=store.registry.now, seconds=99)
    for user, n in {"comedy-fan-05": 2, "drama-fan-09": 3, "nobody": 9}.items():
        for _ in range(n):
            asks.note("campaign/c", user, True)
    asks.write()
    made = fitting.made_ahead
    ticks = iter([0.0, 1.0, 3.0])  # there is time for two
    monkeypatch.setattr(fitting, "made_ahead", lambda *of, **by: made(*of, **{**by, "clock": lambda: next(ticks), "seconds": 2.0}))
    trained = store.trained(active(store.version(solution, "2")))
    with_one = {trained.users.text(at) for at in np.flatnonzero(trained.ready[:, 0] >= 0).tolist()}
    assert with_one == {"comedy-fan-05", "drama-fan-09"}
    assert trained.facts["ahead"] == 2


def test_who_is_deleted_while_a_version_is_trained_is_not_in_it(store, monkeypatch):
    """The deletion ends after the training has read the rows, and before the training ends."""
    seconds, refuse, who = itertools.count(1_800_000_000), version_jobs.refuse_deleted, "comedy-fan-00"
    monkeypatch.setattr(store.registry, "now", lambda: float(next(seconds)))
    job = Resource(arns.arn_of(arns.DELETION, "forget"), "COMPLETED", 1, 1, {"datasetGroupArn": GROUP})

    def at_the_end(found, one, since):
        if store.registry.read().find(job.arn) is None:
            job.updated = store.registry.now()
            store.registry.change(lambda now: now.add(job))
            store.holds("INTERACTIONS", interactions([row for row in rounds() if row[0] != who]))
            dataset = arns.arn_of(arns.DATASET, "films", "INTERACTIONS")
            store.registry.change(lambda now: now.get(dataset).inner["parts"].pop(0))
        refuse(store.registry.read(), one, since)

    monkeypatch.setattr(version_jobs, "refuse_deleted", at_the_end)
    trained = store.trained(active(store.version(store.solution("s", **recipe("aws-popularity-count")))))
    assert trained.users.position(who) is None
    assert trained.users.position("comedy-fan-01") is not None


@pytest.mark.parametrize("sent_at", [-5.0, 1e18, 1e300])
def test_an_event_of_an_impossible_time_spoils_nothing(store, sent_at):
    Live(store.registry.blobs).put_events("films", "odd", [LiveEvent("e", "s", "watch", "comedy00", None, sent_at)])
    for name in ("aws-hrnn-metadata", "aws-trending-now"):
        trained = store.trained(active(store.version(store.solution(name, **recipe(name)))))
        assert trained.interactions.times[trained.interactions.of(trained.users.position("odd"))] in ([0], [LAST_SECOND])


@pytest.mark.slow
@pytest.mark.data
def test_the_second_documents_pipeline_on_ml_latest_small_beats_popularity(tmp_path, ml_latest_small):
    with (ml_latest_small / "ratings.csv").open() as file:
        watched = [(r["userId"], r["movieId"], int(r["timestamp"])) for r in csv.DictReader(file) if float(r["rating"]) >= 2]
    store = Store(tmp_path)
    store.holds("INTERACTIONS", interactions(watched))
    began = time.process_time()
    version = active(store.version(store.solution("s", **recipe("aws-user-personalization"))))
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=version.arn)
    assert campaign.status == ACTIVE
    assert time.process_time() - began < 60  # 11 s when this was written
    popular = active(store.version(store.solution("p", **recipe("aws-popularity-count"))))
    metric = "normalized_discounted_cumulative_gain_at_25"
    assert version.inner["metrics"][metric] > 0.30
    assert popular.inner["metrics"][metric] < 0.20
    assert set(version.inner["metrics"]) == EIGHT
    assert all(0 <= value <= 1 for value in version.inner["metrics"].values())
