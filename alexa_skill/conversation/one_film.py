"""One film of a listing, or any other by its title: what it is, why it is there, and what is like it."""

from __future__ import annotations

from dataclasses import replace

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.listing import one_left, open_listing
from alexa_skill.conversation.opening import number
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import LONGEST_LISTING, Heard
from alexa_skill.films import NoSiteError, OutOfReachError
from alexa_skill.intents import NUMBER, POSITION, TITLE
from alexa_skill.titles import spoken_title
from recommender.domain import MovieDetails
from recommender.errors import UnknownMovieError

THE_LAST_ONE = frozenset({"thelastone", "lastone", "thelast"})  # is no ordinal to Alexa, and no title here


def picked(scene: Scene) -> Reply:
    """A film was picked: it is told about, or what was asked of it before it was clear which one."""
    film = meant(scene, _open_question(scene))
    return film if isinstance(film, Reply) else tell_what_was_asked(scene, film)


def placed(scene: Scene, place: int) -> Reply:
    """A film was picked by the number of its place alone."""
    film = by_place(scene, place, _open_question(scene))
    return film if isinstance(film, Reply) else tell_what_was_asked(scene, film)


def about(scene: Scene) -> Reply:
    """What is known of the film that is meant."""
    film = meant(scene, asked.WHICH_ONE)
    return film if isinstance(film, Reply) else tell_about(scene, film)


def why(scene: Scene) -> Reply:
    """Why the film is in the list."""
    film = meant(scene, asked.WHICH_WHY)
    return film if isinstance(film, Reply) else tell_why(scene, film)


def like(scene: Scene) -> Reply:
    """Films that the same people like."""
    film = meant(scene, asked.WHICH_LIKE)
    return film if isinstance(film, Reply) else find_like(scene, film)


def tell_what_was_asked(scene: Scene, film: Heard) -> Reply:
    """Why, or what is like it, where that was the question; else what it is."""
    match scene.state.asked:
        case asked.WHICH_WHY:
            return tell_why(scene, film)
        case asked.WHICH_LIKE:
            return find_like(scene, film)
    return tell_about(scene, film)


def _open_question(scene: Scene) -> str:
    return scene.state.asked if scene.state.asked in (asked.WHICH_WHY, asked.WHICH_LIKE) else asked.WHICH_ONE


def tell_about(scene: Scene, film: Heard) -> Reply:
    """What the record says of it, and what the site adds where it can be asked."""
    says = scene.speech
    question, text = (asked.WHY_IT, says.why_it) if film.reason else _further(scene)
    details = _details(scene, film)
    shown = replace(film, stars=None) if scene.me else film  # whoever may give it stars is not told first how many are expected
    if details and not film.genres:
        film, shown = (replace(Heard.of(details.movie), reason=each.reason, stars=each.stars) for each in (film, shown))
    return scene.ask(f"{says.about(shown, details)} {text}", question, focus=film)


def tell_why(scene: Scene, film: Heard) -> Reply:
    """The record's own first reason."""
    question, text = _further(scene)
    return scene.ask(f"{_reason(scene, film)} {text}", question, focus=film)


def find_like(scene: Scene, film: Heard) -> Reply:
    """A new listing of films like it."""
    try:
        found = scene.films.similar(film.movie_id, LONGEST_LISTING)
    except UnknownMovieError:
        found = ()
    if not found:
        return scene.ask(scene.speech.nothing_like(film.title), asked.WHAT_TO_DO)
    listing = f"like:{spoken_title(film.title)}"
    return open_listing(scene, listing[: asked.LONGEST_TEXT], found, scene.speech.intro(listing, personal=True))


def _reason(scene: Scene, film: Heard) -> str:
    if film.reason:
        return scene.speech.why(film)
    kind, _, other = scene.state.listing.partition(":")
    if kind == "like" and film in scene.state.films:
        return scene.speech.like_reason(film, other)
    return scene.speech.no_reason(film)


def _further(scene: Scene) -> tuple[str, str]:
    """What is offered behind the last that is known of a film: others like it, or another one of the listing where no site can be asked."""
    if scene.films.has_site:
        return asked.LIKE_IT, scene.speech.like_it
    return (asked.WHICH_ONE, scene.speech.about_another) if len(scene.state.films) > 1 else (asked.WHAT_TO_DO, scene.speech.what_next)


def _details(scene: Scene, film: Heard) -> MovieDetails | None:
    try:
        return scene.films.details(film.movie_id)
    except (NoSiteError, OutOfReachError, UnknownMovieError):
        return None  # the record alone says enough


def meant(scene: Scene, question: str) -> Heard | Reply:
    """The film by title, by place, or the one in focus; the question which one where it cannot be told."""
    if scene.turn.slot(TITLE).text:
        return just_named(scene) or _by_title(scene)
    place = number(scene.turn.slot(POSITION).text)
    if place is None:
        place = number(scene.turn.slot(NUMBER).text)
    if place is not None:
        return by_place(scene, place, question)
    if scene.state.focus:
        return scene.state.focus
    if not scene.state.films:
        return scene.ask(scene.speech.nothing_named, asked.WHAT_TO_DO)
    return scene.ask(scene.speech.which_then, question)


def by_place(scene: Scene, place: int, question: str) -> Heard | Reply:
    """The film at that place of the listing, 1 is the first; those not read out yet count too. question: asked again for others."""
    films = scene.state.films
    if 1 <= place <= len(films):
        return films[place - 1]
    if len(films) == 1:
        return one_left(scene, scene.speech.only_one_of_them)
    return scene.ask(scene.speech.no_such_place(len(films)), question if films else asked.WHAT_TO_DO)


def just_named(scene: Scene) -> Heard | None:
    """The film that is called by its title among those that are being talked about; "the last one" is one of them too."""
    said, state = scene.turn.slot(TITLE), scene.state
    if folded(said.text) in THE_LAST_ONE and state.films:
        return state.films[max(state.end, 1) - 1]
    names = {folded(text) for text in (said.text, said.name) if text}
    return next((film for film in (*state.films, *((state.focus,) if state.focus else ())) if names & forms(film.title)), None)


def _by_title(scene: Scene) -> Heard | Reply:
    """By the number that the title was resolved to, else by the words as they were heard.

    Numbers of another data set may stand in the skill's model: one counts only where the film of that number has that title.
    """
    said = scene.turn.slot(TITLE)
    names = {folded(text) for text in (said.text, said.name) if text}
    if numbered := _numbered(scene, said.id, names):
        return numbered
    found = scene.films.named(said.name or said.text)
    if not found and said.name and said.name != said.text:
        found = scene.films.named(said.text)
    return Heard.of(found[0]) if found else _unknown(scene)


def _numbered(scene: Scene, movie_id: str, names: set[str]) -> Heard | None:
    if not number(movie_id):
        return None
    try:
        movie = scene.films.details(int(movie_id)).movie
    except UnknownMovieError:
        return None
    return Heard.of(movie) if names & forms(movie.title) else None


def _unknown(scene: Scene) -> Reply:
    return scene.ask(scene.speech.unknown_title(scene.turn.slot(TITLE).text), asked.WHAT_TO_DO)


def forms(title: str) -> set[str]:
    """The ways in which a title is said: as written, as the Echo says it, and without its article."""
    return {folded(title), folded(spoken_title(title)), folded(title.removeprefix("The "))}


def folded(title: str) -> str:
    return "".join([letter for letter in title.casefold().replace("&", "and") if letter.isalnum()])
