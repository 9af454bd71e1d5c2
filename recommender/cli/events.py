"""`matinee events`."""

from __future__ import annotations

import click

from recommender.cli.files import one_file
from recommender.cli.inputs import DATA, data_named
from recommender.settings import Settings

PRESETS = ("lakehead", "fullstack", "constant", "own")  # those of recommender.data.events, which help need not load
QUOTING = ("minimal", "nonnumeric", "all")
STARS = click.FloatRange(0, 5, max_open=True)


@click.command()
@DATA
@click.option("--preset", "name", type=click.Choice(PRESETS), required=True, help="By which rule; see docs/events.md.")
@click.option("--click-over", type=STARS, help="With own: a rating of more stars is a click.")
@click.option("--watch-over", type=STARS, help="With own: a rating of more stars is a watch.")
@click.option("--quoting", type=click.Choice(QUOTING), default="minimal", help="What stands between quotes, as pandas means it.")
@click.option("--output", metavar="FILE", required=True, help="The CSV to write, or s3://BUCKET/KEY.")
@click.pass_obj
def events(
    settings: Settings,
    data: str | None,
    name: str,
    click_over: float | None,
    watch_over: float | None,
    quoting: str,
    output: str,
) -> None:
    """Write a data set's ratings as events for Amazon Personalize.

    lakehead: over 2 stars a click, over 3 a watch too. fullstack: over 1 a click, over 3 a watch too. constant: every rating a Watch. own:
    as you say.
    """
    from recommender.data.events import events_of, preset, write_events

    rules = preset(name, click_over=click_over, watch_over=watch_over)
    with one_file(output) as file:
        found = events_of(data_named(settings, data).ratings, rules)
        write_events(found, rules, file, quoting=quoting)
    click.echo(f"Written: {len(found):,} events to {output}.", err=True)
