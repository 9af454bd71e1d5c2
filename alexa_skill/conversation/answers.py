"""Yes, no, and a number alone: what they mean follows from what was asked."""

from __future__ import annotations

from dataclasses import replace

from alexa_skill.conversation import finding, listing, one_film, opening
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.intents import NUMBER


def yes(scene: Scene) -> Reply:
    """Do what was offered; where nothing was, ask what it shall be."""
    film, says = scene.state.focus, scene.speech
    match scene.state.asked:
        case asked.WHICH_ONE | asked.WHICH_WHY | asked.WHICH_LIKE as question:
            return scene.ask(says.which_then, question)
        case asked.ABOUT_IT | asked.SURPRISED if film:
            return one_film.tell_about(scene, film)
        case asked.WHY_IT if film:
            return one_film.tell_why(scene, film)
        case asked.LIKE_IT if film:
            return one_film.find_like(scene, film)
        case asked.MORE:
            return listing.next_page(scene)
        case asked.POPULAR:
            return finding.popular(scene)
        case asked.ANOTHER:
            return finding.surprise(scene)
        case asked.ID_AND_AMOUNT | asked.ID | asked.AMOUNT as question:
            return scene.ask(says.help(question), question)
    return scene.ask(says.yes_to_what(), asked.WHAT_TO_DO)


def no(scene: Scene) -> Reply:
    """Leave it, and offer the next best; a goodbye where there is nothing left to offer."""
    says = scene.speech
    match scene.state.asked:
        case asked.SURPRISED:
            return scene.ask(says.another, asked.ANOTHER)
        case asked.MORE:
            return scene.ask(f"Ok. {says.which_one}", asked.WHICH_ONE)
        case asked.WHY_IT | asked.LIKE_IT if len(scene.state.films) > 1:
            return scene.ask(f"Ok. {says.about_another}", asked.WHICH_ONE)
        case asked.ID_AND_AMOUNT | asked.ID | asked.AMOUNT if scene.films.has_site:
            return scene.ask(f"Ok. {says.popular_instead}", asked.POPULAR, amount=0)
    return opening.goodbye(scene)


def on(scene: Scene) -> Reply:
    """Next, or more: another film where chance picked the last one, else the listing goes on."""
    if scene.state.asked in (asked.SURPRISED, asked.ANOTHER):
        return finding.surprise(scene)
    return listing.next_page(scene)


def number_alone(scene: Scene) -> Reply:
    """The id, the amount, or the place of a film, whichever was asked for."""
    number = opening.number(scene.turn.slot(NUMBER).text)
    match scene.state.asked:
        case asked.ID_AND_AMOUNT | asked.ID:
            return opening.submitted(scene, number, None)
        case asked.AMOUNT:
            return opening.submitted(scene, None, number)
    if number is not None and scene.state.films:
        return one_film.placed(scene, number)
    forgotten = replace(scene, state=replace(scene.state, amount=0))
    return forgotten.ask(scene.speech.one_number_more(), asked.ID_AND_AMOUNT)
