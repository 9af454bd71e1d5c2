"""`matinee skill …`: what the site and the Alexa skill share."""

from __future__ import annotations

import secrets

import click

from recommender.settings import variable

BYTES = 32  # of chance


@click.group()
def skill() -> None:
    """The Alexa skill."""


@skill.command("key")
def skill_key() -> None:
    """Make a key by which the site knows its skill.

    Nothing is kept: the key holds once it stands in the settings of both sides. The same command makes another.
    """
    name = variable("skill_key")
    click.echo(secrets.token_urlsafe(BYTES))
    click.echo(
        f"Put it into {name} on the site, and into the same variable of the Lambda function where the skill runs; "
        "then start the site again. Both must be the same: a wrong key is refused.",
        err=True,
    )
