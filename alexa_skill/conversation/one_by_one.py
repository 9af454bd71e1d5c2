"""One film at a time: "how about this one?", until one is taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import LONGEST_LISTING, MOST_PASSED, ONE_BY_ONE, Heard


def begin(scene: Scene) -> Reply:
    """The list, or what is popular where nobody is known, one by one."""
    found = (scene.films.list_of(scene.who) if scene.who else None) or scene.films.chosen(None)
    films = tuple([Heard.of(film) for film in found[:LONGEST_LISTING]])
    return propose(replace(scene, state=replace(scene.state, films=films, listing=ONE_BY_ONE, passed=())), 0)


def pass_on(scene: Scene) -> Reply:
    """Not this one: the next."""
    state = scene.state
    passed = (*state.passed, *((state.focus.movie_id,) if state.focus else ()))[-MOST_PASSED:]
    return propose(replace(scene, state=replace(state, passed=passed)), state.end)


def again(scene: Scene, before: str) -> Reply:
    """The same one, once something else was said or done."""
    return propose(scene, scene.state.start, before=before)


def propose(scene: Scene, place: int, *, before: str = "") -> Reply:
    """How about the film at that place, 0 is the first; what could be asked for where there is none left."""
    films, says = scene.state.films, scene.speech
    before = f"{before} " if before else ""
    if place >= len(films):
        nothing: dict[str, Any] = {"films": (), "listing": "", "start": 0, "end": 0, "focus": None}
        return scene.ask(f"{before}{says.that_was_the_last} {says.what_next}", asked.WHAT_TO_DO, **nothing)
    kept: dict[str, Any] = {"films": films, "listing": ONE_BY_ONE, "start": place, "end": place + 1, "focus": films[place]}
    return scene.ask(f"{before}{says.how_about(films[place])}", asked.HOW_ABOUT, **kept)
