"""The watchlist, read out: what one wanted to see, best first."""

from __future__ import annotations

from alexa_skill.conversation import mine
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.listing import open_listing
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import SAVED
from recommender.errors import NotLinkedError


def read(scene: Scene) -> Reply:
    """What is on my list; for a number that was spoken, and nobody linked, that is the list of films for them."""
    try:
        scene.linked()
    except NotLinkedError:
        if scene.state.user:
            return mine.my_list(scene)
        raise
    found = scene.films.watchlist()
    if not found:
        return scene.ask(f"{scene.speech.nothing_saved} {scene.speech.what_next}", asked.WHAT_TO_DO)
    return open_listing(scene, SAVED, found, scene.speech.intro(SAVED, personal=True))
