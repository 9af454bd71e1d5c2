"""`matinee backup`, `matinee restore` and `matinee migrate`: everything that the stores keep, carried elsewhere."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.files import written_whole
from recommender.errors import SettingError, StorageError
from recommender.settings import Settings
from recommender.terminal import Bars

if TYPE_CHECKING:
    from recommender.moving.manifest import Part
    from recommender.moving.migration import House, Moved, Plan
    from recommender.storage.blobs import Blobs
    from recommender.storage.profiles import Profiles

BACKUPS = "var/backups"
PROFILES_SCHEMES, BLOBS_SCHEMES = ("sqlite", "dynamodb"), ("file", "s3")
SHOWN_DIGITS = 16  # of 64, in a table for people; the manifest has them all

YES = click.option("--yes", is_flag=True, help="Do not ask first.")
MANIFEST = click.option(
    "--manifest",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the figures of both sides are written as JSON.  [default: moved-TIME.json]",
)


@dataclass(frozen=True, slots=True)
class _Places:
    """URLs of the stores moved out of, or into. None for a store that stays."""

    profiles: str | None
    blobs: str | None


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=BACKUPS)
@click.option("--keep", type=click.IntRange(1), default=7, help="How many backups stay in the folder, the newest.")
@click.pass_obj
def backup(settings: Settings, folder: Path, keep: int) -> None:
    """Copy everything into a new folder below FOLDER.

    The site may run meanwhile. FOLDER is var/backups unless another is named. What is made is a store in itself, and `matinee restore`
    moves it back in.
    """
    from recommender.moving import backups

    with Bars() as bars, _configured(settings) as (profiles, blobs):
        taken = backups.take(profiles, blobs, folder, keep=keep, progress=bars)
    made, n_removed = taken.backup, len(taken.removed)
    removed = f"; {n_removed} older taken away" if n_removed else ""
    click.echo(str(made.folder))
    click.echo(f"Backed up {_counts(made.kinds)}; {len(made.files):,} files, {made.n_bytes / 1e6:,.1f} MB{removed}.", err=True)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check the backup, and look at where it would go.")
@YES
@MANIFEST
@click.pass_obj
def restore(settings: Settings, folder: Path, dry_run: bool, yes: bool, manifest: Path | None) -> None:
    """Move a backup into the stores of the settings.

    FOLDER is one backup, such as var/backups/20261124T170000Z. Every byte of it is checked first, and it is never changed. The stores must
    be empty.
    """
    from recommender.moving import backups
    from recommender.storage.blobs import open_blobs

    places = _Places(settings.profiles_url, settings.blobs_url)
    with Bars() as bars, backups.opened(folder, bars) as (found, source):
        bars.say(f"The backup of {found.taken_at} is whole: {_counts(found.kinds)}; {len(found.files):,} files, every checksum right.")
        carry = _Carrier(settings, bars, "`matinee restore`", _Places(str(folder), str(folder)), places)
        carry(source, open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True), dry_run, yes, manifest)
    if not dry_run:
        click.echo("Restored. `matinee serve` serves it; `matinee doctor` looks it over.", err=True)


@click.command()
@click.option("--to", "urls", multiple=True, required=True, help="A new MATINEE_PROFILES_URL or MATINEE_BLOBS_URL; given twice for both.")
@click.option("--dry-run", is_flag=True, help="Only say what there is and where it would go.")
@YES
@MANIFEST
@click.pass_obj
def migrate(settings: Settings, urls: tuple[str, ...], dry_run: bool, yes: bool, manifest: Path | None) -> None:
    """Copy everything into empty stores, and compare both.

    From one machine to AWS, back, or from file to file. Stop the site first. Nothing of the source is changed.
    """
    from recommender.moving.migration import House

    places = _by_store(urls, settings)
    with Bars() as bars, _configured(settings) as (profiles, blobs):
        source = House(profiles if places.profiles else None, blobs if places.blobs else None)
        came_from = _Places(settings.profiles_url, settings.blobs_url)
        _Carrier(settings, bars, "`matinee migrate`", came_from, places)(source, blobs, dry_run, yes, manifest)
    if not dry_run:
        click.echo("Both sides are the same. To live there, set:", err=True)
        if places.profiles:
            click.echo(f"MATINEE_PROFILES_URL={places.profiles}")
        if places.blobs:
            click.echo(f"MATINEE_BLOBS_URL={places.blobs}")


@dataclass(frozen=True, slots=True)
class _Carrier:
    """What restoring and migrating have in common: plan, ask, copy, compare. by: the command, for whoever finds the lock taken."""

    settings: Settings
    bars: Bars
    by: str
    came_from: _Places
    to: _Places

    def __call__(self, source: House, lock: Blobs, dry_run: bool, yes: bool, manifest: Path | None) -> None:
        from recommender.moving import migration

        with self._target(make=False) as target:
            planned = migration.plan(source, target, self.bars)
        problem = self._say(planned)
        if dry_run:
            if problem:
                raise StorageError(problem)
            return
        if not yes:
            click.confirm("Copy all this?", abort=True, err=True)
        path = manifest or Path(time.strftime("moved-%Y%m%dT%H%M%SZ.json", time.gmtime()))
        with written_whole(path) as file, migration.held(lock, self.by), self._target(make=True) as target:
            moved = migration.move(planned, source, target, self.bars)
            json.dump(self._figures(moved), file, indent=1)
        _print(moved)
        click.echo(f"Every file's checksum is in {path}.", err=True)
        if trouble := moved.trouble():
            raise StorageError(trouble)

    @contextmanager
    def _target(self, *, make: bool) -> Iterator[House]:
        """make: whether what is not there yet is made; else it is looked at as empty, and nothing is written."""
        from recommender.moving.migration import House
        from recommender.storage.blobs import open_blobs
        from recommender.storage.profiles import is_made, open_profiles

        for url in (self.to.profiles, self.to.blobs):
            _check_can_be_made(url or "")
        blobs = open_blobs(self.to.blobs, cache_folder=self.settings.cache_folder, patient=True) if self.to.blobs else None
        profiles = open_profiles(self.to.profiles, patient=True) if self.to.profiles and (make or is_made(self.to.profiles)) else None
        try:
            yield House(profiles, blobs)
        finally:
            if profiles is not None:
                profiles.close()

    def _say(self, planned: Plan) -> str:
        """The plan; why it can only come to something if it finishes a move that was cut off, in a sentence, or nothing."""
        problem = ""
        if self.to.profiles:
            state = "is empty" if planned.profiles_are_empty() else f"holds {_counts(planned.target.profiles)}"
            if planned.profiles_are_there():
                state = "holds the same already" if not planned.profiles_are_empty() else state
            elif not planned.profiles_are_empty():
                problem = f"{self.to.profiles} {state}, which are others; only an empty place can be moved into. Name a new one."
            click.echo(f"profiles  {self.came_from.profiles} -> {self.to.profiles}")
            click.echo(f"          {_counts(planned.source.profiles)}; the target {state}")
        if self.to.blobs:
            n_bytes = sum(part.count for part in planned.source.blobs.values())
            n_there = len(planned.target.blobs)
            click.echo(f"blobs     {self.came_from.blobs} -> {self.to.blobs}")
            state = f"holds {n_there:,} files" if n_there else "is empty"
            click.echo(f"          {len(planned.source.blobs):,} files, {n_bytes / 1e6:,.1f} MB; the target {state}")
            problem = problem or planned.conflict(str(self.came_from.blobs), self.to.blobs)
        return problem

    def _figures(self, moved: Moved) -> dict[str, object]:
        return {
            "format": 1,
            "moved_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "source": {**asdict(self.came_from), "holds": asdict(moved.before)},
            "target": {**asdict(self.to), "holds": asdict(moved.there)},
            "trouble": moved.trouble(),
        }


@contextmanager
def _configured(settings: Settings) -> Iterator[tuple[Profiles, Blobs]]:
    """The stores of the settings, which must be there."""
    from recommender.storage.blobs import open_blobs
    from recommender.storage.profiles import is_made, open_profiles

    if not is_made(settings.profiles_url):
        raise StorageError(f"There is nothing at {settings.profiles_url}; name the store in MATINEE_PROFILES_URL.")
    blobs = open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True)
    profiles = open_profiles(settings.profiles_url, patient=True)
    try:
        yield profiles, blobs
    finally:
        profiles.close()


def _by_store(urls: tuple[str, ...], settings: Settings) -> _Places:
    """Which store each URL is for, by its scheme; SettingError for one that is for none, the second of a kind, or where it is already."""
    found: dict[str, str] = {}
    for url in urls:
        scheme = url.partition(":")[0]
        store = "profiles" if scheme in PROFILES_SCHEMES else "blobs" if scheme in BLOBS_SCHEMES else ""
        if not store:
            raise SettingError(f"--to must begin with {', '.join(f'{each}:' for each in PROFILES_SCHEMES + BLOBS_SCHEMES)}, not {url!r}.")
        if store in found:
            raise SettingError(f"--to names two places for the {store}, {found[store]!r} and {url!r}; name one.")
        now = settings.profiles_url if store == "profiles" else settings.blobs_url
        if _place(url) == _place(now):
            raise SettingError(f"--to {url} is where the {store} are already; name another place.")
        found[store] = url
    return _Places(found.get("profiles"), found.get("blobs"))


def _place(url: str) -> str:
    """The same text for the same place."""
    scheme, _, rest = url.partition(":")
    return f"{scheme}:{Path(rest).resolve()}" if scheme in ("sqlite", "file") else url.rstrip("/")


def _check_can_be_made(url: str) -> None:
    """StorageError if a file or folder that is not there yet could not be made, so that a plan tells."""
    scheme, _, rest = url.partition(":")
    if scheme not in ("sqlite", "file"):
        return
    path = Path(rest).absolute()
    above = next(each for each in (path, *path.parents) if each.exists())
    if (above != path and not above.is_dir()) or not os.access(above, os.W_OK):
        raise StorageError(f"{path} cannot be made: {above} may not be written, or is no folder; name another place.")


def _counts(kinds: Mapping[str, Part]) -> str:
    """In words. Marks and added films are told where there are any; older backups have none."""
    some = {what: kinds[kind].count for kind, what in (("film_marks", "marks"), ("added_films", "added films")) if kind in kinds}
    said = "".join(f"{n:,} {what}, " for what, n in some.items() if n)
    return f"{kinds['accounts'].count:,} people, {kinds['ratings'].count:,} ratings, {said}{kinds['records'].count:,} lists"


def _print(moved: Moved) -> None:
    before, there = moved.before.rows(), moved.there.rows()
    width = max(map(len, (*before, *there)))
    click.echo(f"{'':{width}} {'source':>14}  {'sha256':{SHOWN_DIGITS}} {'copy':>14}  sha256")
    for name in sorted({*before, *there}, key=lambda each: ("/" in each or "." in each, each)):
        cells = [
            f"{part.count:14,}  {part.sha256[:SHOWN_DIGITS]}" if part else f"{'none':>14}  {'':{SHOWN_DIGITS}}"
            for part in (before.get(name), there.get(name))
        ]
        click.echo(f"{name:{width}} {cells[0]} {cells[1]}  {'same' if before.get(name) == there.get(name) else 'DIFFERS'}")
