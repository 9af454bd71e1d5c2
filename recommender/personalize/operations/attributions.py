"""Metric attributions: what is to be counted of events, by what led to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import Operation, add, delete, describe, lists, ready
from recommender.personalize.operations.kinds import ATTRIBUTION, GROUP, Json
from recommender.personalize.operations.pages import Line, page
from recommender.personalize.operations.places import check_target
from recommender.personalize.refusals import InvalidInputError, LimitExceededError, ResourceAlreadyExistsError
from recommender.personalize.resources import Resources
from recommender.personalize.schemas import NUMBERS, read_schema

MOST_METRICS = 10
EXPRESSION = re.compile(r"SAMPLECOUNT\(\)|SUM\((Interactions|Items)\.([A-Za-z_][A-Za-z0-9_]*)\)", re.ASCII | re.IGNORECASE)


def create(desk: Desk, sent: Json) -> Json:
    """CreateMetricAttribution: one for each group."""
    _check_config(desk, sent["metricsOutputConfig"])
    arn = arn_of(arns.ATTRIBUTION, sent["name"])

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        metrics = _added(found, group.arn, [], sent["metrics"])
        body = {"name": sent["name"], "datasetGroupArn": group.arn, "metricsOutputConfig": sent["metricsOutputConfig"]}
        add(desk, found, ATTRIBUTION, arn, body, sent, inner={"metrics": metrics})
        for other in found.of(arns.ATTRIBUTION, datasetGroupArn=group.arn):
            if other.arn != arn:
                raise LimitExceededError(f"A dataset group has one metric attribution, and {group.arn} has {other.arn}; update that one.")

    desk.registry.change(step)
    return {"metricAttributionArn": arn}


def update(desk: Desk, sent: Json) -> Json:
    """UpdateMetricAttribution: metrics go and come in one step."""
    if "metricAttributionArn" not in sent:
        raise InvalidInputError("metricAttributionArn must name the metric attribution to be updated.")
    if "metricsOutputConfig" in sent:
        _check_config(desk, sent["metricsOutputConfig"])

    def step(found: Resources) -> str:
        one = ready(found, sent["metricAttributionArn"], ATTRIBUTION)
        gone = set(sent.get("removeMetrics", ()))
        unknown = gone - {metric["metricName"] for metric in one.inner["metrics"]}
        if unknown:
            raise InvalidInputError(f"removeMetrics names {sorted(unknown)[0][:60]!r}, and {one.arn} has no metric of that name.")
        kept = [metric for metric in one.inner["metrics"] if metric["metricName"] not in gone]
        one.inner["metrics"] = _added(found, one.body["datasetGroupArn"], kept, sent.get("addMetrics", ()))
        if "metricsOutputConfig" in sent:
            one.body["metricsOutputConfig"] = sent["metricsOutputConfig"]
        one.updated = desk.registry.now()
        return one.arn

    return {"metricAttributionArn": desk.registry.change(step)}


def _check_config(desk: Desk, config: Json) -> None:
    if "s3DataDestination" in config:
        check_target(desk, config["s3DataDestination"], "metricsOutputConfig.s3DataDestination")


def _added(found: Resources, group: str, there: Sequence[Json], more: Sequence[Json]) -> list[Json]:
    metrics = list(there)
    for metric in more:
        if any(metric["metricName"] == other["metricName"] for other in metrics):
            raise ResourceAlreadyExistsError(f"the metric {metric['metricName'][:60]}")
        _check_expression(found, group, metric)
        metrics.append(metric)
    if len(metrics) > MOST_METRICS:
        raise LimitExceededError(f"A metric attribution has at most {MOST_METRICS} metrics, not {len(metrics)}.")
    return metrics


def _check_expression(found: Resources, group: str, metric: Mapping[str, str]) -> None:
    said = EXPRESSION.fullmatch(metric["expression"].strip())
    if said is None:
        ways = "SAMPLECOUNT(), SUM(Items.COLUMN) or SUM(Interactions.COLUMN)"
        raise InvalidInputError(f"The expression of a metric must be {ways}, not {metric['expression'][:60]!r}.")
    if said[1] is None:
        return
    dataset = next(found.of(arns.DATASET, datasetGroupArn=group, datasetType=said[1].upper()), None)
    if dataset is None:
        raise InvalidInputError(f"The expression {said[0]} needs a data set of type {said[1].upper()} in {group}.")
    field = read_schema(found.get(dataset.body["schemaArn"]).body["schema"]).field(said[2])
    if field is None or field.type not in NUMBERS:
        raise InvalidInputError(f"The expression {said[0]} needs a column {said[2]} of numbers in the schema of {dataset.arn}.")


def list_metrics(desk: Desk, sent: Json) -> Json:
    """ListMetricAttributionMetrics."""
    if "metricAttributionArn" not in sent:
        raise InvalidInputError("metricAttributionArn must name the metric attribution whose metrics are to be listed.")
    one = desk.registry.read().find(sent["metricAttributionArn"])
    if one is None or one.kind != arns.ATTRIBUTION:
        raise InvalidInputError(
            f"There is no metric attribution {sent['metricAttributionArn']}; list_metric_attributions tells which there are."
        )
    return page("metrics", [Line(metric["metricName"], 0.0, metric) for metric in one.inner["metrics"]], sent)


OPERATIONS: dict[str, Operation] = {
    "CreateMetricAttribution": create,
    "DescribeMetricAttribution": describe(ATTRIBUTION),
    "ListMetricAttributions": lists(ATTRIBUTION),
    "ListMetricAttributionMetrics": list_metrics,
    "UpdateMetricAttribution": update,
    "DeleteMetricAttribution": delete(ATTRIBUTION, lambda found, one: []),
}
