import pytest

from recommender.personalize import arns
from recommender.personalize.learning import campaigns
from recommender.personalize.learning.campaigns import version_of
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, FAILED, UPDATE
from tests.recommender.personalize.learning.groups import Store, interactions, recipe, rounds


@pytest.fixture
def store(tmp_path) -> Store:
    found = Store(tmp_path)
    found.holds("INTERACTIONS", interactions(rounds()))
    return found


def trained(store: Store, number: str = "1", name: str = "s"):
    found = store.registry.read().find(arns.arn_of(arns.SOLUTION, name))
    return store.version(found.arn if found else store.solution(name, **recipe("aws-popularity-count")), number)


def updating(version, **config) -> dict[str, object]:
    return {
        "latestCampaignUpdate": {
            "solutionVersionArn": version.arn,
            "minProvisionedTPS": 2,
            "campaignConfig": config,
            "status": "CREATE PENDING",
        }
    }


def test_a_campaign_is_active_once_its_version_was_loaded(store):
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=trained(store).arn)
    assert campaign.status == ACTIVE


def test_a_torn_version_fails_the_campaign_in_words(store):
    version = trained(store)
    folder = store.registry.blobs.local_copy(version.inner["model"]["key"])
    torn = folder / "ready.npy"
    torn.chmod(0o600)
    torn.write_bytes(torn.read_bytes()[:-1] + b"\1")
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=version.arn)
    assert campaign.status == FAILED
    assert "is not the one that was trained" in campaign.failure_reason


def test_a_version_that_is_not_ready_fails_the_campaign_in_words(store):
    version = store.version(store.solution("s", eventType="buy", **recipe("aws-popularity-count")))
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=version.arn)
    assert campaign.status == FAILED
    assert "CREATE FAILED; a campaign needs a version that is ACTIVE" in campaign.failure_reason


def test_an_update_changes_version_and_settings_together(store):
    first, second = trained(store), trained(store, "2")
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=first.arn, minProvisionedTPS=1)
    store.asks(campaign.arn, UPDATE, **updating(second, enableMetadataWithRecommendations=True))
    after = store.done(campaign.arn)
    assert (after.status, after.body["solutionVersionArn"], after.body["minProvisionedTPS"]) == (ACTIVE, second.arn, 2)
    assert after.body["campaignConfig"] == {"enableMetadataWithRecommendations": True}
    assert after.body["latestCampaignUpdate"]["status"] == ACTIVE


def test_an_update_that_fails_leaves_the_campaign_as_it_was(store):
    first = trained(store)
    failed = store.version(store.solution("t", eventType="buy", **recipe("aws-popularity-count")))
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=first.arn, minProvisionedTPS=1)
    store.asks(campaign.arn, UPDATE, **updating(failed))
    after = store.done(campaign.arn)
    assert (after.status, after.body["solutionVersionArn"], after.body["minProvisionedTPS"]) == (ACTIVE, first.arn, 1)
    assert after.body["latestCampaignUpdate"]["status"] == FAILED
    assert "needs a version that is ACTIVE" in after.body["latestCampaignUpdate"]["failureReason"]


def test_latest_is_the_newest_version_that_is_active(store):
    trained(store)
    second = trained(store, "2")
    latest = second.arn.rpartition("/")[0] + "/$LATEST"
    assert version_of(store.registry.read(), latest).arn == second.arn
    campaign = store.asked(arns.CAMPAIGN, "c", solutionVersionArn=latest)
    assert campaign.body["solutionVersionArn"] == second.arn


def test_latest_of_a_solution_without_a_version_is_refused(store):
    solution = store.solution("empty", **recipe("aws-popularity-count"))
    with pytest.raises(InvalidInputError, match="has no version that is ACTIVE"):
        version_of(store.registry.read(), f"{solution}/$LATEST")


def test_a_campaign_that_is_to_have_the_newest_version_follows_and_another_does_not(store):
    first = trained(store)
    follows = store.asked(arns.CAMPAIGN, "f", solutionVersionArn=first.arn, campaignConfig={"syncWithLatestSolutionVersion": True})
    stays = store.asked(arns.CAMPAIGN, "s", solutionVersionArn=first.arn)
    trained(store, "1", "other")
    second = trained(store, "2")
    found = store.registry.read()
    assert set(found.work) == {follows.key}
    assert store.done(follows.arn).body["solutionVersionArn"] == second.arn
    assert found.get(stays.arn).body["solutionVersionArn"] == first.arn


def test_a_version_that_is_brought_up_to_date_while_it_is_checked_is_checked_again(store, monkeypatch):
    first, second = trained(store), trained(store, "2")
    check, checked = campaigns._checked, []

    def checked_and_changed(context, arn):
        version = check(context, arn)
        checked.append(version.inner["model"])
        store.registry.change(lambda found: found.get(first.arn).inner.update(model=second.inner["model"]))
        return version

    monkeypatch.setattr(campaigns, "_checked", checked_and_changed)
    assert store.asked(arns.CAMPAIGN, "c", solutionVersionArn=first.arn).status == ACTIVE
    assert checked == [first.inner["model"], second.inner["model"]]
