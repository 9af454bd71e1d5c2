"""Is everything well: what is looked at, what was found, and the one sentence that says it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from recommender.doctor.backup import OLD_DAYS as OLD_BACKUP_DAYS
from recommender.doctor.disk import LEAST_FREE_BYTES
from recommender.doctor.model import OLD_MODEL_DAYS
from recommender.domain import InUse
from recommender.errors import NoModelError, RecommenderError
from recommender.history import Refusal, Training
from webapp.metrics.minutes import percentile
from webapp.operator.report import Report
from webapp.wording import in_words

WELL, LOOK, BAD = "well", "look", "bad"  # from best to worst
LEVELS = (WELL, LOOK, BAD)

DAY = 24 * 3600  # seconds
SLOW, VERY_SLOW = 1.0, 5.0  # seconds that one request of a hundred takes
FEW = 20  # requests; with fewer of them one slow one says nothing
FAILING = 0.01  # share of requests
LITTLE_SPACE = 5 * LEAST_FREE_BYTES


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. text: what was found, a sentence; where it is not well also what to do."""

    what: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """level: that of the worst check. checks: the worst first."""

    level: str
    sentence: str
    checks: tuple[Check, ...]


def verdict(report: Report) -> Verdict:
    """What an operator wants to know first."""
    checks = (
        _answers(report),
        _speed(report),
        _lists(report),
        _model(report),
        _training(report),
        _backup(report),
        _disk(report),
        _workers(report),
    )
    level = max((check.level for check in checks), key=LEVELS.index)
    n_wrong = sum(check.level == BAD for check in checks)
    n_doubtful = sum(check.level == LOOK for check in checks)
    if level == BAD:
        sentence = "Something is wrong" if n_wrong == 1 else f"{in_words(n_wrong).capitalize()} things are wrong"
    elif level == LOOK:
        sentence = "One thing wants a look" if n_doubtful == 1 else f"{in_words(n_doubtful).capitalize()} things want a look"
    else:
        sentence = "All is well"
    worst_first = sorted(checks, key=lambda check: -LEVELS.index(check.level))
    return Verdict(level, sentence, tuple(worst_first))


def _answers(report: Report) -> Check:
    lately, hour = report.lately, report.hour
    if not lately.errors:
        before = f"; {hour.errors:,} failed earlier in this hour" if hour.errors else ""
        return Check("Answers", WELL, f"None of the last ten minutes' {_counted(lately.requests, 'request')} failed{before}.")
    level = BAD if lately.errors >= FAILING * lately.requests else LOOK
    return Check(
        "Answers",
        level,
        f"{lately.errors:,} of the last ten minutes' {_counted(lately.requests, 'request')} failed; the log has each by its request_id.",
    )


def _speed(report: Report) -> Check:
    slowest = percentile(report.lately.took, 0.99)
    if slowest is None:
        return Check("Speed", WELL, "Nobody has asked for anything in the last ten minutes.")
    level = WELL if slowest < SLOW or report.lately.requests < FEW else BAD if slowest >= VERY_SLOW else LOOK
    return Check("Speed", level, f"99 of 100 requests of the last ten minutes took at most {in_time(slowest)}.")


def _lists(report: Report) -> Check:
    lately = report.lately
    if lately.refused:
        return Check(
            "Ratings",
            BAD,
            f"{_counted(lately.refused, 'rating')} could not be written in the last ten minutes; look at the store of profiles.",
        )
    if lately.fallbacks:
        level = BAD if lately.fallbacks * 2 >= lately.lists else LOOK
        said = f"{lately.fallbacks:,} of {_counted(lately.lists, 'list')} were made without the store of profiles in the last ten minutes"
        return Check("Lists", level, f"{said}; look at the store.")
    return Check("Lists", WELL, f"{_counted(lately.lists, 'list')} in the last ten minutes, every one from where it should come.")


