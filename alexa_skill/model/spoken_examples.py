"""The phrases that the skill itself proposes, read from the sentences that it speaks: whoever repeats one must be understood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from alexa_skill import intents
from alexa_skill.conversation.state import QUESTIONS, Heard
from alexa_skill.speech.english import English

# Behind "say:" or "ask:" stand phrases to be repeated, up to the end of the sentence.
_QUOTED = re.compile(r"(?:\b(?:[Ss]ay|[Aa]sk|[Ss]ay for example|or)): ([^.?!]+)")
# "Say surprise me for another one", "ask for popular movies": the phrase ends where its purpose begins.
_IN_PASSING = re.compile(
    r"\b[Ss]ay (?!:|for example|it again)(.+?)(?= to | for | and |[,.?!])|\b[Oo]r ask for (.+?)(?=[,.])|, or for (.+?)(?=[,.])"
)
_BETWEEN = re.compile(r", or: |, or |, | or: ")
_NOT_MEANT = (
    "a title",
    "a number from one",
    "to your Alexa app",
    "its digits",
    "them one by one",
    "its year",
)  # what is said there, not its words
_COMMANDS = re.compile(r"\b(next|previous|repeat) (?:goes|says)\b", re.IGNORECASE)


def examples(speech: English) -> list[str]:
    """Every phrase that some sentence tells people to say, each once, and the lines of the card that explains the skill."""
    found = [phrase for sentence in _sentences(speech) for phrase in _proposed(sentence)]
    *lines, commands = speech.card_of_help.splitlines()[1:]
    return list(dict.fromkeys([*found, *lines, *commands.split(", ")]))


def _sentences(speech: English) -> Iterator[str]:
    """Whatever holds an example: all texts without a parameter, and those that depend on what was asked or how often."""
    for name in dir(speech):
        if not name.startswith("_") and name != "card_of_help" and isinstance(text := getattr(speech, name), str):
            yield text
    for question in QUESTIONS:
        yield speech.reprompt(question)
        yield speech.help(question)
        yield from (speech.not_understood(times, question) for times in (1, 2, 3))
    yield from (
        speech.no_such_place(0),
        speech.no_such_place(3),
        speech.one_number_more(),
        speech.too_many_strangers(),
        speech.nothing_of_the_kind(),
    )
    yield from (speech.help_for("Anna"), speech.too_often(400), speech.kept(intents.HIDE, Heard(6, "Heat"), 0), speech.no_year_asked)
    yield from (speech.yes_to_what(), speech.unknown_title("Heat"), speech.nothing_like("Heat"))


def _proposed(sentence: str) -> Iterator[str]:
    for text in _QUOTED.findall(sentence):
        yield from (part for part in _BETWEEN.split(text) if part)
    for found in _IN_PASSING.finditer(sentence):
        text = next(filter(None, found.groups()))
        if not text.startswith(_NOT_MEANT):
            yield text
    yield from (command.lower() for command in _COMMANDS.findall(sentence))
