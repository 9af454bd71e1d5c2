"""What somebody says of a film: stars, that they have seen it, or that they are not interested; and taking that back."""

from __future__ import annotations

from dataclasses import replace

from alexa_skill.conversation import one_by_one, one_film
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.opening import number
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.scene import Scene
from alexa_skill.conversation.state import MINE, MOST_CANDIDATES, MOST_STARS, ONE_BY_ONE, SAVED, STARS_GIVEN, Heard
from alexa_skill.films import Changed
from alexa_skill.intents import HIDE, RATE, SAVE, SEEN, STARS, TITLE, UNSAVE, YEAR
from alexa_skill.titles import spoken_title
from recommender.domain import HIDDEN, WATCHLIST
from recommender.domain import SEEN as SEEN_MARK
from recommender.errors import UnknownMovieError

MARKS = {SEEN: SEEN_MARK, HIDE: HIDDEN, SAVE: WATCHLIST, UNSAVE: WATCHLIST}


def said(scene: Scene) -> Reply:
    """Something about a film, which is what the intent says, of the film that is meant."""
    scene.linked()
    heard = scene.turn.slot(STARS)
    stars = stars_in(heard.id or heard.text)
    pending = (scene.turn.intent, stars)
    film = _meant(replace(scene, state=replace(scene.state, pending=pending)))
    if isinstance(film, Reply):
        return film
    return _no_such_stars(scene, film) if heard.text and not stars else said_of(scene, film, pending)


def picked(scene: Scene, place: int | None) -> Reply:
    """Of which film what is pending is said, once that was asked. place: 1 is the first; None where none was said."""
    candidates = scene.state.candidates if scene.state.asked == asked.WHICH_YEAR else ()
    if place is not None and 1 <= place <= len(candidates):
        return said_of(scene, candidates[place - 1], scene.state.pending)
    film = _meant(scene) if place is None else one_film.by_place(scene, place, asked.WHICH_SAID)
    return film if isinstance(film, Reply) else said_of(scene, film, scene.state.pending)


def said_of(scene: Scene, film: Heard, pending: tuple[str, float]) -> Reply:
    """Keep it, say so, and go on where one was. pending: the intent, and the stars or 0."""
    intent, stars = pending
    scene = replace(scene, state=replace(scene.state, pending=("", 0), candidates=(), focus=film))
    says = scene.speech
    if intent not in (RATE, *MARKS):
        return one_film.tell_about(scene, film)
    if intent == RATE and not stars:
        return scene.ask(says.how_many_stars(film.title), asked.STARS)
    try:
        made = scene.films.rate(film.movie_id, stars) if intent == RATE else _marked(scene, film, intent)
    except UnknownMovieError:
        return scene.ask(says.unknown_title(film.title), asked.WHAT_TO_DO)
    what = STARS_GIVEN if intent == RATE else MARKS[intent]
    before = (made.stars or 0) if intent == RATE else float(what in made.marks)
    scene = moved(scene, film, made, what, leaves=intent != SAVE)
    scene = replace(scene, state=replace(scene.state, undo=(film.movie_id, film.title, what, before)))
    if intent == SEEN and not made.stars:
        return scene.ask(f"{says.seen(film.title)} {says.how_many_stars('')}", asked.STARS, focus=film)
    if intent == SAVE and (made.stars or SEEN_MARK in made.marks):
        return go_on(scene, says.seen_already(film.title))  # the watchlist leaves it out
    return go_on(scene, says.kept(intent, film, stars))


def stars_said(scene: Scene, heard: str) -> Reply:
    """A number alone, where stars were asked for."""
    film, stars = scene.state.focus, stars_in(heard)
    if film is None:
        return scene.ask(scene.speech.nothing_named, asked.WHAT_TO_DO)
    return said_of(scene, film, (RATE, stars)) if stars else _no_such_stars(scene, film)


def year_said(scene: Scene, heard: str) -> Reply:
    """Which of the films of one title it is, by its year or its place among them."""
    year, says, candidates = number(heard), scene.speech, scene.state.candidates
    if not candidates or scene.state.asked != asked.WHICH_YEAR:
        return scene.ask(says.no_year_asked, asked.WHAT_TO_DO)
    for place, film in enumerate(candidates, 1):
        if year in (film.year, place):
            return said_of(scene, film, scene.state.pending)
    return scene.ask(says.which_year(candidates), asked.WHICH_YEAR)


def said_year(scene: Scene) -> Reply:
    """The one from that year."""
    return year_said(scene, scene.turn.slot(YEAR).text)


