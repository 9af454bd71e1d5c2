"""Two contenders side by side on the same people, with what can be said of the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.evaluation.figures import Figure, is_better, is_worse
from recommender.evaluation.judging import NEITHER_IS_BETTER
from recommender.evaluation.report import Outcome, Report, differences, figures_told, verdict

SAME = "cannot be told"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both. difference: of `other` over `one`, above 0 where `other` is better, paired person by person.

    better: the name of the better one where that can be told; SAME where it cannot; "" for a measure of which more is neither good nor bad.
    """

    measure: str
    one: Figure
    other: Figure
    difference: Figure
    better: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a report says of two of its contenders, by name."""

    report: Report
    one: str
    other: str

    def rows(self) -> dict[str, list[Row]]:
        """Every measure, by part of the people: "warm" and "cold" where both are judged, else one part with an empty name."""
        first, second = self._outcomes()
        found: dict[str, list[Row]] = {}
        for part, people in first.trial.parts().items():
            theirs = second.trial.parts()[part]
            found[part] = [
                Row(measure, people.figure(measure), theirs.figure(measure), difference, self._better(measure, difference))
                for measure, difference in differences(theirs, people).items()
            ]
        return found

    def _better(self, measure: str, difference: Figure) -> str:
        if measure in NEITHER_IS_BETTER:
            return ""
        return self.other if is_better(difference) else self.one if is_worse(difference) else SAME

    def _outcomes(self) -> tuple[Outcome, Outcome]:
        return self.report.outcome(self.one), self.report.outcome(self.other)

    def sentences(self) -> list[str]:
        """One for each part of the people, by the plan's main measure alone: of thirty measures one in forty would differ by luck."""
        main = self.report.plan.main
        return [
            verdict(self.other, self.one, main, row.difference, part)
            for part, rows in self.rows().items()
            for row in rows
            if row.measure == main
        ]

    def told(self) -> dict[str, Any]:
        """All of it as JSON values; difference is `b` over `a`, above 0 where `b` is better."""
        return {
            **self.report.provenance,
            "split": self.report.plan.name,
            "note": self.report.plan.says,
            "seed": self.report.plan.seed,
            "a": self.one,
            "b": self.other,
            "sentences": self.sentences(),
            "measures": {part or "all": {row.measure: _row_told(row) for row in rows} for part, rows in self.rows().items()},
            "recipes": self.report.told()["recipes"],
            "seconds": {outcome.contender.name: round(outcome.seconds, 3) for outcome in self.report.outcomes},
        }


def _row_told(row: Row) -> Mapping[str, Any]:
    told = figures_told({"a": row.one, "b": row.other, "difference": row.difference})
    low, high = row.difference.interval()
    return {**told, "interval": None if low != low else [low, high], "better": row.better}
