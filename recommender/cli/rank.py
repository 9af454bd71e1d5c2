"""`matinee recommend`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from recommender.cli.wishes import takes_wishes, wishes_of
from recommender.domain import LIST_LENGTH, LONGEST_LIST, Asker
from recommender.settings import Settings
from recommender.terminal import print_list


@click.command()
@click.argument("user_id", type=click.IntRange(1))
@click.option("-n", "n", type=click.IntRange(1, LONGEST_LIST), default=LIST_LENGTH, help="How many films.")
@click.option("--recipe", default=None, help="Another method than the trained one, over the same ratings.")
@takes_wishes
@click.option("--token", envvar=None, help="The bearer token of a private list.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@click.pass_obj
def recommend(settings: Settings, /, user_id: int, n: int, recipe: str | None, token: str | None, as_json: bool, **wishes: Any) -> None:
    """Print the list of USER_ID.

    Each film with its rank, match, predicted stars, title, number and the first reason; one that is explored with what it tests.
    """
    from recommender.serving import open_recommender

    recommender = open_recommender(settings)
    try:
        made = recommender.list_for(user_id, n, recipe=recipe, wishes=wishes_of(**wishes), asker=Asker(token))
    finally:
        recommender.close()
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False, indent=1))
    else:
        print_list(made)
