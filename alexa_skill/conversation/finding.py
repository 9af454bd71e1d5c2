"""Films of a kind: by genre, decade or mood, what is popular, and a surprise."""

from __future__ import annotations

from collections.abc import Sequence

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.listing import open_listing
from alexa_skill.conversation.opening import number
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import LONGEST_LISTING, Heard
from alexa_skill.films import NoSiteError
from alexa_skill.intents import DECADE, GENRE, MOOD
from alexa_skill.moods import MOODS
from recommender.domain import RecommendedMovie

FIRST_YEAR, LAST_YEAR = 1870, 2100  # a number between is a year
SURPRISES = 40  # films among which chance picks; the first ten are heard anyway


def by_genre(scene: Scene) -> Reply:
    """A genre, of a decade if one was named."""
    genre, years = scene.turn.slot(GENRE), _years(scene)
    if not genre.id:
        return by_decade(scene) if years and not genre.text else scene.ask(scene.speech.no_such_genre, asked.WHAT_TO_DO)
    if scene.turn.slot(DECADE).text and not years:
        return scene.ask(scene.speech.no_such_decade, asked.WHAT_TO_DO)
    listing = f"genre:{genre.id}" + (f"|{_years_said(scene)}" if years else "")
    return _open(scene, listing, scene.films.chosen(scene.who, with_genres=(genre.id,), years=years, n=LONGEST_LISTING))


def by_decade(scene: Scene) -> Reply:
    """Films of ten years."""
    years = _years(scene)
    if not years:
        return scene.ask(scene.speech.no_such_decade, asked.WHAT_TO_DO)
    return _open(scene, f"decade:{_years_said(scene)}", scene.films.chosen(scene.who, years=years, n=LONGEST_LISTING))


def by_mood(scene: Scene) -> Reply:
    """Films for a mood."""
    name = scene.turn.slot(MOOD).id
    mood = MOODS.get(name)
    if mood is None:
        return scene.ask(scene.speech.no_such_mood, asked.WHAT_TO_DO)
    found = scene.films.chosen(scene.who, with_genres=mood.with_genres, without_genres=mood.without_genres, n=LONGEST_LISTING)
    return _open(scene, f"mood:{name}", found)


def popular(scene: Scene) -> Reply:
    """What many people like, the same for everyone."""
    return _open(scene, "popular", scene.films.chosen(None, n=LONGEST_LISTING))


def surprise(scene: Scene) -> Reply:
    """One film by chance, from further down than the list is read out; from the list itself where there is no site to ask."""
    try:
        found = scene.films.chosen(scene.who, n=SURPRISES)
    except NoSiteError:
        found = (scene.who and scene.films.list_of(scene.who)) or ()
        if not found:
            raise
    heard = {film.movie_id for film in (*scene.state.films[: scene.state.end], *([scene.state.focus] if scene.state.focus else []))}
    further = found[LONGEST_LISTING:] or found
    fresh = [film for film in further if film.movie.movie_id not in heard] or further
    if not fresh:
        return scene.ask(scene.speech.nothing_of_the_kind(), asked.WHAT_TO_DO)
    film = Heard.of(fresh[int(scene.turn.chance * len(fresh))])
    return scene.ask(scene.speech.how_about(film), asked.SURPRISED, focus=film)


def _open(scene: Scene, listing: str, found: Sequence[RecommendedMovie]) -> Reply:
    if not found:
        return scene.ask(scene.speech.nothing_of_the_kind(), asked.WHAT_TO_DO, films=(), listing="", start=0, end=0, focus=None)
    personal = found[0].match is not None
    return open_listing(scene, listing[: asked.LONGEST_TEXT], found, scene.speech.intro(listing, personal=personal))


def _years(scene: Scene) -> tuple[int, int] | None:
    """From and to: ten years, or the one year that was heard."""
    said = scene.turn.slot(DECADE)
    first = number(said.id)
    if first:
        return first, first + 9
    year = number(said.text)
    return (year, year) if year and FIRST_YEAR <= year <= LAST_YEAR else None


def _years_said(scene: Scene) -> str:
    said = scene.turn.slot(DECADE)
    return said.name or said.text