def take_back(scene: Scene) -> Reply:
    """Undo what was said last of a film: as it was before, it is again."""
    scene.linked()
    says = scene.speech
    if scene.state.undo is None:
        return scene.ask(f"{says.nothing_to_undo} {says.what_next}", asked.WHAT_TO_DO)
    movie_id, title, what, before = scene.state.undo
    try:
        made = scene.films.rate(movie_id, before or None) if what == STARS_GIVEN else scene.films.mark(movie_id, what, there=bool(before))
    except UnknownMovieError:
        return scene.ask(says.unknown_title(title), asked.WHAT_TO_DO, undo=None)
    text = says.as_before(title, before if what == STARS_GIVEN else 0)
    if scene.state.listing == ONE_BY_ONE:
        return one_by_one.again(replace(scene, state=replace(scene.state, undo=None)), text)
    scene = moved(scene, None, made, what)
    return go_on(replace(scene, state=replace(scene.state, undo=None)), text)


def moved(scene: Scene, film: Heard | None, made: Changed, what: str, *, leaves: bool = True) -> Scene:
    """The listing after a change. A person's own list is the new one, which came with the answer; of others the film is taken out.

    film: None for one that may come back. what: was said of it, as in State's undo. leaves: whether it is said to be done with.
    """
    state = scene.state
    passed = (*state.passed, *((film.movie_id,) if film else ()))[-asked.MOST_PASSED :]
    if what == WATCHLIST and not (state.listing == SAVED and leaves):
        return replace(scene, state=replace(state, passed=passed)) if state.listing == ONE_BY_ONE else scene
    if state.listing in ("", MINE):
        films = tuple([Heard.of(each) for each in (made.movies or ())[: asked.LONGEST_LISTING]])
        return replace(scene, state=replace(state, films=films, listing=MINE if films else "", start=0, end=0))
    if state.listing == ONE_BY_ONE and made.movies is not None and film:
        fresh = tuple([Heard.of(each) for each in made.movies if each.movie.movie_id not in passed])
        return replace(scene, state=replace(state, films=fresh, start=0, end=0, passed=passed))
    at = next((at for at, each in enumerate(state.films) if film and each.movie_id == film.movie_id), None)
    if at is None:
        return scene
    films = (*state.films[:at], *state.films[at + 1 :])
    end = state.end - (at < state.end)
    return replace(scene, state=replace(state, films=films, start=min(state.start, end), end=end))


def go_on(scene: Scene, text: str) -> Reply:
    """Say what was done, and offer what comes next where one was."""
    state, says = scene.state, scene.speech
    if state.listing == ONE_BY_ONE:
        return one_by_one.propose(scene, state.end, before=text)
    if state.asked in (asked.SURPRISED, asked.ANOTHER):
        return scene.ask(f"{text} {says.another}", asked.ANOTHER)
    if state.listing not in ("", MINE) and state.end < len(state.films):
        return scene.ask(f"{text} {says.go_on}", asked.MORE)
    if state.listing == MINE and state.end:  # as it was, since only the watchlist changed
        return scene.ask(f"{text} {says.go_on}", asked.MORE) if state.end < len(state.films) else _another(scene, text)
    return scene.ask(f"{text} {says.your_list}", asked.NEW_LIST)


def stars_in(text: str) -> float:
    """The stars that were heard, in half steps; 0 for none, and for what are none."""
    try:
        stars = float(text) if len(text) <= 4 else 0.0  # "4.5"
    except ValueError:
        return 0.0
    return stars if 0 < stars <= MOST_STARS and (stars * 2).is_integer() else 0.0


def _no_such_stars(scene: Scene, film: Heard) -> Reply:
    return scene.ask(f"{scene.speech.no_such_stars} {scene.speech.how_many_stars('')}", asked.STARS, focus=film)


def _another(scene: Scene, text: str) -> Reply:
    return scene.ask(f"{text} {scene.speech.about_another}", asked.WHICH_ONE)


def _marked(scene: Scene, film: Heard, intent: str) -> Changed:
    return scene.films.mark(film.movie_id, MARKS[intent], there=intent != UNSAVE)


def _meant(scene: Scene) -> Heard | Reply:
    """The film by place, by title, or in focus. Of several films of one title that nobody has just named, the year is asked for."""
    title = scene.turn.slot(TITLE)
    if not title.text or one_film.just_named(scene):
        return one_film.meant(scene, asked.WHICH_SAID)
    found = scene.films.named(title.name or title.text)
    if not found and title.name and title.name != title.text:
        found = scene.films.named(title.text)
    names = {one_film.folded(text) for text in (title.text, title.name) if text}
    same = [Heard.of(movie) for movie in found if names & one_film.forms(movie.title)][:MOST_CANDIDATES]
    if len(same) > 1 and len({film.year for film in same}) > 1:
        candidates = tuple(sorted((film for film in same if film.year), key=lambda film: film.year or 0))
        if len(candidates) > 1:
            return scene.ask(scene.speech.which_year(candidates), asked.WHICH_YEAR, candidates=candidates)
    if not found:
        return scene.ask(scene.speech.unknown_title(spoken_title(title.text)), asked.WHAT_TO_DO)
    return same[0] if same else Heard.of(found[0])
