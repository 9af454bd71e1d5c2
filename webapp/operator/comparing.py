"""/operator/compare: two published versions side by side, chosen in a form that needs no script."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from recommender.side_by_side import IN_FORCE, KEPT, Known, Row, SideBySide
from recommender.versions import MAIN, Estimate, Version
from webapp.engine import engine
from webapp.inputs import one, user_id
from webapp.operator import graphs, keyhole
from webapp.operator.pages import page
from webapp.wording import counted, day_and_time

MEANINGS = {
    MAIN: ("NDCG@10", "hits among the first ten, those further up count more"),
    "precision@10": ("Precision@10", "hits among the first ten, by ten"),
    "recall@10": ("Recall@10", "of what was to be found, the part among the first ten"),
    "hit@10": ("Hit@10", "people with a hit among the first ten"),
    "mrr@25": ("MRR@25", "1 by the place of the first hit"),
    "auc": ("AUC", "how often a film to be found is scored above another"),
    "novelty@10": ("Novelty@10", "how little known the first ten are, in bits"),
    "diversity@10": ("Diversity@10", "how unlike each other the first ten are, by genre"),
    "popularity@10": ("Popularity@10", "the share of people who have rated the first ten"),
}
TOO_FEW = "They were not measured on the same people, told and asked the same, or on fewer than six: that one is better cannot be told."


comparing = Blueprint("comparing", __name__, url_prefix="/operator")


@dataclass(frozen=True, slots=True)
class Words:
    """The one sentence, and what it rests on."""

    sentence: str
    behind: str


@comparing.get("/compare")
def compare() -> AnyResponse:
    """The newest version beside the one in force, or the one before where that is the newest; or any two."""
    if not keyhole.is_operator():
        return redirect(url_for("operator.overview"), 303)
    known = engine().versions.known()
    names = [each.version.version for each in known]
    if len(names) < 2:
        return page("operator_compare.html", known=known, made=None)
    chosen_b = one(request.args, "b") or names[0]
    chosen_a = one(request.args, "a") or _beside(known, chosen_b)
    named = one(request.args, "viewer")
    viewer = user_id(named, "viewer") if named and named.strip() else None
    if chosen_a == chosen_b:
        return _again(known, chosen_a, chosen_b, viewer, "A and B are the same version; choose another for one of them.")
    made = engine().versions.side_by_side(chosen_a, chosen_b, viewer)
    return page(
        "operator_compare.html",
        known=known,
        made=made,
        words=told(made),
        a=chosen_a,
        b=chosen_b,
        viewer=made.lists.viewer,
        meanings=MEANINGS,
        labels=labels(known),
        verdict_of=verdict_of,
        dot=graphs.dot,
        pictures=_pictures(made),
        sample_viewers=engine().sample_viewers(),
    )


def told(made: SideBySide) -> Words:
    """What the measure that decides says of the two."""
    row = next((row for row in made.rows if row.measure == MAIN), None)
    if row is None or row.one is None or row.other is None:
        missing = [letter for letter, each in (("A", made.one), ("B", made.other)) if MAIN not in each.version.figures]
        who = "Neither version was measured" if len(missing) == 2 else f"{missing[0]} was not measured"
        return Words(
            f"{who}, so which is better is not known.",
            "The gate measures versions, and one that was published by `--anyway` as soon as the next one is held against it. "
            "`matinee compare previous current` measures the recipes of the last two anew.",
        )
    if row.difference is None:
        return Words("Which is better cannot be told.", TOO_FEW)
    gain = row.difference
    asked = f"{counted(gain.n, 'viewer')}, told and asked the very same of both"
    span = f"NDCG@10, B over A: {_between(gain)}, over {asked}."
    if not gain.is_clear:
        return Words("No difference that is clear of chance.", span)
    better, size = ("B", gain.mean) if gain.mean > 0 else ("A", -gain.mean)
    return Words(f"{better} is better by {_short(size)}, clear of chance.", span)


def verdict_of(row: Row) -> str:
    """A row's difference in two or three words."""
    gain = row.difference
    if gain is None:
        return "no pairs"
    if not gain.is_clear:
        return "within chance"
    if not row.has_better:
        return "B has more" if gain.mean > 0 else "A has more"
    return "B better" if gain.mean > 0 else "A better"


def labels(known: tuple[Known, ...]) -> dict[str, str]:
    """Each version in a list to choose from: recipe, the parameters in which it differs from others by that recipe, standing, when."""
    return {each.version.version: _label(each.version, _tried(known, each.version.recipe), _standing(each)) for each in known}


def _label(version: Version, tried: list[str], standing: str) -> str:
    parameters = [f"{name} {version.parameters[name]:g}" for name in tried if name in version.parameters]
    return " · ".join(filter(None, [", ".join([version.recipe, *parameters]), standing, day_and_time(version.trained_at)]))


def _tried(known: tuple[Known, ...], recipe: str) -> list[str]:
    """The parameters of a recipe that are not the same in all versions by it."""
    alike = [each.version.parameters for each in known if each.version.recipe == recipe]
    names = sorted({name for parameters in alike for name in parameters})
    return [name for name in names if len({parameters.get(name) for parameters in alike}) > 1]


def _standing(known: Known) -> str:
    return "refused" if known.version.is_refused else known.standing


def _beside(known: tuple[Known, ...], other: str) -> str:
    """What a version is best held against: the one in force, else one that lists can be made by, else the newest."""
    others = [each for each in known if each.version.version != other]
    return min(others, key=lambda each: (IN_FORCE, KEPT, "").index(each.standing)).version.version


def _again(known: tuple[Known, ...], a: str, b: str, viewer: int | None, notice: str) -> Response:
    return page("operator_compare.html", 400, known=known, made=None, a=a, b=b, viewer=viewer, labels=labels(known), notice=notice)


def _pictures(made: SideBySide) -> dict[str, Markup | None]:
    """The measure that decides, of each and as a difference; None for what is not known."""
    row = next((row for row in made.rows if row.measure == MAIN), None)
    of_each: list[tuple[str, str, Estimate]] = []
    if row is not None:
        for letter, known, found in (("A", made.one, row.one), ("B", made.other, row.other)):
            if found is not None:
                of_each.append((f"dot-{letter.lower()}", f"{letter} {known.version.recipe}", found))
    gain = row.difference if row is not None else None
    says = "; ".join(f"{words}: {found.mean:.4f}, between {found.low:.4f} and {found.high:.4f}" for _, words, found in of_each)
    return {
        "each": graphs.dots(of_each, f"NDCG@10 with 95 % intervals. {says}.") if of_each else None,
        "gain": graphs.dots([("dot-gain", "B over A", gain)], f"NDCG@10, B over A: {_between(gain)}.", ends=("A better", "B better"))
        if gain is not None
        else None,
    }


def _between(gain: Estimate) -> str:
    return f"{_short(gain.mean, sign=True)}, with 95 % confidence between {_short(gain.low, sign=True)} and {_short(gain.high, sign=True)}"


def _short(number: float, *, sign: bool = False) -> str:
    """ "0.0123", with a sign where asked for or below zero."""
    return (f"{number:+.4f}" if sign else f"{number:.4f}").replace("-", "−")
