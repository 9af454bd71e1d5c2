"""Whom the Echo speaks for: by six digits that the site shows, until it is told to forget."""

from __future__ import annotations

from typing import Any

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Card, Reply
from alexa_skill.conversation.scene import STATUS_CARD, Scene
from alexa_skill.films import NoSiteError
from alexa_skill.intents import CODE
from recommender.errors import FullHouseError, NotLinkedError, TooManyTriesError, WrongCodeError

CODE_DIGITS = 6
FRESH: dict[str, Any] = {  # what is spoken of begins anew with somebody else
    "user": 0,
    "usual": 0,
    "films": (),
    "listing": "",
    "start": 0,
    "end": 0,
    "focus": None,
    "undo": None,
    "passed": (),
}
FEWEST_DIGITS = 2  # that are heard of a code: a number lacks the noughts before it


def link(scene: Scene) -> Reply:
    """Link my profile, with the code or without."""
    if scene.turn.slot(CODE).text:
        return code_said(scene, scene.turn.slot(CODE).text)
    if not scene.films.has_site:
        raise NoSiteError("Without a site there are no codes.")
    me, says = scene.me, scene.speech
    card = Card(STATUS_CARD, says.card_of_link(scene.films.address))
    return scene.ask(f"{says.speaking_for(me.name)} {says.how_to_link}" if me else says.how_to_link, asked.CODE, card=card)


def code_said(scene: Scene, heard: str) -> Reply:
    """The digits, said one by one or in twos, as a number without its first noughts or as several."""
    says = scene.speech
    digits = "".join([letter for letter in heard if letter in "0123456789"])
    if not FEWEST_DIGITS <= len(digits) <= CODE_DIGITS:
        return scene.ask(f"{says.six_digits} {says.which_code}", asked.CODE)
    try:
        linked = scene.films.link(digits.zfill(CODE_DIGITS))
    except WrongCodeError:
        return scene.ask(f"{says.wrong_code} {says.which_code}", asked.CODE)
    except TooManyTriesError as error:
        return scene.ask(f"{says.too_often(error.retry_after)} {says.what_next}", asked.WHAT_TO_DO)
    except FullHouseError:
        return scene.ask(f"{says.full_house} {says.what_next}", asked.WHAT_TO_DO)
    return scene.ask(f"{says.linked(linked.name)} {says.your_list}", asked.NEW_LIST, **FRESH)


def unlink(scene: Scene) -> Reply:
    """Forget me: after a yes."""
    says = scene.speech
    try:
        return scene.ask(says.shall_forget(scene.linked().name), asked.UNLINK)
    except NotLinkedError:
        return scene.ask(f"{says.nobody_linked} {says.what_next}", asked.WHAT_TO_DO)


def forget(scene: Scene) -> Reply:
    """Yes, forget me: with it goes what was spoken of."""
    was_linked = scene.films.unlink()
    says = scene.speech
    return scene.ask(f"{says.forgotten if was_linked else says.nobody_linked} {says.what_next}", asked.WHAT_TO_DO, **FRESH)


def who_am_i(scene: Scene) -> Reply:
    """Whom the Echo speaks for."""
    says = scene.speech
    try:
        text = says.speaking_for(scene.linked().name)
    except NotLinkedError:
        text = says.speaking_for_nobody
    return scene.ask(f"{text} {says.what_next}", asked.WHAT_TO_DO)
