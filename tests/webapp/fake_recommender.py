"""A small recommender that keeps the facade's contract without a model or a store, for tests of the web alone.

Twelve films; viewers 1 to 610 are samples; Ada (ADA, token ADA_TOKEN) has a private list, Bob (BOB) shares his.
The list of a viewer is the films they have not rated, in an order that turns with their number; the score falls by a tenth a line.
`fault`, when set, is raised by every method: a store that is gone, a model that is not there. `away`, when set, is the kind of a trouble
that lists are made in spite of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from recommender.access import Access
from recommender.added_films import checked as checked_film
from recommender.arranging import checked
from recommender.domain import (
    ALONE,
    AUTO,
    FEED,
    FIRST_ADDED_MOVIE_ID,
    FIRST_OWN_USER_ID,
    HIDDEN,
    LIVE,
    LONGEST_LIST,
    NO_WISHES,
    PERSONAL,
    POPULAR,
    RECORD,
    SEEN,
    STRANGER,
    WATCHLIST,
    AddedFilm,
    Asker,
    Dials,
    Explanation,
    Explored,
    FilmForPerson,
    InUse,
    MadeFrom,
    Movie,
    MovieDetails,
    MovieId,
    OwnFilm,
    OwnFilms,
    Rated,
    Reason,
    Receipt,
    RecommendationList,
    RecommendedMovie,
    SampleViewer,
    ScorePart,
    SimilarMovie,
    UserId,
    Wishes,
    is_own_person,
)
from recommender.errors import AlreadyThereError, InvalidInputError, NotAllowedError, ReadOnlyError, UnknownMovieError, UnknownUserError
from recommender.events import Events
from recommender.history import Backup, Comparison, Quality, Refusal, Training
from recommender.ranking.exploration import explored_places
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.side_by_side import Known, Lists, Versions, _lines
from recommender.sign_in import SignIn, forget
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles.sqlite import SqliteProfiles

BUILT_AT = 1_795_264_245.5  # 2026-11-21 12:30:45.5 UTC
ADA, BOB, NOBODY = FIRST_OWN_USER_ID, FIRST_OWN_USER_ID + 1, FIRST_OWN_USER_ID + 77
ADA_TOKEN, BOB_TOKEN = "token-of-ada", "token-of-bob"

MOVIES = {
    movie_id: Movie(MovieId(movie_id), title, year, tuple(genres.split("|")) if genres else (), imdb_id, tmdb_id)
    for movie_id, title, year, genres, imdb_id, tmdb_id in [
        (1, "Toy Story", 1995, "Adventure|Animation|Children|Comedy|Fantasy", 114709, 862),
        (50, "The Usual Suspects", 1995, "Crime|Mystery|Thriller", 114814, 629),
        (260, "Star Wars: Episode IV - A New Hope", 1977, "Action|Adventure|Sci-Fi", 76759, 11),
        (296, "Pulp Fiction", 1994, "Comedy|Crime|Drama|Thriller", 110912, 680),
        (318, "The Shawshank Redemption", 1994, "Crime|Drama", 111161, 278),
        (858, "The Godfather", 1972, "Crime|Drama", 68646, 238),
        (1199, "Brazil", 1985, "Fantasy|Sci-Fi", 88846, 68),
        (1211, "Wings of Desire", 1987, "Drama|Fantasy|Romance", 93191, 144),
        (2571, "The Matrix", 1999, "Action|Sci-Fi|Thriller", 133093, 603),
        (4973, "Amélie", 2001, "Comedy|Romance", 211915, 194),
        (7153, "The Lord of the Rings: The Return of the King", 2003, "Action|Adventure|Drama|Fantasy", 167260, 122),
        (140956, "A Film <b>& its</b> 'Quotes'", None, "", None, None),  # no year, no genres, no links, and a title like mark-up
    ]
}

TRAINING = Training(
    version="user-cosine-4f2a91c0",
    generation=3,
    trained_at=BUILT_AT,
    recipe="user-cosine",
    data="ml-latest-small",
    n_ratings=100_836,
    n_users=610,
    n_people=2,
    n_lists=612,
    seconds={"snapshot": 0.1, "model": 0.2, "publication": 0.3, "lists": 3.0},
    quality=Quality(0.0753, 0.0056, 0.0436, 610),
)


class FakeVersions(Versions):
    """As many versions as it is given, newest first; a pair of them is what the real one makes of those, with ten films each."""

    def __init__(self, *known: Known) -> None:
        self.given, self.says = known, ""
        self.asked: list[int | None] = []

    def known(self) -> tuple[Known, ...]:
        return self.given

    def _lists(self, one: Known, other: Known, viewer: int | None) -> Lists:
        self.asked.append(viewer)
        if self.says:
            return Lists(viewer, says=self.says)
        films = list(MOVIES.values())[-6:]
        first, second = films[:5], [films[1], films[0], *films[2:4], films[5]]
        return Lists(viewer or 1, _lines(first, second), _lines(second, first))


class UnsyncedProfiles(SqliteProfiles):
    """The store as it is, but for the wait until the disk has what was written: no power fails here."""

    _synchronous = "OFF"


class FakeRecommender(Recommender):
    """Everything in memory; `stars` holds the ratings given through it, by (user, movie), `marks` what else was said, by kind too."""

    films: ClassVar[Mapping[int, Movie]] = MOVIES  # those that can be found by title and genre

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings(secret_key="a key for tests alone, not a secret")
        self.stars: dict[tuple[int, int], float] = {}
        self.marks: dict[tuple[int, int, str], int] = {}
        self.revs: dict[int, int] = {}
        self.added: list[AddedFilm] = []
        self.generation = 3
        self.model = "user-cosine-4f2a91c0"
        self.versions: FakeVersions = FakeVersions()
        self.fault: Exception | None = None
        self.cannot_build = False  # ratings are kept, lists cannot be made
        self.away = ""
        self.refused: str | None = None  # why the model published last is not in use
        self.remembered: tuple[Training, ...] = (TRAINING,)
        self.refusal: Refusal | None = None
        self.compared: Comparison | None = None
        self.backup: Backup | None = Backup(BUILT_AT, "/mnt/backup/2026-11-21")

    def list_for(
        self,
        user_id: int,
        n: int = 10,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        recipe: str | None = None,
        wishes: Wishes = NO_WISHES,
        asker: Asker = STRANGER,
    ) -> RecommendationList:
        self._may_fail()
        if user_id < 1:
            raise InvalidInputError("user id", user_id, "a whole number from 1 up")
        if not 1 <= n <= LONGEST_LIST:
            raise InvalidInputError("amount", n, f"a whole number from 1 to {LONGEST_LIST}")
        self._may_choose(with_genres, without_genres, years)
        checked(wishes)
        if not self._may_read(user_id, asker):
            raise UnknownUserError(user_id, "" if is_own_person(user_id) else "viewers of this data are numbered 1 to 610")
        made = self._list(user_id, n, set(with_genres), set(without_genres), years)
        return made if wishes.are_none else _wished(made, wishes)

    def rate(self, user_id: int, movie_id: int, stars: float, *, asker: Asker = STRANGER) -> Rated:
        self._may_write(user_id, asker)
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        if not (0.5 <= stars <= 5 and (stars * 2).is_integer()):
            raise InvalidInputError("rating", stars, "a number from 0.5 to 5 in half steps")
        self.stars[user_id, movie_id] = stars
        return self._changed(user_id)

    def unrate(self, user_id: int, movie_id: int, *, asker: Asker = STRANGER) -> Rated:
        self._may_write(user_id, asker)
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        self.stars.pop((user_id, movie_id), None)
        return self._changed(user_id)

    def mark(self, user_id: int, movie_id: int, kind: str, *, asker: Asker = STRANGER) -> Rated:
        self._may_write(user_id, asker)
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        self.marks[user_id, movie_id, kind] = int(BUILT_AT)
        return self._changed(user_id)

    def unmark(self, user_id: int, movie_id: int, kind: str, *, asker: Asker = STRANGER) -> Rated:
        self._may_write(user_id, asker)
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        self.marks.pop((user_id, movie_id, kind), None)
        return self._changed(user_id)

    def ratings_of(self, user_id: int, *, asker: Asker = STRANGER) -> OwnFilms:
        self._may_write(user_id, asker)
        said = {movie_id for user, movie_id in self.stars if user == user_id} | {m for user, m, _ in self.marks if user == user_id}
        films = [
            OwnFilm(
                MOVIES[movie_id],
                stars := self.stars.get((user_id, movie_id)),
                int(BUILT_AT) if stars else 0,
                {kind: at for (user, movie, kind), at in self.marks.items() if (user, movie) == (user_id, movie_id)},
            )
            for movie_id in sorted(said)
        ]
        return OwnFilms(UserId(user_id), self.revs.get(user_id, 0), tuple(films))

    def add_film(
        self, user_id: int, title: str, year: int | None, genres: Sequence[str], link: str, *, asker: Asker = STRANGER
    ) -> AddedFilm:
        self._may_write(user_id, asker)
        movie, address = checked_film(title, year, genres, link, known_genres=self.genres(), movie_id=FIRST_ADDED_MOVIE_ID)
        there = next((film for film in MOVIES.values() if (film.title, film.year) == (movie.title, movie.year)), None)
        if there:
            raise AlreadyThereError(there)
        self.added.append(AddedFilm(movie, address, UserId(user_id), int(BUILT_AT)))
        return self.added[-1]

    def film_for(self, user_id: int, movie_id: int, *, asker: Asker = STRANGER) -> FilmForPerson:
        said = self.ratings_of(user_id, asker=asker).of(movie_id)
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        return FilmForPerson(said or OwnFilm(MOVIES[movie_id]), 3.9)

    def made_from(self, user_id: int, *, asker: Asker = STRANGER) -> MadeFrom:
        self.ratings_of(user_id, asker=asker)  # the same errors
        return MadeFrom(self.revs.get(user_id, 0), self.generation)

    def why(self, user_id: int, movie_id: int, *, wishes: Wishes = NO_WISHES, asker: Asker = STRANGER) -> Explanation:
        checked(wishes)
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        parts = (ScorePart("base", 2.5, "Where every film starts."), ScorePart("own", 0.75, "Your 5 stars for Brazil.", MOVIES[1199]))
        return Explanation(UserId(user_id), MOVIES[movie_id], 0, self.model, self.generation, "ease", 3.25, parts)

    def watchlist(self, user_id: int, *, asker: Asker = STRANGER) -> tuple[RecommendedMovie, ...]:
        wanted = [film.movie for film in self.ratings_of(user_id, asker=asker).marked(WATCHLIST) if not film.is_seen]
        return tuple(_recommended(movie, place, personal=True) for place, movie in enumerate(wanted))

    def movie(self, movie_id: int) -> MovieDetails:
        self._may_fail()
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        if movie_id == 140956:
            return MovieDetails(MOVIES[movie_id], (), (), 0, None, (0,) * 10)
        return MovieDetails(MOVIES[movie_id], ("Another Title",), ("dreamlike", "dark"), 59, 4.1, (1, 0, 1, 2, 3, 6, 10, 16, 8, 12))

    def similar(self, movie_id: int, n: int = 12, *, viewer: int | None = None, asker: Asker = STRANGER) -> tuple[SimilarMovie, ...]:
        self._may_fail()
        if movie_id not in MOVIES:
            raise UnknownMovieError(movie_id)
        never = self._never_for(viewer, asker)
        others = [movie for movie in MOVIES.values() if movie.movie_id not in never | {movie_id}]
        return tuple(SimilarMovie(movie, 0.9 - place * 0.05, 40 - place) for place, movie in enumerate(others[:n]))

    def search(self, query: str, n: int = 20) -> tuple[Movie, ...]:
        self._may_fail()
        words = query.casefold().split()
        return tuple(movie for movie in self.films.values() if all(word in movie.title.casefold() for word in words))[:n]

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
        self._may_fail()
        self._may_choose(with_genres, without_genres, years)
        never = self._never_for(viewer, asker)
        chosen = [
            movie
            for movie in MOVIES.values()
            if movie.movie_id not in never and is_chosen(movie, set(with_genres), set(without_genres), years)
        ]
        return tuple(_recommended(movie, place, personal=False) for place, movie in enumerate(chosen[:n]))

    def sample_viewers(self) -> tuple[SampleViewer, ...]:
        self._may_fail()
        if not self.settings.sample_viewers:
            return ()
        tastes = ["Horror and Thriller", "Comedy and Romance", "Drama", "Sci-Fi and Action", "Animation and Children"]
        return tuple(SampleViewer(UserId(number), 436, taste) for number, taste in zip((580, 1, 42, 318, 610), tastes, strict=True))

    def genres(self) -> tuple[str, ...]:
        self._may_fail()
        return tuple(sorted({genre for movie in self.films.values() for genre in movie.genres}))

    def in_use(self) -> InUse:
        self._may_fail()
        return InUse(
            data="ml-latest-small",
            credit="MovieLens, GroupLens Research",
            is_builtin=False,
            n_ratings=100_836,
            n_users=610,
            n_movies=len(MOVIES),
            lowest_user_id=1,
            highest_user_id=610,
            recipe="user-cosine",
            model=self.model,
            generation=self.generation,
            trained_at=BUILT_AT,
        )

    def new_person(self, *, shared: bool = False) -> tuple[UserId, str]:
        raise NotImplementedError("the web makes no people yet")

    @cached_property
    def people(self) -> SqliteProfiles:
        """Where people sign up: a real store in a folder of its own, made when it is first asked for."""
        self._folder = tempfile.TemporaryDirectory()
        return UnsyncedProfiles(Path(self._folder.name) / "matinee.sqlite3")

    @cached_property
    def events(self) -> Events:  # type: ignore[override]
        assert self.people  # they have a folder, and so has what is noted of them
        return Events(FolderBlobs(Path(self._folder.name) / "blobs"))

    def whose_feed(self, token: str) -> UserId | None:
        return Access(self.people, sample_viewers=True).whose(token, FEED)

    def forget(self, user_id: int, *, asker: Asker = STRANGER) -> Receipt:
        self._may_write(user_id, asker)
        gone = {"rating": sum(user == user_id for user, _ in self.stars), **forget(self.people, user_id)}
        self.stars = {key: stars for key, stars in self.stars.items() if key[0] != user_id}
        return Receipt(UserId(user_id), int(BUILT_AT), {kind: n for kind, n in gone.items() if n}, self.model, BUILT_AT)

    def sign_in(self, secret: str) -> SignIn:
        return SignIn(self.people, secret)

    def close(self) -> None:
        if "people" in self.__dict__:
            self.people.close()
            self._folder.cleanup()

    def trouble(self) -> str | None:
        return self.refused

    def trainings(self) -> tuple[Training, ...]:
        self._may_fail()
        return self.remembered

    def last_refusal(self) -> Refusal | None:
        self._may_fail()
        return self.refusal

    def comparison(self) -> Comparison | None:
        self._may_fail()
        return self.compared

    def last_backup(self) -> Backup | None:
        self._may_fail()
        return self.backup

    def check(self) -> None:
        self._may_fail()

    def _list(
        self, user_id: int, n: int, with_genres: set[str], without_genres: set[str], years: tuple[int, int] | None = None
    ) -> RecommendationList:
        films = list(MOVIES.values())
        turned = films[user_id % len(films) :] + films[: user_id % len(films)]
        open_to = [
            movie for movie in turned if movie.movie_id not in self._never(user_id) and is_chosen(movie, with_genres, without_genres, years)
        ]
        personal = not is_own_person(user_id) or any(user == user_id for user, _ in self.stars)
        return RecommendationList(
            UserId(user_id),
            self.revs.get(user_id, 0),
            self.model,
            self.generation,
            BUILT_AT,
            PERSONAL if personal else POPULAR,
            tuple(_recommended(movie, place, personal=personal) for place, movie in enumerate(open_to[:n])),
            source=ALONE if self.away else RECORD,
            trouble=self.away,
        )

    def _never(self, user_id: int) -> set[int]:
        rated = {movie_id for user, movie_id in self.stars if user == user_id}
        return rated | {movie_id for user, movie_id, kind in self.marks if user == user_id and kind in (SEEN, HIDDEN)}

    def _never_for(self, viewer: int | None, asker: Asker) -> set[int]:
        if viewer is None:
            return set()
        if not is_own_person(viewer) and not self._may_read(viewer, asker):
            raise UnknownUserError(viewer)
        if is_own_person(viewer):
            self._may_write(viewer, asker)
        return self._never(viewer)

    def _changed(self, user_id: int) -> Rated:
        self.revs[user_id] = self.revs.get(user_id, 0) + 1
        return Rated(self.revs[user_id], None if self.cannot_build else self._list(user_id, 10, set(), set()))

    def _may_read(self, user_id: int, asker: Asker) -> bool:
        if is_own_person(user_id):
            return user_id == BOB or asker.member == user_id or (user_id == ADA and asker.token == ADA_TOKEN)
        return self.settings.sample_viewers and user_id <= 610

    def _may_write(self, user_id: int, asker: Asker) -> None:
        self._may_fail()
        if not is_own_person(user_id):
            raise ReadOnlyError(user_id)
        if (user_id, asker.token) not in ((ADA, ADA_TOKEN), (BOB, BOB_TOKEN)) and asker.member != user_id:
            raise NotAllowedError(user_id)

    def _may_choose(self, with_genres: Sequence[str], without_genres: Sequence[str], years: tuple[int, int] | None) -> None:
        for name in (*with_genres, *without_genres):
            if name not in self.genres():
                raise InvalidInputError("genre", name, f"one of {', '.join(self.genres())}")
        if years and years[0] > years[1]:
            raise InvalidInputError("from", years[0], f"no later than {years[1]}, the year it goes to")

    def _may_fail(self) -> None:
        if self.fault is not None:
            raise self.fault


def is_chosen(movie: Movie, with_genres: set[str], without_genres: set[str], years: tuple[int, int] | None) -> bool:
    """Whether the genres and years asked for leave the film in."""
    return (
        (not with_genres or bool(with_genres & set(movie.genres)))
        and not without_genres & set(movie.genres)
        and (years is None or (movie.year is not None and years[0] <= movie.year <= years[1]))
    )


def _wished(made: RecommendationList, wishes: Wishes) -> RecommendationList:
    """Every place that is to be explored says so of the film there; a dial turns the list round."""
    weight = 0.25 if wishes.explore == AUTO else float(wishes.explore)
    films = made.movies if wishes.dials == Dials() else made.movies[::-1]
    explored = explored_places(weight, len(films)).tolist()
    tests = Explored("genre", "A genre you have not rated: Western.", 0.25)
    lines = tuple(replace(line, explored=tests if is_explored else None) for line, is_explored in zip(films, explored, strict=True))
    return replace(made, movies=lines, explore=weight, source=LIVE)


def _recommended(movie: Movie, place: int, *, personal: bool) -> RecommendedMovie:
    return RecommendedMovie(
        movie,
        score=4.6 - place * 0.1,
        match=97 - place * 3 if personal else None,
        predicted_stars=4.5 - place * 0.1 if personal else None,
        reasons=(
            Reason("people", "Three of the people most like you gave it 5 stars."),
            Reason("everyone", "It is liked by nearly all who rated it."),
        )
        if personal
        else (Reason("everyone", "It is liked by nearly all who rated it."),),
    )
