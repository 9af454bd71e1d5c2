"""`matinee personalize`: the worker that does what was asked for at /personalize, and how far it is."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.inputs import opened_blobs
from recommender.errors import StorageError, TrainingBusyError
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.personalize.resources import Registry

NICE = 5  # of 19: whoever serves people comes first
STANDBY_SECONDS = 2.0
WATCH_SECONDS = 1.0


@click.group()
def personalize() -> None:
    """What clients of Amazon Personalize ask for."""


@personalize.command()
@click.option("--once", is_flag=True, help="End when there is nothing left to do.")
@click.option("--until-input-ends", is_flag=True, help="End with whoever holds the other end of standard input, as a server does.")
@click.pass_obj
def work(settings: Settings, once: bool, until_input_ends: bool) -> None:
    """Do the jobs that take time: imports, trainings, campaigns, batches.

    Each is done by a process of its own, and begun again when that is killed. `matinee serve` starts this beside the site. One works for a
    store at a time; another one waits until it is its turn.
    """
    from recommender.personalize.jobs.worker import Worker

    with suppress(OSError):  # in its unit systemd has seen to it, and allows no other
        os.nice(NICE)
    is_over = _ends(until_input_ends=until_input_ends)
    is_waiting = False
    while True:
        try:
            Worker(_registry(settings), settings, [_beside_python("matinee"), "personalize", "do"]).run(until_idle=once, is_over=is_over)
            return
        except TrainingBusyError as busy:
            if once:
                holder = str(busy).partition(" has held")[0]
                raise StorageError(f"{holder} works for {settings.blobs_url} already; wait for it or stop it.", kind="conflict") from busy
            if not is_waiting:
                click.echo("Another worker is there; this one waits until it has gone.", err=True)
            is_waiting = True
        except StorageError as error:
            if once:
                raise
            click.echo(str(error), err=True)
        if is_over(STANDBY_SECONDS):
            return


@personalize.command(hidden=True)
@click.argument("key")
@click.option("--ticket", required=True, help="What the worker drew for it.")
@click.option("--room", type=click.Path(file_okay=False, path_type=Path), required=True, help="An empty folder for it.")
@click.pass_obj
def do(settings: Settings, key: str, ticket: str, room: Path) -> None:
    """Do one piece of work; the worker calls it."""
    from recommender.personalize.jobs import child

    child.end_with_the_worker()
    sys.exit(child.do(_registry(settings), settings, key, ticket, room))


@personalize.command()
@click.option("--all", "every", is_flag=True, help="Those that are over, too: all of them, not the last ten.")
@click.option("--watch", is_flag=True, help="Go on until none is left, or Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
@click.pass_obj
def jobs(settings: Settings, every: bool, watch: bool, as_json: bool) -> None:
    """How far each job is, how long it took or will take, and why it failed.

    How long it will take is what the last jobs of its kind took here, beside what Amazon says of its own.
    """
    from recommender.personalize.jobs import report

    registry = _registry(settings)
    while True:
        lines = report.lines(registry.read(), now=registry.now(), every=every)
        if as_json:
            for line in lines:
                click.echo(json.dumps(line.as_json()))
        else:
            if watch and sys.stdout.isatty():
                click.clear()
            click.echo(report.table(lines))
        if not watch or all(line.is_over for line in lines):
            return
        time.sleep(WATCH_SECONDS)


@personalize.command()
@click.argument("name")
@click.pass_obj
def retry(settings: Settings, name: str) -> None:
    """Begin a job again that failed or was stopped.

    NAME: what `matinee personalize jobs` calls it, its ARN, or the end of that.
    """
    from recommender.personalize.jobs import report

    key = report.begin_again(_registry(settings), name)
    click.echo(f"{key} is waiting to be begun again.")


@personalize.command()
@click.argument("name")
@click.pass_obj
def stop(settings: Settings, name: str) -> None:
    """Stop a job that waits or runs; nothing of it is kept.

    NAME: as for `retry`.
    """
    from recommender.personalize.jobs import report

    key = report.stop(_registry(settings), name)
    click.echo(f"{key} is stopped.")


@personalize.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
@click.pass_obj
def solutions(settings: Settings, as_json: bool) -> None:
    """Every solution: its newest version, how good that is, and when it is trained next."""
    from recommender.personalize import overview

    lines = overview.solutions(_registry(settings))
    click.echo("\n".join(json.dumps(line.as_json()) for line in lines) if as_json else overview.solutions_table(lines))


@personalize.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
@click.pass_obj
def campaigns(settings: Settings, as_json: bool) -> None:
    """Every campaign and recommender: what it answers from, how often it is asked, and by whom most.

    "made ahead" is the share of its lists that were made before anybody asked, "followed up" that of the items shown which an event names
    with the list's recommendationId.
    """
    from recommender.personalize import overview
    from recommender.personalize.answers.shown import open_shown

    lines = overview.campaigns(_registry(settings), open_shown(settings))
    click.echo("\n".join(json.dumps(line.as_json()) for line in lines) if as_json else overview.campaigns_table(lines))


@personalize.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
@click.pass_obj
def attributed(settings: Settings, as_json: bool) -> None:
    """What metric attributions have counted: events by what led to them, or the sum of a column.

    Of each user the newest thousand events that were put are kept, and counted.
    """
    from recommender.personalize import attributed

    lines = attributed.counted(_registry(settings))
    click.echo("\n".join(json.dumps(line.as_json()) for line in lines) if as_json else attributed.table(lines))


@personalize.command()
@click.option("--idle-days", type=float, required=True, help="For how long nobody has needed them.")
@click.option("--yes", is_flag=True, help="Take them away; without it nothing is changed.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing; so it is without --yes.")
@click.pass_obj
def cleanup(settings: Settings, idle_days: float, yes: bool, dry_run: bool) -> None:
    """Take away campaigns and recommenders that nobody asks, and solutions that no campaign has."""
    from recommender.personalize import cleaning

    if yes and dry_run:
        raise click.UsageError("Give --yes or --dry-run, not both.")
    registry = _registry(settings)
    found = cleaning.take_away(registry, idle_days) if yes else cleaning.idle(registry, idle_days)
    for one in found:
        click.echo(one.sentence())
    if not found:
        click.echo(f"Nothing is idle for {idle_days:g} days.")
    elif yes:
        click.echo(f"{len(found)} taken away.")
    else:
        click.echo(f"{len(found)} would go; --yes takes them away.")


def _registry(settings: Settings) -> Registry:
    from recommender.personalize.resources import Registry

    return Registry(opened_blobs(settings))


def _ends(*, until_input_ends: bool) -> Callable[[float], bool]:
    """Waits so many seconds and says whether to end: a signal has come, or the input has ended."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())

    def is_over(seconds: float) -> bool:
        if not until_input_ends:
            return over.wait(seconds)
        readable, _, _ = select.select([sys.stdin.fileno()], [], [], seconds)
        return over.is_set() or (bool(readable) and not os.read(sys.stdin.fileno(), 4096))

    return is_over


def _beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))
