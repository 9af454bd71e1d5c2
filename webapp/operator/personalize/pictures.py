"""The pictures of the room: when jobs ran, and what versions are worth beside what is popular. In the manner of `graphs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from markupsafe import Markup, escape

from webapp.operator.graphs import columns
from webapp.operator.personalize.room import DAY, Job, Measured
from webapp.wording import counted

LANE, HEAD, FOOT = 40, 8, 24  # pixels: of one kind of job, above all of them, and below
BAR = 12  # pixels
SPANS = ((600, "ten minutes"), (3600, "hour"), (6 * 3600, "six hours"), (DAY, "day"))  # seconds that the picture may cover
NARROWEST = 0.3  # percent of the picture: what takes no time can be seen all the same
N_RULES = 4  # of which the last is now
NAMES = {"failed": "job-failed", "stopped": "job-stopped", "done": "job-done"}  # of what is over; all else is under way


def timeline(jobs: Sequence[Job], *, now: float) -> Markup | None:
    """Every job of the last day as a bar in the lane of its kind; None where there was none.

    It covers ten minutes, an hour, six or a day, whatever is enough for all of them. What took too little to be seen is a short mark.
    """
    lately = [job for job in jobs if now - job.updated < DAY or not job.line.is_over]
    if not lately:
        return None
    oldest = now - min(job.began for job in lately)
    span, words = next((each for each in SPANS if oldest <= each[0]), SPANS[-1])
    kinds = list(dict.fromkeys(job.words for job in sorted(lately, key=lambda job: job.began)))
    tall = HEAD + LANE * len(kinds)
    drawn = []
    for place in range(N_RULES + 1):
        x, at = f"{100 * place / N_RULES:g}%", now - span * (1 - place / N_RULES)
        anchor = "start" if place == 0 else "end" if place == N_RULES else "middle"
        text = "now" if place == N_RULES else f"{datetime.fromtimestamp(at, UTC):%H:%M}"
        drawn.append(f'<line class="graph-rule" x1="{x}" x2="{x}" y1="{HEAD}" y2="{tall}"/>')
        drawn.append(f'<text x="{x}" y="{tall + 17}" text-anchor="{anchor}">{text}</text>')
    for lane, kind in enumerate(kinds):
        floor = HEAD + LANE * (lane + 1)
        drawn.append(f'<text class="lane" x="4" y="{floor - LANE + 15}">{escape(kind[:1].upper() + kind[1:])}</text>')
        drawn += [_bar(job, floor - BAR - 5, now - span, span, now) for job in lately[::-1] if job.words == kind]
        drawn.append(f'<line class="graph-rule" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>')
    says = f"Jobs of the last {words}: {_told(lately)}. The list has each."
    return Markup(  # noqa: S704 - numbers and classes of ours alone, words escaped
        f'<svg class="graph timeline" width="100%" height="{tall + FOOT}" role="img" aria-label="{escape(says)}">{"".join(drawn)}</svg>'
    )


def _bar(job: Job, y: float, first: float, span: float, now: float) -> str:
    begin, end = max(job.began, first), job.updated if job.line.is_over else now
    x, wide = 100 * (begin - first) / span, max(100 * (end - begin) / span, NARROWEST)
    x = min(x, 100 - wide)
    name = NAMES.get(job.state, "job-open")
    cross = ""
    if job.state == "failed":
        at = f"{x + wide:.2f}%"
        cross = f'<text class="job-cross" x="{at}" y="{y + BAR}" text-anchor="middle">×</text>'
    return f'<rect class="{name}" x="{x:.2f}%" width="{wide:.2f}%" y="{y}" height="{BAR}" rx="1"/>{cross}'


def _told(jobs: Sequence[Job]) -> str:
    """ "3 jobs, of which 1 failed and 1 is under way"."""
    failed, is_open = (sum(test(job) for job in jobs) for test in (lambda job: job.state == "failed", lambda job: not job.line.is_over))
    parts = [f"{failed} failed"] * bool(failed) + [f"{is_open} {'is' if is_open == 1 else 'are'} under way"] * bool(is_open)
    return counted(len(jobs), "job") + (f", of which {' and '.join(parts)}" if parts else "")


def lists_by_day(asked: Sequence[int], ahead: Sequence[int]) -> Markup:
    """A column for each day with what was asked and, in the accent, what had not been made ahead."""
    made = [count - before for count, before in zip(asked, ahead, strict=True)]
    says = f"Lists asked for on each of the last {len(asked)} days: {sum(asked):,} in all, of which {sum(made):,} had not been made ahead."
    return columns(asked, made, says, (f"{len(asked)} days ago", "today"))


def bars(measured: Measured) -> Markup:
    """What a version is worth and, below it, what is popular: the longer of the two fills its place; alone it is drawn from 0 to 1.

    The numbers stand beside it.
    """
    popular = measured.popular or 0.0
    most = max(measured.figure, popular) if popular > 0 else 1.0
    ours, theirs = (100 * max(0.0, min(1.0, value / most)) for value in (measured.figure, popular))
    below = f'<path class="worth-popular" d="M0 9h{theirs:.2f}v5H0z"/>' if measured.popular is not None else ""
    return Markup(  # noqa: S704 - numbers of ours alone
        '<svg class="worth" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true"><path class="worth-rest" d="M0 0v16"/>'
        f'<path class="worth-ours" d="M0 2h{ours:.2f}v7H0z"/>{below}</svg>'
    )
