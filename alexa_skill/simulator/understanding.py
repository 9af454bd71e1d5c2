"""From an utterance to the intent and its values, as Alexa's own ears would find them where a sample fits exactly.

This is no recognition of free speech: it shows that each designed sentence is routed. Where several samples fit, the one with the fewest
values that its types do not list wins; then the one with the most words of its own; then the one that stands first, a slot's own samples
before all others while the skill waits for that slot. A sample without any word fits only what its types know, so that it does not swallow
everything; only an answer that the skill waits for may be any words, where they mean nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from alexa_skill.simulator.interaction_model import InteractionModel, SlotName
from alexa_skill.simulator.phrases import FALLBACK
from alexa_skill.simulator.slot_types import SlotType, Value
from alexa_skill.simulator.words import UNINTELLIGIBLE, words_of

LONGEST_UTTERANCE = 40  # words; more are not listened to
WAKE_WORDS = ("alexa", "echo", "computer", "amazon", "ziggy")
OPENING = ("open", "launch", "start", "begin", "run", "load", "enable", "resume", "use", "talk to", "speak to", "i want to use")
ASKING = ("ask", "tell", "open", "launch", "start", "use", "talk to", "speak to")
JOINING = ("for", "to", "about", "that", "and", "and ask for", "and say", "if", "whether")
ASKING_FROM = ("from", "with", "using", "on")


@dataclass(frozen=True, slots=True)
class Understood:
    """intent: empty for opening the skill without a request. values: of the slots that something stands in."""

    intent: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Awaited:
    """The slot that the skill waits for, with what stood in the intent's slots when it asked."""

    intent: str
    slot: str


def words_to_alexa(utterance: str) -> tuple[str, ...]:
    """The utterance's words without the wake word before them."""
    words = words_of(utterance)[:LONGEST_UTTERANCE]
    return words[1:] if len(words) > 1 and words[0] in WAKE_WORDS else words


def invoked(model: InteractionModel, words: tuple[str, ...], *, inside: bool) -> Understood | None:
    """What the skill is opened with: "open movie", or "ask movie for popular movies". None where it is not called by its name.

    inside: whether it is open already; then only the long forms call it.
    """
    name = model.invocation
    if words == name and not inside:
        return Understood("")
    if any(words == (*verb.split(), *name) for verb in OPENING):
        return Understood("")
    for verb in ASKING:
        if words[: len(before := (*verb.split(), *name))] == before:
            return _asked_for(model, words[len(before) :])
    if not inside:
        for joint in ASKING_FROM:
            if words[-len(name) - 1 :] == (joint, *name):
                return understood(model, words[: -len(name) - 1])
    return None


def _asked_for(model: InteractionModel, words: tuple[str, ...]) -> Understood:
    """What stands behind the name, with or without the joint before it, whichever is understood better."""
    if not words:
        return Understood("")
    joints = [joint for each in JOINING if words[: len(joint := tuple(each.split()))] == joint]
    found = [best for each in ((), *joints) if (best := _best(model, words[len(each) :]))]
    return max(found, key=lambda ranked: ranked[0])[1] if found else Understood(FALLBACK)


def understood(model: InteractionModel, words: tuple[str, ...], awaited: Awaited | None = None) -> Understood:
    """The intent and values of an utterance to the open skill; the fallback where nothing fits. awaited: the slot asked for, if any."""
    best = _best(model, words, awaited)
    return best[1] if best else Understood(FALLBACK)


Rank = tuple[int, int, int]  # the higher the better


def _best(model: InteractionModel, words: tuple[str, ...], awaited: Awaited | None = None) -> tuple[Rank, Understood] | None:
    of_slot = model.slot_samples.get((awaited.intent, awaited.slot), ()) if awaited else ()
    fitting = [sample for word in dict.fromkeys(("", *words)) for sample in model.by_words.get(word, ())]
    best: tuple[Rank, Understood] | None = None
    said = frozenset(words)
    for sample in (*of_slot, *fitting):
        if not sample.words <= said or len(sample.parts) > len(words):
            continue
        for values in _fits(sample.parts, words, model.slots[sample.intent]):
            n_unknown = sum(not value.is_known for value in values.values())
            if n_unknown and not sample.n_words and sample.order >= 0:
                continue
            rank = (-n_unknown, sample.n_words, -sample.order)
            if best is None or rank > best[0]:
                best = rank, Understood(sample.intent, values)
    return best


def _fits(parts: tuple[str | SlotName, ...], words: tuple[str, ...], types: dict[str, SlotType]) -> Iterator[dict[str, Value]]:
    """Each way in which the sample's parts cover all words; shorter values first."""
    if not parts:
        if not words:
            yield {}
        return
    part, left = parts[0], parts[1:]
    if isinstance(part, str):
        if words[:1] == (part,):
            yield from _fits(left, words[1:], types)
        return
    for n in range(1, len(words) - len(left) + 1):
        value = _value(types[part.name], words[:n])
        if value is None:
            continue
        for values in _fits(left, words[n:], types):
            yield {part.name: value, **values}


def _value(kind: SlotType, words: Sequence[str]) -> Value | None:
    if UNINTELLIGIBLE in words and len(words) > 1:
        return None
    return kind.value_of(words)
