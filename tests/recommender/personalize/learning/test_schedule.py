import pytest

from recommender.personalize import arns
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import ACTIVE
from recommender.personalize.schedule import DAY, HOUR, Schedule, days_between, next_refresh, next_training
from tests.recommender.personalize.learning.groups import BEGAN, Store, ahead, interactions, item, recipe, rounds

AUTO = {"performAutoTraining": True}


def every(days: int) -> dict[str, object]:
    return {"solutionConfig": {"autoTrainingConfig": {"schedulingExpression": f"rate({days} day{'s' * (days > 1)})"}}}


@pytest.fixture
def store(tmp_path) -> Store:
    found = Store(tmp_path)
    found.holds("INTERACTIONS", interactions(rounds()))
    return found


def watched(store: Store, user: str = "newcomer", n: int = 6) -> None:
    events = [LiveEvent(f"{user}{n}", "s", "watch", item("drama", n), None, float(BEGAN + n)) for n in range(n)]
    Live(store.registry.blobs).put_events("films", user, events)


def due(store: Store, solution: str) -> float | None:
    found = store.registry.read()
    return next_training(found, found.get(solution))


@pytest.mark.parametrize(
    ("said", "days"), [({}, None), ({"performAutoTraining": False}, None), (AUTO, 7), (AUTO | every(1), 1), (AUTO | every(30), 30)]
)
def test_how_often_is_what_the_solution_says_and_seven_days_where_it_does_not(store, said, days):
    solution = store.solution("s", **said)
    assert days_between(store.registry.read().get(solution)) == days


def test_a_solution_is_first_trained_after_an_hour_unless_somebody_did(store):
    solution = store.solution("s", **AUTO, **recipe("aws-popularity-count"))
    schedule = Schedule(store.registry)
    assert schedule.look() == []
    store.now += HOUR
    (key,) = schedule.look()
    assert schedule.look() == []  # it is being trained
    version = store.done(f"arn:aws:personalize:us-east-1:000000000000:{key}")
    assert (version.status, version.body["trainingType"], version.body["trainingMode"]) == (ACTIVE, "AUTOMATIC", "FULL")
    assert due(store, solution) == store.now + 7 * DAY


def test_a_version_made_by_hand_takes_the_place_of_the_first_one(store):
    solution = store.solution("s", **AUTO, **every(2), **recipe("aws-popularity-count"))
    store.version(solution)
    store.now += HOUR
    assert Schedule(store.registry).look() == []
    assert due(store, solution) == store.now - HOUR + 2 * DAY


def test_nothing_new_is_not_trained_again_and_is_looked_at_an_hour_later(store):
    store.version(store.solution("s", **AUTO, **recipe("aws-popularity-count")))
    store.now += 8 * DAY
    schedule = Schedule(store.registry)
    assert schedule.look() == []
    watched(store)
    assert schedule.look() == []
    store.now += HOUR
    assert len(schedule.look()) == 1


def test_an_import_is_new(store):
    store.version(store.solution("s", **AUTO, **recipe("aws-popularity-count")))
    store.now += 7 * DAY
    store.holds("INTERACTIONS", interactions([("late", "late", BEGAN)]))
    assert len(Schedule(store.registry).look()) == 1


def test_a_group_without_anything_is_not_trained(tmp_path):
    store = Store(tmp_path)
    store.solution("s", **AUTO, **recipe("aws-popularity-count"))
    store.now += 30 * DAY
    assert Schedule(store.registry).look() == []


def test_nothing_happens_to_who_has_turned_it_off(store):
    solution = store.solution("s", performAutoTraining=False, **recipe("aws-user-personalization"))
    store.asked(arns.CAMPAIGN, "c", solutionVersionArn=store.version(solution).arn)
    watched(store)
    store.now += 30 * DAY
    assert Schedule(store.registry).look() == []


def refreshed(store: Store, name: str = "aws-user-personalization", **version: object):
    """A version that a campaign answers from, two hours later, with something new."""
    solution = store.solution("s", **AUTO, **recipe(name))
    one = store.version(solution, **version)
    store.asked(arns.CAMPAIGN, "c", solutionVersionArn=one.arn)
    watched(store)
    store.now += 2 * HOUR
    return one


def test_a_version_in_use_learns_of_new_events_every_two_hours_and_keeps_its_arn(store):
    before = refreshed(store)
    schedule = Schedule(store.registry)
    assert schedule.look() == [before.key]
    assert store.registry.read().get(before.arn).status == ACTIVE
    after = store.done(before.arn)
    assert (after.status, after.failure_reason, after.arn) == (ACTIVE, "", before.arn)
    assert after.inner["model"] != before.inner["model"]
    assert after.inner["metrics"] == before.inner["metrics"]
    trained = store.trained(after)
    assert ahead(store.trained(before), "comedy-fan-00") == ahead(trained, "comedy-fan-00")
    assert ahead(trained, "newcomer")[0].startswith("drama")
    store.now += 2 * HOUR
    assert schedule.look() == []  # nothing has come since


def test_a_refresh_that_fails_leaves_the_version_in_use(store):
    before = refreshed(store)
    Schedule(store.registry).look()
    folder = store.registry.blobs.local_copy(before.inner["model"]["key"])
    (folder / "ready.npy").chmod(0o600)
    (folder / "ready.npy").write_bytes(b"torn")
    after = store.done(before.arn)
    assert (after.status, after.failure_reason, after.inner["model"]) == (ACTIVE, "", before.inner["model"])
    assert "bytes instead of" in after.inner["refresh"]["failed"]


@pytest.mark.parametrize(("name", "mode"), [("aws-sims", "FULL"), ("aws-personalized-ranking", "FULL")])
def test_recipes_that_list_nothing_for_users_are_not_refreshed(store, name, mode):
    refreshed(store, name)
    assert Schedule(store.registry).look() == []


def test_an_update_is_final(store):
    solution = store.solution("s", **AUTO, **recipe("aws-user-personalization"))
    store.version(solution)
    update = store.version(solution, "2", trainingMode="UPDATE")
    assert next_refresh(store.registry.read(), update) is None


def test_a_version_that_no_campaign_has_is_left_alone(store):
    store.version(store.solution("s", **AUTO, **recipe("aws-user-personalization")))
    watched(store)
    store.now += 3 * HOUR
    assert Schedule(store.registry).look() == []


def test_a_recommender_is_trained_and_an_update_trains_it_with_its_new_config(store):
    one = store.asked(
        arns.RECOMMENDER, "r", datasetGroupArn=arns.arn_of(arns.GROUP, "films"), recommenderConfig={}, **recipe("aws-vod-most-popular")
    )
    assert one.status == ACTIVE, one.failure_reason
    assert one.body["modelMetrics"]["precision_at_5"] >= 0
    config = {"minRecommendationRequestsPerSecond": 2}
    store.asks(one.arn, "update", latestRecommenderUpdate={"recommenderConfig": config, "status": "CREATE PENDING"})
    after = store.done(one.arn)
    assert (after.status, after.body["recommenderConfig"], after.body["latestRecommenderUpdate"]["status"]) == (ACTIVE, config, ACTIVE)
    assert after.inner["model"] != one.inner["model"]


def test_a_recommender_of_watching_learns_from_watching_alone(tmp_path):
    store = Store(tmp_path)
    store.holds("INTERACTIONS", interactions(rounds(), "click"))
    one = store.asked(arns.RECOMMENDER, "r", datasetGroupArn=arns.arn_of(arns.GROUP, "films"), **recipe("aws-vod-most-popular"))
    assert "has 0 different interactions" in one.failure_reason
