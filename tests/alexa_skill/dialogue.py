"""Recorded dialogues: a text that people can read, played to the real handler by the Echo without Amazon.

A file holds dialogues, each behind its name:

    == Somebody asks for movies        its name, which is also the seed of its ids
    [in en-GB]                         the English that is spoken; American where nothing is said
    [out of reach]                     what is wrong with the world from here on; [all is well] ends it
    [linked to Anna]                   the Echo speaks for her
    [Ben is heard]                     his voice is recognised from here on; [nobody is heard] ends it
    > open movie                       what is said; (silence) for nothing
    < Welcome …                        what the Echo says; in brackets what Alexa does by herself
    ~ movie: You can say: / …          the card, where the dialogue shows it; / is a new line
    [ends]                             the session is closed now
    # a remark

A dialogue is right where playing it writes the same text again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from alexa_skill.lambda_function import skill
from alexa_skill.simulator import Echo, Exchange, InteractionModel
from alexa_skill.simulator.command import MODELS
from alexa_skill.simulator.requests import USER_ID
from tests.alexa_skill.films_world import ANNA, BEN, TROUBLES, FilmsWorld

FOLDER = Path(__file__).parent / "dialogues"
SILENCE = "(silence)"
WELL, ENDS, IN = "[all is well]", "[ends]", "[in "
LINKED, HEARD, NOBODY_HEARD = "[linked to ", " is heard]", "[nobody is heard]"
PEOPLE = {each.name: each for each in (ANNA, BEN)}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """file: its name without ending. lines: everything below the name."""

    file: str
    name: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((f"== {self.name}", *self.lines)) + "\n"


@dataclass
class Played:
    """text: the dialogue as it went. states: the Echo's after each exchange."""

    text: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)


@cache
def model(locale: str) -> InteractionModel:
    return InteractionModel.load(MODELS / f"{locale}.json")


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.txt"))


def dialogues(file: Path) -> Iterator[Dialogue]:
    """Those of a file, without what stands before the first one."""
    for part in file.read_text(encoding="utf-8").split("\n== ")[1:]:
        name, *lines = part.rstrip("\n").split("\n")
        yield Dialogue(file.stem, name, tuple(lines))


def head(file: Path) -> str:
    """What stands before the first dialogue."""
    return file.read_text(encoding="utf-8").split("\n== ")[0]


def play(dialogue: Dialogue) -> Played:
    """Say all that is said in it, in order."""
    locale = next((line.removeprefix(IN).rstrip("]") for line in dialogue.lines if line.startswith(IN)), "en-US")
    world = FilmsWorld()
    echo = Echo(skill(lambda *asked: world.within(*asked)).answer, model(locale), locale=locale, seed=dialogue.name)
    played, lines = Played(), [f"== {dialogue.name}"]
    for line, shows_card in _with_cards(dialogue.lines):
        if line.startswith(("<", "~")) or line == ENDS:
            continue
        lines.append(line)
        if line == WELL or line.strip("[]") in TROUBLES:
            world.trouble = "" if line == WELL else line.strip("[]")
        elif line.startswith(LINKED):
            world.links[USER_ID] = PEOPLE[line.removeprefix(LINKED).rstrip("]")]
        elif line.endswith(HEARD):
            echo.recognise("" if line == NOBODY_HEARD else f"amzn1.ask.person.{line.removesuffix(HEARD)[1:]}")
        elif line.startswith(">"):
            said = line.removeprefix(">").strip()
            made = echo.wait() if said == SILENCE else echo.say(said)
            played.exchanges.append(made)
            played.states.append(echo.state())
            lines += _heard(made, shows_card=shows_card)
        elif line and not line.startswith(("#", IN)):
            raise ValueError(f"{dialogue.file}, {dialogue.name}: {line!r} is none of what a dialogue holds")
    played.text = "\n".join(lines) + "\n"
    return played


def states(of: Iterable[Dialogue]) -> dict[tuple[object, ...], dict[str, Any]]:
    """One state of the Echo for each place where a dialogue can stand: what was asked, and what is known by then."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for dialogue in of:
        for state in play(dialogue).states:
            kept = state["attributes"]
            known = [bool(kept.get(name)) for name in ("user", "amount", "focus", "again", "missed", "undo", "candidates")]
            if state["session_id"]:
                found.setdefault((kept.get("asked", ""), kept.get("listing", ""), min(len(kept.get("films", ())), 2), *known), state)
    return found


def _with_cards(lines: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is something said whose card is shown below it."""
    for at, line in enumerate(lines):
        answer = []
        for below in lines[at + 1 :]:
            if below.startswith(">"):
                break
            answer.append(below)
        yield line, any(below.startswith("~") for below in answer)


def _heard(made: Exchange, *, shows_card: bool) -> Iterator[str]:
    if made.note and not made.speech:
        yield f"< ({made.note})"
    elif made.intent != "SessionEndedRequest":
        yield f"< {made.speech}"
    if shows_card and made.card:
        yield f"~ {made.card.title}: {made.card.text}".replace("\n", " / ")
    if made.request and made.ends:
        yield ENDS
