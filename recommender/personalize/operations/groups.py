"""Data set groups: what belongs together, and knows nothing of any other."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.live import Live
from recommender.personalize.operations.every import add, at_work, chosen, delete, describe, each, lists
from recommender.personalize.operations.kinds import GROUP, Json
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resource, Resources


def create(desk: Desk, sent: Json) -> Json:
    """CreateDatasetGroup. Amazon takes a key and the role that may use it together, or neither; we keep nothing in its Key Management."""
    if ("roleArn" in sent) != ("kmsKeyArn" in sent):
        raise InvalidInputError("roleArn and kmsKeyArn belong together: the role is what may use the key. Give both, or neither.")
    if "kmsKeyArn" in sent:
        raise InvalidInputError(
            "kmsKeyArn is not done here: nothing is encrypted by AWS KMS. Leave it and roleArn out, and encrypt the disk or bucket instead."
        )
    arn = arn_of(arns.GROUP, sent["name"])
    made = desk.registry.change(lambda found: add(desk, found, GROUP, arn, chosen(sent, "name", "domain"), sent))
    forget(desk, made)  # what a group of the same name has left, if its deletion was cut off
    return {"datasetGroupArn": arn, **chosen(sent, "domain")}


def rests_on(found: Resources, one: Resource) -> list[Resource]:
    """Trackers, solutions, data sets and recommenders must be gone before their group; its filters and jobs that are over go with it."""
    resting = each(found, arns.TRACKER, arns.SOLUTION, arns.DATASET, arns.RECOMMENDER, datasetGroupArn=one.arn)
    return resting + at_work(found, arns.DELETION, datasetGroupArn=one.arn)


def along(found: Resources, one: Resource) -> list[Resource]:
    """Its filters, attributions and jobs that are over."""
    return each(found, arns.FILTER, arns.ATTRIBUTION, arns.DELETION, datasetGroupArn=one.arn)


def forget(desk: Desk, one: Resource) -> None:
    """What clients have put into it goes: a group of the same name begins with nothing."""
    Live(desk.registry.blobs).forget_group(one.body["name"])


OPERATIONS = {
    "CreateDatasetGroup": create,
    "DescribeDatasetGroup": describe(GROUP),
    "ListDatasetGroups": lists(GROUP),
    "DeleteDatasetGroup": delete(GROUP, rests_on, along, forget=forget),
}
