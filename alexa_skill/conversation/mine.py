"""The list of whom the Echo speaks for, or of the number that was spoken: without saying a number again."""

from __future__ import annotations

from dataclasses import replace

from alexa_skill.conversation import opening
from alexa_skill.conversation.listing import PAGE, next_page, open_listing
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import MINE
from alexa_skill.films import Linked


def request(scene: Scene) -> Reply:
    """Request movies: whoever is linked has said who they are."""
    me = scene.me
    return _of(scene, me) if me else opening.request(scene)


def my_list(scene: Scene) -> Reply:
    """To one's own list, or back to it."""
    me = scene.me
    if me:
        return _of(scene, me)
    user = scene.state.user
    return opening.read_list(scene, user, scene.state.amount or opening.usual_amount(scene)) if user else opening.request(scene)


def after_a_change(scene: Scene) -> Reply:
    """The list that came with the answer to a change, from its first film."""
    return next_page(scene) if scene.state.films and scene.state.listing == MINE and not scene.state.end else my_list(scene)


def _of(scene: Scene, me: Linked) -> Reply:
    """Three at a time; with a greeting where nothing was said before."""
    says = scene.speech
    found = scene.films.list_of(me.user_id)
    hello = "" if scene.state.said else f"{says.welcome_back(me.name)} "
    if not found:
        return opening.instead(scene, f"{hello}{says.nothing_for_you}")
    started = replace(scene, state=replace(scene.state, user=0, amount=0, usual=PAGE))
    return open_listing(started, MINE, found, f"{hello}{says.intro(MINE, personal=True)}")
