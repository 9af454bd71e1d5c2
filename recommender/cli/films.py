"""`matinee films`: what people have added, and taking away what should not be there."""

from __future__ import annotations

import click

from recommender.cli.inputs import opened_profiles
from recommender.settings import Settings


@click.command("films")
@click.option("--remove", "movie_id", type=click.IntRange(1), help="Take the film of this number away; ratings of it are kept, unseen.")
@click.pass_obj
def films(settings: Settings, movie_id: int | None) -> None:
    """List the films that people have added.

    With --remove one of them is taken away: nobody finds it any more, and the next training leaves it out.
    """
    with opened_profiles(settings) as profiles:
        if movie_id is not None:
            if not profiles.remove_film(movie_id):
                raise click.UsageError(f"Nobody has added a film {movie_id}; `matinee films` lists those that people have.")
            click.echo(f"Film {movie_id} is taken away.")
            return
        for film in profiles.added_films():
            year = f" ({film.movie.year})" if film.movie.year else ""
            by = f"by {film.added_by}" if film.added_by else "by somebody who has left"
            click.echo(f"{film.movie.movie_id}  {film.movie.title}{year}  {by}  {film.link}".rstrip())
