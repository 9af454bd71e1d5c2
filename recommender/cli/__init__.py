"""The command line: `matinee …`. Results go to standard output, talk to standard error."""

from __future__ import annotations

import logging
import logging.config
import os
import sys
from typing import Any

import click

from recommender import logs
from recommender.cli.batch import batch
from recommender.cli.compare import compare
from recommender.cli.cost import cost
from recommender.cli.evaluate import evaluate, predict
from recommender.cli.events import events
from recommender.cli.examine import doctor
from recommender.cli.exports import export
from recommender.cli.films import films
from recommender.cli.imports import import_file, undo_import
from recommender.cli.keys import keys
from recommender.cli.move import backup, migrate, restore
from recommender.cli.operator import operator
from recommender.cli.people import profile
from recommender.cli.personalize import personalize
from recommender.cli.policies import policy
from recommender.cli.rank import recommend
from recommender.cli.sagemaker import sagemaker
from recommender.cli.serve import serve
from recommender.cli.skill import skill
from recommender.cli.stores import create_stores, upload_data
from recommender.cli.sweep import sweep
from recommender.cli.titles import titles
from recommender.cli.train import rollback, train
from recommender.cli.tune import jobs, tune
from recommender.errors import RecommenderError
from recommender.settings import read_settings


class Commands(click.Group):
    """Turns our own errors into one line and exit code 1; anything else keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("\nStopped. What was in force stays in force, and nothing half-done is used.", err=True)
            raise click.exceptions.Exit(130) from None
        except BrokenPipeError:
            # Whoever read our output has had enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120, "show_default": True})
@click.option("--verbose", is_flag=True, help="Say more on standard error.")
@click.pass_context
def main(ctx: click.Context, verbose: bool) -> None:
    """Films recommended from people's own ratings."""
    level = "INFO" if verbose else "WARNING"
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    ctx.obj = read_settings(os.environ)
    if ctx.obj.log_format == "json":
        logging.config.dictConfig(logs.configuration("json", level=level))


for _command in (
    *(train, recommend, sweep, batch, predict, evaluate, compare, profile, rollback, serve, operator, keys, skill),
    *(tune, jobs, cost, sagemaker),
    *(doctor, backup, restore, migrate, create_stores, upload_data, titles, import_file, undo_import, export, events, films),
    *(personalize, policy),
):
    main.add_command(_command)
