"""Yes, no, and a number alone: what they mean follows from what was asked."""

from __future__ import annotations

from dataclasses import replace

from alexa_skill.conversation import finding, linking, listing, mine, one_by_one, one_film, opening, opinions
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import ONE_BY_ONE
from alexa_skill.intents import NUMBER, POSITION, TITLE

OF_ONE_FILM = (asked.ABOUT_IT, asked.SURPRISED, asked.HOW_ABOUT, asked.WHY_IT, asked.LIKE_IT, asked.STARS)  # is what was asked


def yes(scene: Scene) -> Reply:
    """Do what was offered; where nothing was, ask what it shall be."""
    film, says = scene.state.focus, scene.speech
    match scene.state.asked:
        case asked.WHICH_ONE | asked.WHICH_WHY | asked.WHICH_LIKE as question:
            return scene.ask(says.which_then, question)
        case asked.WHICH_SAID | asked.WHICH_YEAR | asked.CODE | asked.STARS as question:
            return scene.ask(says.question_of(scene.state), question)
        case asked.NEW_LIST:
            return mine.after_a_change(scene)
        case asked.UNLINK:
            return linking.forget(scene)
        case asked.ABOUT_IT | asked.SURPRISED | asked.HOW_ABOUT if film:
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
        case asked.HOW_ABOUT:
            return one_by_one.pass_on(scene)
        case asked.ABOUT_IT | asked.WHY_IT | asked.LIKE_IT if scene.state.listing == ONE_BY_ONE:
            return one_by_one.pass_on(scene)
        case asked.STARS:
            return opinions.go_on(scene, "Ok.")
        case asked.NEW_LIST | asked.UNLINK | asked.CODE | asked.WHICH_SAID | asked.WHICH_YEAR:
            return scene.ask(f"Ok. {says.what_next}", asked.WHAT_TO_DO)
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
    if scene.state.asked == asked.STARS:
        return opinions.go_on(scene, "Ok.")
    if scene.state.listing == ONE_BY_ONE and scene.state.end:
        return one_by_one.pass_on(scene)
    if scene.state.asked in (asked.SURPRISED, asked.ANOTHER):
        return finding.surprise(scene)
    return listing.next_page(scene)


def number_alone(scene: Scene) -> Reply:
    """The id, the amount, the code, stars, a year, or the place of a film, whichever was asked for."""
    heard = scene.turn.slot(NUMBER).text
    number = opening.number(heard)
    match scene.state.asked:
        case asked.CODE:
            return linking.code_said(scene, heard)
        case asked.STARS:
            return opinions.stars_said(scene, heard)
        case asked.WHICH_YEAR:
            return opinions.year_said(scene, heard)
        case asked.WHICH_SAID if number is not None:
            return opinions.picked(scene, number)
        case asked.ID_AND_AMOUNT | asked.ID:
            return opening.submitted(scene, number, None)
        case asked.AMOUNT:
            return opening.submitted(scene, None, number)
    if number is not None and scene.state.films:
        return one_film.placed(scene, number)
    forgotten = replace(scene, state=replace(scene.state, amount=0))
    return forgotten.ask(scene.speech.one_number_more(), asked.ID_AND_AMOUNT)


def picked(scene: Scene) -> Reply:
    """A film was named and nothing said of it: what was asked of it is meant."""
    if scene.state.asked not in (asked.WHICH_SAID, asked.WHICH_YEAR):
        return one_film.picked(scene)
    places = [opening.number(scene.turn.slot(name).text) for name in (POSITION, NUMBER) if not scene.turn.slot(TITLE).text]
    return opinions.picked(scene, next((place for place in places if place is not None), None))


def not_interested(scene: Scene) -> Reply:
    """Never again this film. It is no more than a no where something else was asked, or where nobody is linked who could mean it."""
    state = scene.state
    if not any(slot.text for slot in scene.turn.slots.values()) and state.asked != asked.WHAT_TO_DO:
        is_of_one = state.focus is not None and state.asked in OF_ONE_FILM
        if not is_of_one or scene.me is None:
            return no(scene)
    return opinions.said(scene)
