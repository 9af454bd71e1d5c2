"""The dialogue of Table I: open, request, give id and amount, stop."""

from __future__ import annotations

from typing import Any

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Card, Reply
from alexa_skill.conversation.scene import GOODBYE_CARD, LIST_CARD, STATUS_CARD, WELCOME_CARD, Scene, listed
from alexa_skill.conversation.state import HIGHEST_NUMBER, Heard, State
from alexa_skill.intents import AMOUNT, ID
from recommender.domain import LIST_LENGTH

MOST_STRANGERS = 5  # numbers without a list in one session; whoever names more is guessing
USUAL_AMOUNT = 3  # films, where nobody said how many


def welcome(scene: Scene) -> Reply:
    """Open movie."""
    return scene.ask(scene.speech.welcome, asked.WHAT_TO_DO, card=Card(WELCOME_CARD, scene.speech.card_of_help))


def request(scene: Scene) -> Reply:
    """Request movies: ask for id and amount."""
    return scene.ask(scene.speech.request, asked.ID_AND_AMOUNT, amount=0)


def submit(scene: Scene) -> Reply:
    """Id and amount, or one of them where the other was said before."""
    return submitted(scene, number(scene.turn.slot(ID).text), number(scene.turn.slot(AMOUNT).text))


def submitted(scene: Scene, spoken_id: int | None, amount: int | None) -> Reply:
    """The list, or the question for what is missing. None: not said now."""
    if (spoken_id is not None and spoken_id <= 0) or (amount is not None and amount <= 0):
        return _wrong(scene, spoken_id, amount)
    spoken = spoken_id or (scene.state.user if scene.state.asked == asked.AMOUNT else 0)
    me = None if spoken else scene.me
    user = spoken or (me.user_id if me else scene.state.user)
    amount = amount or scene.state.amount or (usual_amount(scene) if me else 0)
    if not user and not amount:
        return scene.ask(scene.speech.both_again, asked.ID_AND_AMOUNT)
    if not user:
        return scene.ask(scene.speech.which_id, asked.ID, amount=amount)
    if not amount:
        return scene.ask(scene.speech.how_many, asked.AMOUNT, user=user)
    return read_list(scene, user, amount, is_own=bool(me))


def usual_amount(scene: Scene) -> int:
    """How many films this person hears where they do not say how many."""
    return scene.state.usual or USUAL_AMOUNT


def _wrong(scene: Scene, spoken_id: int | None, amount: int | None) -> Reply:
    """What was right of the two is kept, so that only the other has to be said again."""
    says = scene.speech
    user = spoken_id if spoken_id and spoken_id > 0 else 0 if spoken_id is not None else scene.state.user
    amount = amount if amount and amount > 0 else 0
    question, text = asked.ID_AND_AMOUNT, says.both_again
    if user or (spoken_id is None and scene.me):
        question, text = asked.AMOUNT, says.how_many
    elif amount:
        question, text = asked.ID, says.which_id
    return scene.ask(f"{says.not_above_zero} {text}", question, user=user, amount=amount)


def read_list(scene: Scene, user: int, amount: int, *, is_own: bool = False) -> Reply:
    """Table I's list of that many films, at most ten, or its sentence for a number without a record.

    is_own: whether it is the list of whom the Echo speaks for, whose number nobody needs to hear or remember.
    """
    says = scene.speech
    if scene.state.strangers >= MOST_STRANGERS and not is_own:
        return _stranger(scene, says.too_many_strangers())
    found = scene.films.list_of(user)
    if not found:
        return _stranger(scene, says.no_record)
    films = tuple([Heard.of(film) for film in found[:LIST_LENGTH]])
    n = min(amount, len(films))
    too_many, too_few = amount > LIST_LENGTH, n < min(amount, LIST_LENGTH)
    before = (f"{says.at_most_ten} " if too_many else "") + (f"{says.only(n)} " if too_few else "")
    question, text = (asked.WHICH_ONE, says.which_one) if n > 1 else (asked.ABOUT_IT, says.about_it)
    return scene.ask(
        f"{before}{says.recommended(films[:n])} {text}",
        question,
        card=Card(LIST_CARD, says.card_of_list(0 if is_own else user, listed(films[:n]))),
        user=0 if is_own else user,
        amount=0,
        usual=min(amount, LIST_LENGTH),
        films=films,
        listing="list",
        start=0,
        end=n,
        focus=films[0] if n == 1 else None,
        strangers=0,
    )


def _stranger(scene: Scene, text: str) -> Reply:
    card = Card(STATUS_CARD, scene.speech.visit(scene.films.address))
    strangers = min(scene.state.strangers + 1, MOST_STRANGERS)
    return instead(scene, text, card=card, user=0, amount=0, strangers=strangers)


def instead(scene: Scene, text: str, **changes: Any) -> Reply:
    """What can be had where there is no list: popular films, or another number where no site can be asked for them."""
    says = scene.speech
    question, offer = (asked.POPULAR, says.popular_instead) if scene.films.has_site else (asked.ID_AND_AMOUNT, says.both_again)
    return scene.ask(f"{text} {offer}", question, **changes)


def helped(scene: Scene) -> Reply:
    """Help where one is; the question stays the same."""
    says, question = scene.speech, scene.state.asked
    text = says.help_for(me.name) if question == asked.WHAT_TO_DO and (me := scene.me) else says.help(question)
    return scene.ask(text, question, card=Card(STATUS_CARD, says.card_of_help), **_as_before(scene.state))


def not_understood(scene: Scene) -> Reply:
    """Another sentence each time, and a card from the third time on; what was asked before can still be answered."""
    missed = scene.state.missed + 1
    card = Card(STATUS_CARD, scene.speech.card_of_help) if missed > 2 else None
    speech = scene.speech.not_understood(missed, scene.state.asked)
    return scene.ask(speech, scene.state.asked, card=card, **{**_as_before(scene.state), "missed": missed})


def _as_before(state: State) -> dict[str, object]:
    return {"again": state.again}


def goodbye(scene: Scene) -> Reply:
    """Stop."""
    return scene.leave(scene.speech.goodbye, Card(GOODBYE_CARD, scene.speech.goodbye))


def number(text: str) -> int | None:
    """The whole number that was heard; None for none, and for what is no whole number."""
    digits = text.strip()
    unsigned = digits.removeprefix("-")
    if not (unsigned.isascii() and unsigned.isdigit()):
        return None
    return min(int(unsigned), HIGHEST_NUMBER) * (-1 if unsigned != digits else 1) if len(unsigned) <= 20 else HIGHEST_NUMBER
