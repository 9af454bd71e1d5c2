"""`python -m alexa_skill.model`: writes the package for a catalogue, once nothing is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click

from alexa_skill.model.interaction import DEVELOPMENT_NAME
from alexa_skill.model.package import package
from alexa_skill.model.slot_types.titles import read_titles
from recommender.errors import RecommenderError

MOST_TOLD = 20  # findings


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 120})
@click.option(
    "--titles", "titles_file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="What `matinee titles` wrote."
)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to run `ask deploy` in.")
@click.option("--invocation-name", default=DEVELOPMENT_NAME, help="By which people open the skill; two words to publish it.")
@click.option("--endpoint", default="", help="The function on Lambda by its ARN, or https://YOUR-SITE/alexa; none for a new skill.")
@click.option("--privacy-policy", default="", help="The https address of a page on what is kept of people; Amazon publishes none without.")
def main(titles_file: Path, output: Path, invocation_name: str, endpoint: str, privacy_policy: str) -> None:
    """Write ask-resources.json and skill-package/ for ASK CLI. Nothing is written while anything is wrong."""
    try:
        made = package(read_titles(titles_file), invocation_name, endpoint, privacy_policy)
    except RecommenderError as error:
        raise click.ClickException(str(error)) from error
    if found := made.findings():
        more = f"\nand {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        raise click.ClickException("\n".join(map(str, found[:MOST_TOLD])) + more)
    made.write(output)
    models = ", ".join(made.models)
    click.echo(f"Written to {output}: the manifest and models for {models}. Run `ask deploy` there.", err=True)


if __name__ == "__main__":
    main()
