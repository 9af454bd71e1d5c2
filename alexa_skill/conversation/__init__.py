"""The conversation: from what was said, and what was said before, to what the Echo says. It knows no SDK, clock or network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_skill import intents
from alexa_skill.conversation import answers, finding, linking, listing, mine, one_by_one, one_film, opening, opinions, saved
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import State
from alexa_skill.conversation.turn import INTENT, LAUNCH, Slot, Turn
from alexa_skill.films import Films, NoSiteError, NotReadyError, OutOfReachError
from recommender.errors import NotLinkedError

if TYPE_CHECKING:
    from alexa_skill.speech.english import English  # which knows what was asked, by a module of this package

ANSWERS: dict[str, Callable[[Scene], Reply]] = {
    intents.REQUEST: mine.request,
    intents.SUBMIT: opening.submit,
    intents.MY_LIST: mine.my_list,
    intents.NUMBER_ALONE: answers.number_alone,
    intents.PICK: answers.picked,
    intents.ABOUT: one_film.about,
    intents.WHY: one_film.why,
    intents.LIKE: one_film.like,
    intents.BY_GENRE: finding.by_genre,
    intents.BY_DECADE: finding.by_decade,
    intents.BY_MOOD: finding.by_mood,
    intents.POPULAR: finding.popular,
    intents.SURPRISE: finding.surprise,
    intents.ONE_BY_ONE: one_by_one.begin,
    intents.LINK: linking.link,
    intents.UNLINK: linking.unlink,
    intents.WHO: linking.who_am_i,
    intents.RATE: opinions.said,
    intents.SEEN: opinions.said,
    intents.HIDE: answers.not_interested,
    intents.SAVE: opinions.said,
    intents.UNSAVE: opinions.said,
    intents.WATCHLIST: saved.read,
    intents.UNDO: opinions.take_back,
    intents.SAY_YEAR: opinions.said_year,
    intents.HELP: opening.helped,
    intents.STOP: opening.goodbye,
    intents.CANCEL: opening.goodbye,
    intents.HOME: opening.goodbye,
    intents.NEXT: answers.on,
    intents.MORE: answers.on,
    intents.PREVIOUS: listing.previous_page,
    intents.START_OVER: listing.start_over,
    intents.REPEAT: listing.repeat,
    intents.YES: answers.yes,
    intents.NO: answers.no,
}


def reply(state: State, turn: Turn, films: Films, speech: English) -> Reply:
    """What is said to this turn, and the state after it.

    An intent that is not known is answered as what was not understood. What the films cannot answer now is said, and offered again once.
    """
    speech = replace(speech, has_site=films.has_site)
    scene = Scene(state, turn, films, speech)
    if turn.kind == LAUNCH:
        scene = replace(scene, state=State())
        if scene.me is None:
            return opening.welcome(scene)
        scene = replace(scene, turn=replace(turn, kind=INTENT, intent=intents.MY_LIST))
    if turn.intent == intents.YES and state.asked == asked.AGAIN and state.again:
        scene = _again(scene, *state.again)
    try:
        return ANSWERS.get(scene.turn.intent, opening.not_understood)(scene)
    except NoSiteError:
        if len(state.films) > 1:
            return scene.ask(f"{speech.needs_site} {speech.about_another}", asked.WHICH_ONE)
        return scene.ask(f"{speech.needs_site} {speech.own_list} {speech.both_again}", asked.ID_AND_AMOUNT, amount=0)
    except NotLinkedError:
        return scene.ask(f"{speech.link_first} {speech.what_next}", asked.WHAT_TO_DO)
    except NotReadyError:
        if not state.again:
            return _later(scene, speech.not_ready)
        return opening.instead(scene, speech.not_ready_again)
    except OutOfReachError:
        return scene.leave(speech.out_of_reach_again) if state.again else _later(scene, speech.out_of_reach)


def _later(scene: Scene, text: str) -> Reply:
    slots = tuple([(name, slot.text, slot.id, slot.name) for name, slot in scene.turn.slots.items()])
    return scene.ask(text, asked.AGAIN, again=(scene.turn.intent, scene.state.asked, slots))


def _again(scene: Scene, intent: str, question: str, slots: tuple[tuple[str, str, str, str], ...]) -> Scene:
    """The turn that could not be answered, as an answer to the question that was open then: a yes means what it meant."""
    turn = replace(scene.turn, intent=intent, slots={name: Slot(text, number, known) for name, text, number, known in slots})
    return replace(scene, turn=turn, state=replace(scene.state, asked=question))
