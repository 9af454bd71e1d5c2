"""Going through a listing: three at a time, on, back, from the start, and once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.opening import welcome
from alexa_skill.conversation.reply import Card, Reply
from alexa_skill.conversation.scene import LIST_CARD, Scene, listed
from alexa_skill.conversation.state import LONGEST_LISTING, Heard
from recommender.domain import Movie, RecommendedMovie

PAGE = 3  # films named at a time; more cannot be kept in mind


def open_listing(scene: Scene, listing: str, found: Sequence[RecommendedMovie | Movie], intro: str) -> Reply:
    """The first page of a new listing. listing: what it is, as State has it."""
    films = tuple([Heard.of(film) for film in found[:LONGEST_LISTING]])
    started = replace(scene, state=replace(scene.state, films=films, listing=listing, focus=None))
    return _page(started, 0, PAGE, before=f"{intro} ", card=Card(LIST_CARD, listed(films)))


def next_page(scene: Scene) -> Reply:
    """The next three, or that there are no more."""
    state = scene.state
    if not state.films:
        return scene.ask(scene.speech.nothing_named, asked.WHAT_TO_DO)
    if state.end >= len(state.films):
        if len(state.films) == 1:
            return one_left(scene, scene.speech.that_was_the_last)
        return scene.ask(f"{scene.speech.that_was_the_last} {scene.speech.which_one}", asked.WHICH_ONE)
    return _page(scene, state.end, state.end + PAGE)


def one_left(scene: Scene, before: str) -> Reply:
    """The only film of the listing is offered, since there is no other to choose."""
    return scene.ask(f"{before} {scene.speech.about_it}", asked.ABOUT_IT, focus=scene.state.films[0])


def previous_page(scene: Scene) -> Reply:
    """The three before, or the first ones again."""
    state = scene.state
    if not state.films:
        return scene.ask(scene.speech.nothing_named, asked.WHAT_TO_DO)
    if not state.start:
        return _page(scene, 0, max(state.end, 1), before=f"{scene.speech.that_was_the_first} ")
    return _page(scene, max(0, state.start - PAGE), state.start)


def start_over(scene: Scene) -> Reply:
    """The listing from its first film, or the welcome where there is none."""
    return _page(scene, 0, PAGE) if scene.state.films else welcome(scene)


def repeat(scene: Scene) -> Reply:
    """The last speech once more; the welcome where nothing was said yet."""
    state = scene.state
    return scene.ask(state.said, state.asked, again=state.again) if state.said else welcome(scene)


def _page(scene: Scene, start: int, end: int, *, before: str = "", card: Card | None = None) -> Reply:
    films, says = scene.state.films, scene.speech
    end = min(end, len(films))
    if end < len(films):
        question, text = asked.MORE, says.go_on
    elif end - start > 1:
        question, text = asked.WHICH_ONE, says.which_one
    else:
        question, text = asked.ABOUT_IT, says.about_it
    focus = films[start] if end - start == 1 else None
    speech = f"{before}{says.in_order(films[start:end], start)} {text}"
    return scene.ask(speech, question, card=card, films=films, listing=scene.state.listing, start=start, end=end, focus=focus)
