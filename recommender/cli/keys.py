"""`matinee keys …`: access keys for programs that ask /personalize."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.access_keys import AccessKey, AccessKeys

SCOPES = ("control", "runtime", "events")  # as recommender.access_keys has them, which need not be loaded for --help


@click.group()
def keys() -> None:
    """Access keys for programs that ask /personalize."""


@keys.command("add")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it is for; may be given more than once. Without it: everything.",
)
@click.option("--note", default="", help="Who uses it, in your words.")
@click.pass_obj
def add(settings: Settings, scopes: tuple[str, ...], note: str) -> None:
    """Make a key and print it as JSON, this once.

    control: make, describe and delete data sets, solutions and campaigns. runtime: ask for lists. events: put events, users and items.
    """
    _show(*_keys(settings).add(scopes or SCOPES, note))


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_keys(settings: Settings, as_json: bool) -> None:
    """Say which keys there are, and what for. Their secrets are not kept."""
    found = _keys(settings).all()
    if as_json:
        click.echo(json.dumps([{**_facts(one), "scopes": list(one.scopes)} for one in found]))
        return
    for one in found:
        facts = _facts(one)
        click.echo(
            "  ".join(
                filter(
                    None, (one.access_key_id, ",".join(one.scopes), facts["made"], facts["until"] and f"until {facts['until']}", one.note)
                )
            )
        )
    if not found:
        click.echo("There is no access key; `matinee keys add` makes one.", err=True)


@keys.command("rotate")
@click.argument("access_key_id")
@click.option("--hours", type=float, default=24.0, help="How long the old key goes on working.")
@click.pass_obj
def rotate(settings: Settings, access_key_id: str, hours: float) -> None:
    """Make another key for the same and print it as JSON; the old one ends by itself."""
    _show(*_keys(settings).rotate(access_key_id, hours))


@keys.command("remove")
@click.argument("access_key_id")
@click.pass_obj
def remove(settings: Settings, access_key_id: str) -> None:
    """Take a key away: it opens nothing any more, at most ten seconds later."""
    _keys(settings).remove(access_key_id)


def _keys(settings: Settings) -> AccessKeys:
    from recommender.access_keys import open_access_keys
    from recommender.site_secret import site_secret

    return open_access_keys(settings, site_secret(settings))


def _show(key: AccessKey, secret: str) -> None:
    click.echo(json.dumps({"access_key_id": key.access_key_id, "secret_access_key": secret}))
    click.echo(f"For {', '.join(key.scopes)}. The secret is shown once and kept nowhere.", err=True)


def _facts(key: AccessKey) -> dict[str, str]:
    return {
        "access_key_id": key.access_key_id,
        "made": _day(key.made),
        "until": "" if key.until is None else _day(key.until),
        "note": key.note,
    }


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
