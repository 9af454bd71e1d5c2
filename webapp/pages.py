"""The pages that people see. Each view reads what was sent, asks the recommender, and shows the answer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from flask import Blueprint, Response, redirect, render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from recommender.domain import FIRST_OWN_USER_ID, LIST_LENGTH, LONGEST_LIST, OPENED, POPULAR, SEARCHED, Movie, is_own_person
from recommender.errors import NoModelError, RecommenderError, StorageError
from webapp import charts, delivery, dials, inputs, kept, posters, wording
from webapp.accounts import asker, visitor
from webapp.engine import engine
from webapp.kept import url_for
from webapp.me.events import note
from webapp.metrics import tally

HOT_FILMS = 12
FILMS_FOUND = 40
FILMS_LIKE_IT = 12
A_YEAR = 365 * 24 * 3600  # seconds
POSTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

pages = Blueprint("pages", __name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody typed into the form, as they typed it: nothing here has been checked."""

    user: str
    amount: str
    with_genres: tuple[str, ...]
    without_genres: tuple[str, ...]
    wishes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.with_genres or self.without_genres)

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Everything but the wishes, as a form sends it."""
        genres = [("with", genre) for genre in self.with_genres] + [("without", genre) for genre in self.without_genres]
        return [("user", self.user), ("amount", self.amount), *genres]

    def plain(self, page: str) -> str:
        """The same question without any wishes."""
        return self.address(page, **dict.fromkeys(self.wishes))

    def address(self, page: str, **changes: object) -> str:
        """The page with this question in its address."""
        typed: dict[str, object] = {
            "user": self.user or None,
            "amount": self.amount,
            "with": self.with_genres,
            "without": self.without_genres,
            **self.wishes,
        }
        return url_for(page, **{**typed, **changes})


@pages.get("/")
def home() -> str:
    known = visitor()
    person = known.user_id if known else None
    hot = engine().well_liked(HOT_FILMS, viewer=person, asker=asker())
    mine = engine().list_for(person, asker=asker()) if person else None
    viewers = engine().sample_viewers()
    return render_template("home.html", hot=hot, viewers=viewers, question=asked(request.args), mine=mine)


@pages.get("/movies/")
def movies() -> str:
    genres = engine().genres()
    viewers = engine().sample_viewers()
    wishes = dials.typed_wishes(request.args)
    return render_template("movies.html", genres=genres, viewers=viewers, question=asked(request.args), wishes=wishes)


@pages.get("/result/")
def result() -> AnyResponse:
    question = asked(request.args)
    user_id = inputs.user_id(inputs.one(request.args, "user", "user id"))
    amount = inputs.amount(inputs.one(request.args, "amount"))
    wanted, unwanted = inputs.genres(question.with_genres), inputs.genres(question.without_genres)

    wishes = inputs.wishes(request.args)

    made = engine().list_for(user_id, amount, with_genres=wanted, without_genres=unwanted, wishes=wishes, asker=asker())
    tally().list_shown(made)

    def write() -> str:
        return render_template("result.html", made=made, amount=amount, question=question, wishes=wishes)

    # A list without a trouble is told by these; a long one takes too much room to be kept.
    told_by = made.user_id, made.rev, made.model, made.generation, made.built_at, made.source, engine().in_use()
    is_kept = not made.trouble and len(made.movies) <= LIST_LENGTH
    response = Response(kept.page(told_by, write) if is_kept else write())
    # A sample viewer's list is the same for whoever looks, until a model is published; a person's own may change at any moment.
    return response if made.trouble or is_own_person(user_id) else delivery.share(response)


@pages.get("/film/<int:movie_id>")
def film(movie_id: int) -> str:
    details = engine().movie(movie_id)
    known = visitor()
    person = known.user_id if known else None
    similar = engine().similar(movie_id, FILMS_LIKE_IT, viewer=person, asker=asker())
    mine = None
    if person:
        with suppress(StorageError):  # the film itself is there all the same
            mine = engine().film_for(person, movie_id, asker=asker())
    note(OPENED, movie_id=movie_id)
    others = wording.other_titles(details.movie.title, details.also_known_as)
    return render_template("film.html", details=details, others=others, similar=similar, mine=mine)


@pages.get("/search/")
def search() -> str:
    query = (inputs.one(request.args, "q", "search") or "").strip()
    found = engine().search(inputs.search_words(query, "search"), FILMS_FOUND) if query else ()
    if query:
        note(SEARCHED, text=query)
    return render_template("search.html", query=query, found=found, most=FILMS_FOUND)


@pages.get("/about/")
def about() -> str:
    return render_template("about.html")


@pages.get("/poster/<int:movie_id>.svg")
def poster(movie_id: int) -> AnyResponse:
    movie = engine().movie(movie_id).movie
    response = Response(posters.poster(movie), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = POSTER_POLICY
    response.set_etag(posters.version(movie))
    response.cache_control.public = True
    if request.args.get("v") == posters.version(movie):
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.max_age = 300
    return response.make_conditional(request)


@pages.get("/favicon.ico")
def favicon() -> AnyResponse:
    return redirect(url_for("static", filename="icons/favicon.svg"), 301)


def asked(values: MultiDict[str, str]) -> Question:
    """The question in an address, with the form's defaults for what is absent."""
    return Question(
        user=values.get("user", ""),
        amount=values.get("amount", str(LIST_LENGTH)),
        with_genres=tuple(filter(None, values.getlist("with"))),
        without_genres=tuple(filter(None, values.getlist("without"))),
        wishes=dials.typed(values),
    )


def poster_url(movie: Movie) -> str:
    """Where the poster stands alone; the address changes when the drawing does."""
    return url_for("pages.poster", movie_id=movie.movie_id, v=posters.version(movie))


@pages.app_context_processor
def frame() -> dict[str, object]:
    """What the frame around every page needs; the footer goes without its figures where there is no model to ask."""
    shown: dict[str, object] = {"in_use": None, "is_training": False, "longest_list": LONGEST_LIST, "popular": POPULAR}
    try:
        shown["in_use"] = engine().in_use()
    except NoModelError:
        shown["is_training"] = True
    except RecommenderError:
        pass  # the page that failed says why; its frame does not say it again
    return shown


@pages.record_once
def give_words_to_templates(state: BlueprintSetupState) -> None:
    """Filters and globals of the templates."""
    jinja = state.app.jinja_env
    for word in (
        wording.in_words,
        wording.day,
        wording.day_and_time,
        wording.iso,
        wording.plain_number,
        wording.stars_in_words,
        wording.counted,
    ):
        jinja.filters[word.__name__] = word
    jinja.globals |= {
        "imdb_url": wording.imdb_url,
        "tmdb_url": wording.tmdb_url,
        "poster": lambda movie: Markup(posters.poster(movie)),  # noqa: S704 - escaped where it is drawn
        "poster_url": poster_url,
        "match_bar": charts.match_bar,
        "histogram": charts.histogram,
        "star_steps": charts.STEPS,
        "first_own_user_id": FIRST_OWN_USER_ID,
        "sliders": dials.sliders,
        "n_explored": dials.n_explored,
        "turned_to": dials.turned_to,
        "address_of_sum": dials.address_of_sum,
    }
    jinja.trim_blocks = jinja.lstrip_blocks = True
