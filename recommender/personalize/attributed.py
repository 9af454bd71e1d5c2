"""What metric attributions count: events that clients have put, by what led to them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from recommender.personalize import arns, rows
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.operations.attributions import EXPRESSION
from recommender.personalize.resources import Registry, Resource, Resources
from recommender.personalize.schemas import INTERACTIONS, ITEMS, read_schema

RECOMMENDED, ELSEWHERE = "recommended", "elsewhere"  # where a client names no eventAttributionSource
OF_VALUE = "EVENT_VALUE"


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric for one source. source: eventAttributionSource, or whether the event came with a recommendationId.

    amount: the number of events, or the sum of the column, of events and items that have it.
    """

    attribution: str
    metric: str
    event_type: str
    expression: str
    source: str
    n_events: int
    amount: float

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def counted(registry: Registry) -> list[Counted]:
    """Every metric of every attribution, sources in the order of the alphabet; a metric that nothing was counted for is left out."""
    found, live = registry.read(), Live(registry.blobs)
    return [line for one in found.of(arns.ATTRIBUTION) for line in _counted(registry, found, live, one)]


def table(lines: list[Counted]) -> str:
    """For people."""
    if not lines:
        return "Nothing was counted yet: either there is no metric attribution, or no event of its types was put."
    head = f"{'attribution':<20}{'metric':<20}{'source':<20}{'events':>9}{'amount':>14}  expression"
    return "\n".join(
        [
            head,
            *(
                f"{each.attribution:<20}{each.metric:<20}{each.source:<20}{each.n_events:>9}{each.amount:>14,.10g}  {each.expression}"
                for each in lines
            ),
        ]
    )


def _counted(registry: Registry, found: Resources, live: Live, one: Resource) -> Iterator[Counted]:
    group = found.get(one.body["datasetGroupArn"])
    events = [event for _, events in live.everybody(group.body["name"]) for event in events]
    for metric in one.inner["metrics"]:
        worth = _worth(registry, found, live, group, metric["expression"])
        amounts = defaultdict(list)
        for event in events:
            if event.kind == metric["eventType"] and (amount := worth(event)) is not None:
                amounts[event.metric or (RECOMMENDED if event.recommendation_id else ELSEWHERE)].append(amount)
        for source in sorted(amounts):
            of_source = amounts[source]
            yield Counted(
                one.body["name"],
                metric["metricName"],
                metric["eventType"],
                metric["expression"],
                source,
                len(of_source),
                math.fsum(of_source),
            )


def _worth(registry: Registry, found: Resources, live: Live, group: Resource, expression: str) -> Callable[[LiveEvent], float | None]:
    """What an event adds to the metric; None for one that has no such number."""
    said = EXPRESSION.fullmatch(expression.strip())
    if said is None or said[1] is None:
        return lambda event: 1.0
    if said[1].upper() == INTERACTIONS:
        return lambda event: event.value if said[2] == OF_VALUE else _number(event.properties.get(said[2]))
    of_items = _of_items(registry, found, live, group, said[2])
    return lambda event: of_items.get(event.item_id or "")


def _of_items(registry: Registry, found: Resources, live: Live, group: Resource, column: str) -> dict[str, float]:
    """The column by item, as it was imported or put last."""
    dataset = next(found.of(arns.DATASET, datasetGroupArn=group.arn, datasetType=ITEMS), None)
    if dataset is None:
        return {}
    known: dict[str, float] = {}
    imported = rows.read(registry.blobs, dataset, read_schema(found.get(dataset.body["schemaArn"]).body["schema"]))
    for row in range(imported.n_rows if column in imported else 0):
        number = _number(imported.value(column, row))
        if number is not None:
            known[str(imported.value("ITEM_ID", row))] = number
    put = {item: _number(fields.get(column)) for item, fields in live.items(dataset.key).items()}
    return known | {item: number for item, number in put.items() if number is not None}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None