def _model(report: Report) -> Check:
    in_use, trouble = report.standing.in_use, report.standing.trouble
    if isinstance(in_use, NoModelError):
        return Check("Model", BAD, "There is no model yet; run `matinee train`.")
    if not isinstance(in_use, InUse):
        return Check("Model", BAD, f"No model can be used: {in_use}")
    if trouble:
        return Check("Model", BAD, f"The model published last is refused and {in_use.model} serves instead: {trouble}")
    days = (report.at - in_use.trained_at) / DAY
    if days > OLD_MODEL_DAYS:
        return Check("Model", LOOK, f"The model is {days:.0f} days old; run `matinee train`.")
    return Check("Model", WELL, f"{in_use.model} is in use, {in_days(report.at - in_use.trained_at)} old.")


def _training(report: Report) -> Check:
    trainings, refusal = report.standing.trainings, report.standing.refusal
    if isinstance(refusal, Refusal):
        said = f"A model made {in_days(report.at - refusal.refused_at)} ago was not published: {refusal.says}"
        return Check("Quality", LOOK, f"{said} `matinee train --anyway` would publish it.")
    if isinstance(trainings, RecommenderError):
        return Check("Quality", LOOK, f"What was trained before cannot be read: {trainings}")
    measured = [training for training in trainings if training.quality]
    if not measured:
        return Check("Quality", WELL, "No training was measured yet; the next one will be.")
    last = measured[-1]
    return next(_decline(last, measured[:-1]), Check("Quality", WELL, f"NDCG@10 is {_ndcg(last):.4f}, of popular {_popular(last):.4f}."))


def _decline(last: Training, before: list[Training]) -> Iterator[Check]:
    if last.recipe != "popular" and _ndcg(last) < _popular(last):
        yield Check(
            "Quality",
            LOOK,
            f"NDCG@10 is {_ndcg(last):.4f}, below the {_popular(last):.4f} of popular; MATINEE_RECIPE=popular would be better.",
        )
    alike = [training for training in before if (training.recipe, training.data) == (last.recipe, last.data)]
    error = last.quality.error if last.quality else 0.0
    if alike and _ndcg(alike[-1]) - _ndcg(last) > 2 * error:
        said = f"NDCG@10 fell from {_ndcg(alike[-1]):.4f} to {_ndcg(last):.4f}, more than chance makes likely"
        yield Check("Quality", LOOK, f"{said}; `matinee rollback` brings the model before back.")


def _backup(report: Report) -> Check:
    backup = report.standing.backup
    if isinstance(backup, RecommenderError):
        return Check("Backup", LOOK, f"Whether there is a backup cannot be told: {backup}")
    if backup is None:
        return Check("Backup", LOOK, "People's ratings were never backed up.")
    age = report.at - backup.taken_at
    return Check(
        "Backup", LOOK if age > OLD_BACKUP_DAYS * DAY else WELL, f"The last backup is {in_days(age)} old; it is in {backup.place}."
    )


def _disk(report: Report) -> Check:
    name, least = min(report.free.items(), key=lambda item: item[1])
    level = BAD if least < LEAST_FREE_BYTES else LOOK if least < LITTLE_SPACE else WELL
    of = "" if name == "here" else f" for {name}"
    return Check("Disk", level, f"{in_bytes(least)} are free{of}{'; make room' if level != WELL else ''}.")


def _workers(report: Report) -> Check:
    alive, wanted = report.n_alive, report.n_workers_wanted
    level = WELL if alive >= wanted else LOOK
    return Check("Workers", level, f"{alive} of {wanted} workers are there.")


def _ndcg(training: Training) -> float:
    return training.quality.ndcg if training.quality else 0.0


def _popular(training: Training) -> float:
    return training.quality.popular if training.quality else 0.0


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def in_time(seconds: float) -> str:
    """ "0.8 ms", "12 ms", "1.4 s": as many digits as mean something."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"


def in_days(seconds: float) -> str:
    """How old something is: "40 seconds", "3 hours", "12 days"."""
    for size, word in ((DAY, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size or (word == "day" and seconds >= 1.5 * size):
            return _counted(round(seconds / size), word)
    return _counted(max(int(seconds), 0), "second")


def in_bytes(number: float) -> str:
    """ "512 MB", "14.1 GB"."""
    return f"{number / 1024**3:.1f} GB" if number >= 1024**3 else f"{number / 1024**2:.0f} MB"
