"""`matinee export`: everything that a person says of films, as a file."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.cli.files import written_whole
from recommender.cli.inputs import opened_profiles, published_in_force
from recommender.domain import Asker, UserId, is_own_person
from recommender.errors import UnknownUserError
from recommender.settings import Settings

FORMS = ("json", "csv", "letterboxd", "letterboxd-watchlist", "trakt")  # those of recommender.exporting, which help need not load


@click.command("export")
@click.option("--user", "user_id", type=click.IntRange(1), required=True, help="Whose films.")
@click.option("--format", "form", type=click.Choice(FORMS), default="json", show_default=True, help="For Matinee, a spreadsheet or a site.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.  [default: the terminal]")
@click.pass_obj
def export(settings: Settings, user_id: int, form: str, output: Path | None) -> None:
    """Write everything that a person says of films.

    Ratings, films seen and hidden, and the watchlist, with their dates.

    What json and csv hold, `matinee import` takes back as it was, here or in another Matinee.
    """
    from recommender.access import Access
    from recommender.exporting import Exports

    with opened_profiles(settings) as profiles:
        asker = Asker(member=UserId(user_id))
        exports = Exports(
            profiles,
            Access(profiles, sample_viewers=settings.sample_viewers),
            lambda: published_in_force(settings),
        )
        if is_own_person(user_id) and not profiles.has_person(UserId(user_id)):
            raise UnknownUserError(user_id, "the number was never given, or its person has left")
        taken = exports.take_out(user_id, form, asker=asker)
    if output is None:
        click.echo(taken.content, nl=False)
        return
    with written_whole(output) as file:
        file.buffer.write(taken.content)
