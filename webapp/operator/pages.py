"""/operator/: the door, the page behind it, and the doctor's findings on demand."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Lock

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as AnyResponse

from recommender.doctor import examine
from recommender.domain import ALONE, LIVE, RECORD, WELL_LIKED
from recommender.history import Training
from webapp.engine import engine
from webapp.metrics.exposition import software_version
from webapp.metrics.minutes import Minute, percentile
from webapp.operator import graphs, keyhole
from webapp.operator.report import Report, distribution, report
from webapp.operator.verdict import in_bytes, in_days, in_time, verdict

SOURCES = {
    RECORD: "from the record that is kept",
    LIVE: "made for the question",
    ALONE: "without the store, from the data set's ratings",
    WELL_LIKED: "without the store, the same for everyone",
}
HOUR_ENDS = ("an hour ago", "now")
TRAININGS_SHOWN = 10
TRAININGS_DRAWN = 40

operator = Blueprint("operator", __name__, url_prefix="/operator")
_examining = Lock()  # the doctor opens every store anew; once at a time is enough


@operator.get("/")
def overview() -> Response:
    """Everything at one look, for the operator; the door for everybody else."""
    if not keyhole.is_operator():
        return _door()
    made = report(engine(), now=time.time())
    return page(
        "operator.html",
        report=made,
        verdict=verdict(made),
        sources=SOURCES,
        graphs=_drawn(made),
        shown=TRAININGS_SHOWN,
        version=software_version(),
    )


@operator.post("/")
def sign_in() -> AnyResponse:
    """The key opens the page for some hours."""
    keyhole.refuse_other_sites()
    if not keyhole.key_fits(request.form.get("key", "").strip()):
        return _door(is_wrong=True)
    return keyhole.let_in(make_response(redirect(url_for("operator.overview"), 303)))


@operator.post("/leave")
def sign_out() -> AnyResponse:
    """The end of the session."""
    keyhole.refuse_other_sites()
    return keyhole.let_out(make_response(redirect(url_for("operator.overview"), 303)))


@operator.get("/doctor")
def doctor() -> AnyResponse:
    """What `matinee doctor` says. It opens every store and sums every file of the model, so it is asked for by itself."""
    if not keyhole.is_operator():
        return redirect(url_for("operator.overview"), 303)
    if not _examining.acquire(blocking=False):
        return page("operator_doctor.html", findings=None)
    try:
        findings = examine(engine().settings)
    finally:
        _examining.release()
    return page("operator_doctor.html", findings=findings)


@operator.record_once
def give_words_to_templates(state: BlueprintSetupState) -> None:
    """Filters of the operator's templates."""
    for word in (in_time, in_days, in_bytes, clock):
        state.app.jinja_env.filters[word.__name__] = word


def clock(seconds: float) -> str:
    """ "12:30" of seconds since 1970, UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M}"


def _door(*, is_wrong: bool = False) -> Response:
    """The form for the key; or how to make one, since nothing opens by default."""
    return page("operator_door.html", 403 if is_wrong else 200, missing=keyhole.what_is_missing(), is_wrong=is_wrong)


def page(template: str, status: int = 200, **values: object) -> Response:
    """A page that nobody keeps and no search engine names."""
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return make_response(render_template(template, **values), status, headers)


def _drawn(made: Report) -> dict[str, object]:
    hour, took = made.hour, distribution(made.hour.took)
    p50, p99 = _percentiles(made.minutes, 0.5), _percentiles(made.minutes, 0.99)
    measured = [training for training in made.standing.trainings if training.quality] if isinstance(made.standing.trainings, tuple) else []
    return {
        "requests": graphs.columns(
            [minute.requests for minute in made.minutes],
            [minute.errors for minute in made.minutes],
            f"Requests in each of the last sixty minutes: {hour.requests:,} in all, of which {hour.errors:,} failed.",
            HOUR_ENDS,
        ),
        "seconds": graphs.decades(
            [("of-half", p50), ("of-nearly-all", p99)],
            f"How long requests took, minute by minute. {_span('Half took at most', p50)} {_span('99 of 100 at most', p99)}",
            HOUR_ENDS,
        ),
        "took": graphs.named_columns(
            [count for _, count in took],
            [{"1024": "1 s", "more": "+"}.get(name, name) for name, _ in took],
            "Requests of the last hour by the milliseconds they took.",
        ),
        "p50": percentile(hour.took, 0.5),
        "p99": percentile(hour.took, 0.99),
        "distribution": took,
        "percentiles": list(zip(made.minutes, p50, p99, strict=True)),
        "lists": graphs.shares(
            [(f"source-{source}", made.totals.lists.get(source, 0)) for source in SOURCES],
            "Lists since the server started, by where they came from; the table below has the numbers.",
        ),
        "quality": _quality(measured[-TRAININGS_DRAWN:]) if len(measured) > 1 else None,
    }


def _percentiles(minutes: tuple[Minute, ...], share: float) -> list[float | None]:
    """Milliseconds, by minute."""
    found = [percentile(minute.took, share) for minute in minutes]
    return [seconds * 1000 if seconds is not None else None for seconds in found]


def _span(words: str, values: list[float | None]) -> str:
    known = [value / 1000 for value in values if value is not None]
    return f"{words} {in_time(min(known))} to {in_time(max(known))}." if known else ""


def _quality(measured: list[Training]) -> object:
    ours = [training.quality.ndcg for training in measured if training.quality]
    popular = [training.quality.popular for training in measured if training.quality]
    says = f"NDCG@10 of {len(ours)} trainings, from {ours[0]:.4f} to {ours[-1]:.4f}; popular was at {popular[-1]:.4f} last."
    ends = tuple(f"{datetime.fromtimestamp(training.trained_at, UTC):%d %b %Y}".lstrip("0") for training in (measured[0], measured[-1]))
    return graphs.lines([("of-recipe", ours), ("of-popular", popular)], max(*ours, *popular, 0.01) * 1.15, says, (ends[0], ends[1]))
