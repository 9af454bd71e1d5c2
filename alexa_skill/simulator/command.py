"""The command `matinee-echo`: an Echo to type to. Answers go to standard output, talk to standard error."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from alexa_skill.simulator.echo import Answer, Echo
from alexa_skill.simulator.exchange import Exchange
from alexa_skill.simulator.interaction_model import InteractionModel
from alexa_skill.simulator.listening import HOST, server
from alexa_skill.simulator.over_http import answer_at
from alexa_skill.simulator.phrases import LEAVING
from alexa_skill.simulator.requests import USER_ID
from alexa_skill.simulator.script import shown
from alexa_skill.simulator.site_nearby import use_site_nearby
from alexa_skill.simulator.understanding import words_to_alexa
from alexa_skill.speech import LOCALES
from recommender.errors import RecommenderError

MODELS = Path(__file__).parents[1] / "skill-package" / "interactionModels" / "custom"
LAST_WORDS = {("stop",), *((word,) for word in LEAVING)}
SILENCE = "(silence)"


class EchoCommand(click.Command):
    """Turns our own errors into one line and exit code 1; anything else keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            raise click.ClickException(str(error)) from error
        except ImportError as error:
            raise click.ClickException(f"The skill's handler cannot be loaded: {error}.") from error
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None


@click.command(cls=EchoCommand, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120, "show_default": True})
@click.option("--say", "said", multiple=True, metavar="TEXT", help="Say this instead of asking what to say; once for each sentence.")
@click.option("--json", "as_json", is_flag=True, help="Print every exchange as one line of JSON, with request and response.")
@click.option("--details", is_flag=True, help="Show intent, slots, card, reprompt and time as well.")
@click.option("--locale", type=click.Choice(LOCALES), default=LOCALES[0], help="The English that is spoken.")
@click.option("--account", default=USER_ID, help="Whose Echo it is, by a pretended id of Amazon's; another one can be linked for itself.")
@click.option("--person", default="", metavar="ID", help="Whose voice it recognises, by a pretended id of Amazon's; nobody's by default.")
@click.option("--model", "model_file", type=click.Path(path_type=Path), help="Another interaction model than the locale's own.")
@click.option("--url", help="Ask a handler at this address instead of the one in this process.")
@click.option(
    "--listen",
    "port",
    type=click.IntRange(0, 65535),
    help=f"Answer requests of test tools on this port of {HOST} instead, over plain HTTP: POST / takes a request of Alexa's as JSON. "
    "Signatures are not looked at, because nothing from outside this machine is heard. 0 takes a free port.",
)
def main(
    said: tuple[str, ...],
    as_json: bool,
    details: bool,
    locale: str,
    account: str,
    person: str,
    model_file: Path | None,
    url: str | None,
    port: int | None,
) -> None:
    """An Echo without Amazon: type what you would say, and see what it answers.

    The sentences are understood by the interaction model, and answered by the handler that runs on Lambda, with the settings of this
    environment. Findings about an answer stand below it behind an exclamation mark.
    """
    answer = answer_at(url) if url else own_handler()
    if port is not None:
        listen(answer, port)
        return
    model = InteractionModel.load(model_file or MODELS / f"{locale}.json")
    echo = Echo(answer, model, locale=locale, user_id=account, person_id=person)
    exchanges = (one(echo, text) for text in said) if said else conversation(echo)
    for made in exchanges:
        report(made, as_json=as_json, details=details, with_utterance=bool(said))


def own_handler() -> Answer:
    """What Lambda answers with; our own errors where the settings are wrong, for which Lambda only apologises."""
    from alexa_skill.lambda_function import own_skill

    click.echo(use_site_nearby(os.environ), err=True)
    return own_skill().answer


def one(echo: Echo, text: str) -> Exchange:
    """One sentence, or a silence."""
    return echo.wait() if text.strip() in ("", SILENCE) else echo.say(text)


def conversation(echo: Echo) -> Iterator[Exchange]:
    """What is typed, until somebody says stop or types Ctrl-D."""
    name = " ".join(echo.invocation)
    greeting = f'An Echo with the skill "{name}". Type what you would say, and first of all: open {name}'
    click.echo(f"{greeting}\nEnter alone is silence, Ctrl-D or stop leaves.\n", err=True)
    for text in typed(input):
        yield one(echo, text)
        if words_to_alexa(text) in LAST_WORDS:
            return


def typed(read: Callable[[str], str]) -> Iterable[str]:
    """Lines as they are typed; the arrow keys bring earlier ones back on a terminal."""
    prompt = ""
    if sys.stdin.isatty():
        import readline  # noqa: F401  # from now on input() has a history

        prompt = "  You:   "
    while True:
        try:
            yield read(prompt)
        except EOFError:
            click.echo(err=True)
            return


def report(made: Exchange, *, as_json: bool, details: bool, with_utterance: bool) -> None:
    """Print what happened."""
    if as_json:
        click.echo(json.dumps(made.as_json()))
        return
    if with_utterance:
        click.echo(f"{click.style('  You:  ', fg='green', bold=True)} {made.utterance or SILENCE}")
    for line in shown(made, details=details):
        click.echo(line)


def listen(answer: Answer, port: int) -> None:
    """Answer test tools until Ctrl-C."""
    logging.basicConfig(level="INFO", format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    try:
        listening = server(answer, port)
    except OSError as error:
        raise click.ClickException(f"Port {port} of {HOST} cannot be used: {error.strerror}.") from error
    with listening:
        click.echo(f"POST requests to http://{HOST}:{listening.server_port}/ (Ctrl-C ends it).", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            listening.serve_forever()
