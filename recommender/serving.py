"""What is asked of Matinee while people wait: lists, ratings, films."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender import history, leaving, lists, own_films
from recommender.access import Access
from recommender.added_films import AddedFilms
from recommender.arranging import checked
from recommender.domain import (
    ALONE,
    FEED,
    FILM_MARKS,
    HIDDEN,
    LIST_LENGTH,
    LIVE,
    LONGEST_LIST,
    NO_WISHES,
    READ,
    STRANGER,
    WATCHLIST,
    WELL_LIKED,
    AddedFilm,
    Asker,
    Change,
    Explanation,
    FilmForPerson,
    FilmMark,
    InUse,
    ListRecord,
    MadeFrom,
    Movie,
    MovieDetails,
    MovieId,
    Opinions,
    OwnFilms,
    Rated,
    Rating,
    Receipt,
    RecommendationList,
    RecommendedMovie,
    SampleViewer,
    SimilarMovie,
    UserId,
    Wishes,
    is_own_person,
)
from recommender.errors import InvalidInputError, RecommenderError, ScopeError, StorageError, UnknownMovieError
from recommender.events import Events
from recommender.explaining import explain
from recommender.exporting import Exports
from recommender.history import Backup, Comparison, Refusal, Training
from recommender.importing import Imports
from recommender.lists import Taste
from recommender.models import History, recipes
from recommender.models.similar import similar_movies
from recommender.movements import Movement, movements
from recommender.publication import InForce, Published
from recommender.questions import next_films
from recommender.settings import Settings
from recommender.side_by_side import Versions
from recommender.sign_in import SignIn, keeps_events
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.profiles import Profiles, open_profiles
from recommender.taste_profile import TasteProfile, taste_profile
from recommender.ventures import Ventures, ventures

log = logging.getLogger(__name__)

WITHOUT_RECORD = "Matinee cannot reach its store of lists right now. This list was made on the spot, from the same ratings as always."
WITHOUT_RATINGS = (
    "Matinee cannot reach people’s ratings right now. These are films that nearly everybody likes, the same for everyone; "
    "a list of one’s own comes back by itself."
)
MOST_TRIES = 5  # times a list is built before it is answered without being kept


def open_recommender(settings: Settings) -> Recommender:
    """The recommender over the stores that the settings name."""
    return Recommender(settings, open_blobs(settings.blobs_url, cache_folder=settings.cache_folder), open_profiles(settings.profiles_url))


class Recommender:
    """One per process, shared by its threads.

    Every method raises NoModelError before the first training. A list is there even while the store of ratings is not, and says so; what
    writes raises StorageError then.
    """

    def __init__(self, settings: Settings, blobs: Blobs, profiles: Profiles, *, now: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._profiles, self._now = profiles, now
        self._access = Access(profiles, sample_viewers=settings.sample_viewers, now=now)
        self._blobs, self._added = blobs, AddedFilms(profiles, now=now)
        self.events = Events(blobs, partial(keeps_events, profiles), now=now)
        memory = Path(settings.cache_folder) / f"pointer-{hashlib.sha256(blobs.url.encode()).hexdigest()[:16]}.json"
        self._in_force = InForce(blobs, memory=memory if blobs.is_far else None)
        self.versions = Versions(blobs, self._in_force, sample_viewers=settings.sample_viewers)

    def list_for(
        self,
        user_id: int,
        n: int = LIST_LENGTH,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        recipe: str | None = None,
        wishes: Wishes = NO_WISHES,
        asker: Asker = STRANGER,
    ) -> RecommendationList:
        """The n best films the viewer has not rated, best first.

        with_genres: only films that have at least one of them; without_genres: no film that has any (it wins).
        years: from and to, both included; a film without a year is of none.
        recipe: another one than the trained, over the same ratings; such a list is not kept.
        wishes: how far the list departs from relevance; such a list is not kept. It stays the same as long as the person's revision and the
        model do.
        InvalidInputError: a genre or recipe there is not, years that end before they begin, n outside 1 to LONGEST_LIST, a user id below 1,
        a wish that cannot be meant.
        UnknownUserError: no such viewer, or a person's private list without a right to it.
        """
        if user_id < 1:
            raise InvalidInputError("user id", user_id, "a whole number from 1 up")
        if not 1 <= n <= LONGEST_LIST:
            raise InvalidInputError("amount", n, f"a whole number from 1 to {LONGEST_LIST}")
        published = self._in_force.published()
        barred = _barred(published, with_genres, without_genres, years)
        checked(wishes)
        try:
            self._access.check_may_read(UserId(user_id), asker, published)
            if n <= LIST_LENGTH and barred is None and recipe in (None, published.model.recipe) and wishes.are_none:
                return _first(self._current(UserId(user_id)), n)
            return self._live(UserId(user_id), n, barred, recipe, wishes)
        except StorageError as trouble:
            log.warning("list made without the store user_id=%d kind=%s reason=%s", user_id, trouble.kind, trouble)
            return self._without_store(UserId(user_id), n, barred, wishes, published, trouble)

    def rate(self, user_id: int, movie_id: int, stars: float, *, asker: Asker = STRANGER) -> Rated:
        """Put a rating of 0.5 to 5 in half steps; durable when it returns.

        ReadOnlyError: a viewer of the data set. NotAllowedError: no or a wrong token. UnknownMovieError. InvalidInputError("rating", ...).
        """
        self._access.check_may_write(UserId(user_id), asker)
        if not (0.5 <= stars <= 5 and stars * 2 == int(stars * 2)):
            raise InvalidInputError("rating", stars, "a number of stars from 0.5 to 5 in half steps")
        self._check_film(movie_id)
        rev = self._profiles.rate(Rating(UserId(user_id), MovieId(movie_id), float(stars), int(self._now())))
        return Rated(rev, self._after_write(UserId(user_id)))

    def unrate(self, user_id: int, movie_id: int, *, asker: Asker = STRANGER) -> Rated:
        """Take a rating away, if there is one; errors as in rate."""
        self._access.check_may_write(UserId(user_id), asker)
        self._check_film(movie_id)
        rev = self._profiles.unrate(UserId(user_id), movie_id)
        return Rated(rev, self._after_write(UserId(user_id)))

    def mark(self, user_id: int, movie_id: int, kind: str, *, asker: Asker = STRANGER) -> Rated:
        """Put a mark of FILM_MARKS on a film; errors as in rate, InvalidInputError("mark", ...).

        What goes on the watchlist is hidden no more.
        """
        self._access.check_may_write(UserId(user_id), asker)
        if kind not in FILM_MARKS:
            raise InvalidInputError("mark", kind, f"one of {', '.join(FILM_MARKS)}")
        self._check_film(movie_id)
        film = MovieId(movie_id)
        hidden = kind == WATCHLIST and any(m.kind == HIDDEN and m.movie_id == film for m in self._profiles.opinions(UserId(user_id)).marks)
        mark = FilmMark(UserId(user_id), film, kind, int(self._now()))
        return self._changed(UserId(user_id), Change(marks=(mark,), unmarked=((film, HIDDEN),) if hidden else ()))

    def unmark(self, user_id: int, movie_id: int, kind: str, *, asker: Asker = STRANGER) -> Rated:
        """Take a mark away, if there is one; errors as in mark."""
        self._access.check_may_write(UserId(user_id), asker)
        if kind not in FILM_MARKS:
            raise InvalidInputError("mark", kind, f"one of {', '.join(FILM_MARKS)}")
        self._check_film(movie_id)
        return self._changed(UserId(user_id), Change(unmarked=((MovieId(movie_id), kind),)))

    def ratings_of(self, user_id: int, *, asker: Asker = STRANGER) -> OwnFilms:
        """Everything a person says of films, for them alone. ReadOnlyError for a sample viewer, NotAllowedError, ScopeError."""
        self._access.check_owns(UserId(user_id), asker, READ)
        return own_films.of_opinions(self._profiles.opinions(UserId(user_id)), self._in_force.published(), self._added.movie)

    def add_film(
        self, user_id: int, title: str, year: int | None, genres: Sequence[str], link: str, *, asker: Asker = STRANGER
    ) -> AddedFilm:
        """Add a film that the data lack, as AddedFilms.add says; ReadOnlyError, NotAllowedError, ScopeError."""
        self._access.check_may_write(UserId(user_id), asker)
        return self._added.add(title, year, genres, link, by=UserId(user_id), published=self._in_force.published())

    def made_from(self, user_id: int, *, asker: Asker = STRANGER) -> MadeFrom:
        """What the person's list is made from now, by one read; errors as in ratings_of. What is on their watchlist is no part of it."""
        self._access.check_owns(UserId(user_id), asker, READ)
        record = self._profiles.list_of(UserId(user_id))
        return MadeFrom(record.rev, record.generation) if record else MadeFrom(0, 0)

    def film_for(self, user_id: int, movie_id: int, *, asker: Asker = STRANGER) -> FilmForPerson:
        """A film as that person has it; errors as in ratings_of, UnknownMovieError."""
        self._access.check_owns(UserId(user_id), asker, READ)
        movie = self.movie(movie_id).movie
        return own_films.of_film(self._profiles.opinions(UserId(user_id)), movie, self._in_force.published(), self._added.movie)

    def why(self, user_id: int, movie_id: int, *, wishes: Wishes = NO_WISHES, asker: Asker = STRANGER) -> Explanation:
        """What the film's score for the viewer is made of, by the model in use and the ratings as they are.

        wishes: of the list that the film stands in; what exploration adds to it there is one of the parts.
        InvalidInputError: a user id below 1. UnknownUserError. UnknownMovieError, also for a film that the model does not know yet.
        NotAllowedError, ScopeError: a person's own ratings, of which the parts tell, are for who may read them.
        """
        if user_id < 1:
            raise InvalidInputError("user id", user_id, "a whole number from 1 up")
        published = self._in_force.published()
        self._access.check_may_look_through(UserId(user_id), asker, published)
        column = published.matrix.column_of(movie_id)
        if column is None:
            raise UnknownMovieError(movie_id)
        checked(wishes)
        return explain(UserId(user_id), lists.taste_of(UserId(user_id), published, self._profiles), published, column, wishes)

    def watchlist(self, user_id: int, *, asker: Asker = STRANGER) -> tuple[RecommendedMovie, ...]:
        """What the person wants to see and has not seen, best for them first; errors as in ratings_of."""
        self._access.check_owns(UserId(user_id), asker, READ)
        return own_films.watchlist(self._profiles.opinions(UserId(user_id)), self._in_force.published(), self._added.movie)

    def next_to_ask(self, user_id: int, *, skipped: Sequence[int] = (), n: int = 1, asker: Asker = STRANGER) -> tuple[Movie, ...]:
        """The n films to ask the person about, that whose answer teaches most first; errors as in ratings_of.

        skipped: films that they say, here and now, they have not seen. Fewer than n where they have answered for nearly every film.
        """
        self._access.check_owns(UserId(user_id), asker, READ)
        return next_films(self._profiles.opinions(UserId(user_id)), skipped, n, self._in_force.published())

    def next_to_ask_stranger(self, answers: Opinions, *, skipped: Sequence[int] = (), n: int = 1) -> tuple[Movie, ...]:
        """next_to_ask for somebody of whom nothing is kept: what they said comes with the question."""
        return next_films(answers, skipped, n, self._in_force.published())

    def list_for_stranger(self, answers: Opinions, n: int = LIST_LENGTH) -> RecommendationList:
        """The list of somebody of whom nothing is kept, from what comes with the question; no store is asked."""
        published = self._in_force.published()
        taste = lists.taste_from(answers, published)
        made = lists.make(taste.history, published, n, exclude=taste.excluded(published))
        facts = (published.version, published.generation, self._now(), made.basis, made.movies)
        return RecommendationList(answers.user_id, taste.rev, *facts, source=LIVE)

    def taste_profile(self, user_id: int, *, asker: Asker = STRANGER) -> TasteProfile:
        """What the stars of the asker, or of a sample viewer, say of them; a rating set aside counts. Errors as in similar."""
        published = self._in_force.published()
        self._access.check_may_look_through(UserId(user_id), asker, published)
        taste = lists.taste_of(UserId(user_id), published, self._profiles)
        return taste_profile(taste.history, published, taste.out)

    def ventures(self, user_id: int, *, asker: Asker = STRANGER) -> Ventures | None:
        """How films turned out that were something new to the asker, or to a sample viewer; None where none was. Errors as in similar."""
        published = self._in_force.published()
        self._access.check_may_look_through(UserId(user_id), asker, published)
        return ventures(lists.taste_of(UserId(user_id), published, self._profiles).history, published)

    def movements(self, user_id: int, *, asker: Asker = STRANGER) -> tuple[Movement, ...]:
        """What moved the person's list lately, latest first; errors as in ratings_of."""
        self._access.check_owns(UserId(user_id), asker, READ)
        return movements(self._profiles.opinions(UserId(user_id)), self._in_force.published())

    def movie(self, movie_id: int) -> MovieDetails:
        """A film and what is said of it; UnknownMovieError."""
        published = self._in_force.published()
        column = published.matrix.column_of(movie_id)
        if column is None:
            return self._added_details(movie_id)
        _, half_stars = published.matrix.column(column)
        histogram = np.bincount(half_stars, minlength=11)[1:]
        return MovieDetails(
            movie=published.catalogue.movie(column),
            also_known_as=published.catalogue.also_known_as(column),
            tags=published.catalogue.tags(column),
            n_ratings=len(half_stars),
            mean_stars=float(half_stars.mean()) / 2 if len(half_stars) else None,
            histogram=tuple(histogram.tolist()),
            link=film.link if (film := self._added.film(movie_id)) else "",
        )

    def similar(self, movie_id: int, n: int = 12, *, viewer: int | None = None, asker: Asker = STRANGER) -> tuple[SimilarMovie, ...]:
        """Films liked by the same people, most alike first, never the film itself; UnknownMovieError.

        viewer: whose rated, seen and hidden films are left out; a sample viewer, or the asker, else NotAllowedError.
        """
        published = self._in_force.published()
        column = published.matrix.column_of(movie_id)
        if column is None:
            self._check_film(movie_id)
            return ()  # nobody but whoever added it can have rated it
        found = similar_movies(published.matrix, column, n, exclude=self._never(viewer, asker, published))
        return tuple(SimilarMovie(published.catalogue.movie(column), likeness, n_both) for column, likeness, n_both in found)

    def search(self, query: str, n: int = 20) -> tuple[Movie, ...]:
        """Films whose title holds the words of the query, best match first; forgiving, as Catalogue.search says.

        A film that somebody added and no model knows yet comes first if that is its whole title, else last.
        """
        published = self._in_force.published()
        found = published.catalogue.search(query, n, popularity=published.matrix.raters)
        added = [movie for movie in self._added.search(query, n) if published.matrix.column_of(movie.movie_id) is None]
        whole = [movie for movie in added if movie.title.casefold() == query.strip().casefold()]
        rest = [movie for movie in added if movie not in whole]
        return (*whole, *(published.catalogue.movie(column) for column in found), *rest)[:n]

    def well_liked(
        self,
        n: int = 12,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        viewer: int | None = None,
        asker: Asker = STRANGER,
    ) -> tuple[RecommendedMovie, ...]:
        """Films liked by nearly all who rated them, best first; genres and years as in list_for, viewer as in similar."""
        published = self._in_force.published()
        barred = _barred(published, with_genres, without_genres, years)
        never = self._never(viewer, asker, published)
        return lists.well_liked(published, n, exclude=never if barred is None else barred if never is None else barred | never)

    def sample_viewers(self) -> tuple[SampleViewer, ...]:
        """Five viewers of the data set with unlike tastes; none while sample viewers cannot be looked up."""
        if not self.settings.sample_viewers:
            return ()
        return tuple(SampleViewer(**viewer) for viewer in self._in_force.published().facts["sample_viewers"])

    def genres(self) -> tuple[str, ...]:
        """Every genre in the data in use, alphabetically."""
        return self._in_force.published().catalogue.genres()

    def in_use(self) -> InUse:
        """The data and the model that lists are made from."""
        published = self._in_force.published()
        facts = published.facts
        return InUse(
            data=facts["data"],
            credit=facts["credit"],
            is_builtin=facts["is_builtin"],
            n_ratings=published.matrix.n_ratings,
            n_users=published.matrix.n_users,
            n_movies=published.matrix.n_movies,
            lowest_user_id=facts["lowest_user_id"],
            highest_user_id=facts["highest_user_id"],
            recipe=published.model.recipe,
            model=published.version,
            generation=published.generation,
            trained_at=facts["trained_at"],
        )

    def new_person(self, *, shared: bool = False) -> tuple[UserId, str]:
        """A number of one's own and its bearer token, which is shown this once and kept only as a digest."""
        token = secrets.token_urlsafe(32)
        return self._profiles.new_person(_digest(token), shared=shared, now=int(self._now())), token

    def sign_in(self, secret: str) -> SignIn:
        """Signing up and in, over the same store. secret: the site's."""
        return SignIn(self._profiles, secret, now=self._now)

    def whose_feed(self, token: str) -> UserId | None:
        """The person whose feeds a token opens; None for one that opens none, whatever else it is good for."""
        try:
            return self._access.whose(token, FEED)
        except ScopeError:
            return None

    def forget(self, user_id: int, *, asker: Asker = STRANGER) -> Receipt:
        """The asker leaves with everything, and with the owner of a household all its members. ReadOnlyError, NotAllowedError."""
        self._access.check_may_write(UserId(user_id), asker)
        try:
            published = self._in_force.published()
        except RecommenderError:
            published = None  # nothing is trained, or cannot be read: then it is not in use either
        return leaving.leave(self._profiles, self._blobs, UserId(user_id), published, now=self._now)

    @cached_property
    def exports(self) -> Exports:
        """What people take along, over the same stores."""
        return Exports(self._profiles, self._access, self._in_force.published)

    @cached_property
    def imports(self) -> Imports:
        """People's files from other sites, over the same stores."""
        return Imports(self._blobs, self._profiles, self._access, self._in_force.published, now=self._now)

    def trouble(self) -> str | None:
        """Why the model published last is not the one in use, in words for an operator; None while it is."""
        return self._in_force.trouble

    def last_refusal(self) -> Refusal | None:
        """The model that was refused last; None where none was since the last that was published. StorageError."""
        refusals, trainings = history.refusals(self._blobs), history.trainings(self._blobs)
        last = refusals[-1] if refusals else None
        return last if last and not (trainings and trainings[-1].trained_at > last.refused_at) else None

    def comparison(self) -> Comparison | None:
        """How the recipes do on the ratings at hand; None where it was not measured. StorageError."""
        return history.comparison(self._blobs)

    def trainings(self) -> tuple[Training, ...]:
        """What was trained before, oldest first."""
        return history.trainings(self._blobs)

    def last_backup(self) -> Backup | None:
        """The last backup; None when none was ever taken."""
        return history.last_backup(self._blobs)

    def check(self) -> None:
        """Nothing, if lists can be served; else the error that says why not."""
        self._in_force.published()
        self._profiles.check()

    def close(self) -> None:
        """Let go of the stores."""
        self._profiles.close()

    def _current(self, user_id: UserId) -> ListRecord:
        """The kept record, or a new one; never one that has not seen every acknowledged rating."""
        record = self._profiles.list_of(user_id)
        return record if record is not None and self._holds(record) else self._built(user_id)

    def _holds(self, record: ListRecord) -> bool:
        """Whether there is a list, by no older publication than ours: one that a trainer died before reaching is made again."""
        return record.movies is not None and record.generation >= self._in_force.published().generation

    def _built(self, user_id: UserId) -> ListRecord:
        made, kept = self._build(user_id, self._in_force.published())
        for _ in range(MOST_TRIES - 1):
            if kept:
                return made
            # Somebody has rated or published since: their list may be there already, else build on what is there now.
            record = self._profiles.list_of(user_id)
            if record is not None and self._holds(record):
                return record
            rev, generation = (record.rev, record.generation) if record else (0, 0)
            published = self._in_force.published(at_least=generation)
            if rev == made.rev and published.generation == made.generation:
                return made  # cleared for a publication that has not come yet: as good as it gets, and it cannot be kept
            made, kept = self._build(user_id, published)
        return made

    def _build(self, user_id: UserId, published: Published) -> tuple[ListRecord, bool]:
        """The list, and whether there is nothing more to do: a right list that the store will not take is shown all the same."""
        made = lists.made_for(user_id, published, self._profiles, now=self._now, at_work=is_own_person(user_id))
        try:
            return made, self._profiles.keep_list(made)
        except StorageError as trouble:
            log.warning("list not kept user_id=%d kind=%s reason=%s", user_id, trouble.kind, trouble)
            return made, True

    def _live(self, user_id: UserId, n: int, barred: NDArray[np.bool_] | None, recipe: str | None, wishes: Wishes) -> RecommendationList:
        """A list that no record holds, from the same ratings and the same generation as the record."""
        record = self._current(user_id)
        published = self._in_force.published(at_least=record.generation)
        if record.generation != published.generation:
            record = self._built(user_id)
        if recipe not in (None, published.model.recipe):
            published = replace(published, model=recipes.fit(str(recipe), published.matrix, published.catalogue))
        taste = lists.taste_of(user_id, published, self._profiles)
        made = lists.make_wished(user_id, taste, published, n, wishes, barred=barred, at_work=is_own_person(user_id))
        facts = (published.version, published.generation, record.built_at, made.basis, made.movies)
        return RecommendationList(user_id, taste.rev, *facts, source=LIVE, explore=made.explore)

    def _without_store(
        self, user_id: UserId, n: int, barred: NDArray[np.bool_] | None, wishes: Wishes, published: Published, trouble: StorageError
    ) -> RecommendationList:
        """A sample viewer's own list, since the model holds their ratings; for a person the films that nearly everybody likes.

        Whose token it is cannot be asked now, so a person's ratings in the model stay untouched: a stranger is shown the same.
        """
        row = None if is_own_person(user_id) else published.matrix.row_of(user_id)
        history, source, notice = (
            (History.of_nobody(), WELL_LIKED, WITHOUT_RATINGS)
            if row is None
            else (History.of_row(published.matrix, row), ALONE, WITHOUT_RECORD)
        )
        made = lists.make_wished(user_id, Taste.of_history(history), published, n, wishes, barred=barred)
        facts = (published.version, published.generation, self._now(), made.basis, made.movies)
        return RecommendationList(user_id, 0, *facts, source=source, trouble=trouble.kind, notice=notice, explore=made.explore)

    def _changed(self, user_id: UserId, change: Change) -> Rated:
        return Rated(self._profiles.change(user_id, change), self._after_write(user_id))

    def _check_film(self, movie_id: int) -> None:
        if self._in_force.published().matrix.column_of(movie_id) is None and self._added.film(movie_id) is None:
            raise UnknownMovieError(movie_id)

    def _added_details(self, movie_id: int) -> MovieDetails:
        film = self._added.film(movie_id)
        if film is None:
            raise UnknownMovieError(movie_id)
        return MovieDetails(film.movie, (), (), n_ratings=0, mean_stars=None, histogram=(0,) * 10, link=film.link)

    def _never(self, viewer: int | None, asker: Asker, published: Published) -> NDArray[np.bool_] | None:
        """True for the films that the viewer has rated, seen or hidden, shape (n_movies,); None where nobody is named.

        While the store is out of reach nobody knows what a person has seen: films are shown as to a stranger then.
        """
        if viewer is None:
            return None
        try:
            self._access.check_may_look_through(UserId(viewer), asker, published)
            return lists.taste_of(UserId(viewer), published, self._profiles).excluded(published)
        except StorageError as trouble:
            log.warning("films not left out user_id=%d kind=%s reason=%s", viewer, trouble.kind, trouble)
            return None

    def _after_write(self, user_id: UserId) -> RecommendationList | None:
        try:
            return _first(self._built(user_id), LIST_LENGTH)
        except RecommenderError:
            # The rating is safe and is acknowledged; the next read makes the list.
            return None


def _first(record: ListRecord, n: int) -> RecommendationList:
    movies = (record.movies or ())[:n]
    return RecommendationList(record.user_id, record.rev, record.model, record.generation, record.built_at, record.basis, movies)


def _barred(
    published: Published, with_genres: Sequence[str], without_genres: Sequence[str], years: tuple[int, int] | None
) -> NDArray[np.bool_] | None:
    """The films that the genres and years asked for leave out, shape (n_movies,); None when none were asked for."""
    if not (with_genres or without_genres or years):
        return None
    known = published.catalogue.genres()
    for genre in (*with_genres, *without_genres):
        if genre not in known:
            raise InvalidInputError("genre", genre, f"one of {', '.join(known)}")
    barred = published.catalogue.genre_mask(without_genres)
    if with_genres:
        barred |= ~published.catalogue.genre_mask(with_genres)
    if years:
        first, last = years
        if first > last:
            raise InvalidInputError("from", first, f"no later than {last}, the year it goes to")
        barred |= ~published.catalogue.year_mask(first, last)
    return barred


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
