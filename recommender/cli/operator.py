"""`matinee operator …`: who may look at how the site is."""

from __future__ import annotations

from pathlib import Path

import click

from recommender.settings import Settings


@click.group()
def operator() -> None:
    """Whoever runs this site."""


@operator.command("key")
@click.pass_obj
def operator_key(settings: Settings) -> None:
    """Make the key that opens the operator's page and /metrics.

    It is printed this once. The key before, if there was one, opens nothing any more, and whoever came in with it is signed out.
    """
    from recommender import operator_key

    path = Path(settings.operator_file)
    key = operator_key.make(path)
    click.echo(key)
    click.echo(
        f"This is shown once; only its digest is kept, in {path}.\n"
        f"Sign in with it at /operator/ of the site, or send it as a bearer token:\n"
        f"  curl -H 'Authorization: Bearer {key}' http://{settings.host}:{settings.port}/metrics",
        err=True,
    )
