"""`matinee profile …`: numbers of people's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from recommender.cli.inputs import opened_profiles
from recommender.domain import UserId, is_own_person
from recommender.errors import ReadOnlyError, UnknownUserError
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.storage.profiles import Profiles


@click.group()
def profile() -> None:
    """People of this site: numbers of their own."""


@profile.command("new")
@click.option("--shared", is_flag=True, help="Let anyone who knows the number read the list.")
@click.pass_obj
def profile_new(settings: Settings, shared: bool) -> None:
    """Print a new number and the bearer token that lets its owner rate."""
    from recommender.serving import open_recommender

    recommender = open_recommender(settings)
    try:
        user_id, token = recommender.new_person(shared=shared)
    finally:
        recommender.close()
    click.echo(f"number  {user_id}\ntoken   {token}")
    site = f"http://{settings.host}:{settings.port}"
    click.echo("The token is shown this once. Rate with it; MOVIE_ID is the number that ends the address of a film's page:", err=True)
    click.echo(
        f"""  curl -X PUT {site}/api/v1/users/{user_id}/ratings/MOVIE_ID \\
    -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{{"rating": 4.5}}'""",
        err=True,
    )
    if shared:
        click.echo(f"Whoever knows the number may read the list:\n  {site}/result/?user={user_id}", err=True)
    else:
        click.echo(
            f"The list is private; the token reads it, and `matinee profile share {user_id}` puts it on the site:\n"
            f"  matinee recommend {user_id} --token {token}",
            err=True,
        )


@profile.command("share")
@click.argument("user_id", type=click.IntRange(1))
@click.option("--on/--off", "shared", default=True, help="Whether anyone who knows the number may read the list.")
@click.pass_obj
def profile_share(settings: Settings, user_id: int, shared: bool) -> None:
    """Let anyone who knows the number read the list, or no longer."""
    with opened_profiles(settings) as profiles:
        _check_person(user_id, profiles)
        profiles.share(UserId(user_id), shared)
    click.echo(f"The list of {user_id} is {'readable by whoever knows the number' if shared else 'private'}.")


@profile.command("forget")
@click.argument("user_id", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.pass_obj
def profile_forget(settings: Settings, user_id: int, yes: bool) -> None:
    """Take a person's ratings, list and sign-in away.

    Who signed up for a household takes all its members along. The number is not given again.
    """
    from recommender.leaving import leave
    from recommender.storage.blobs import open_blobs

    with opened_profiles(settings) as profiles:
        _check_person(user_id, profiles)
        if not yes:
            click.confirm("Their ratings and list will be gone for good. Go on?", abort=True)
        leave(profiles, open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True), UserId(user_id), None)
    click.echo(f"{user_id} is forgotten; the model forgets at the next training.")


def _check_person(user_id: int, profiles: Profiles) -> None:
    if not is_own_person(user_id):
        raise ReadOnlyError(user_id)
    if not profiles.has_person(UserId(user_id)):
        raise UnknownUserError(user_id, "the number was never given, or its person has left")
