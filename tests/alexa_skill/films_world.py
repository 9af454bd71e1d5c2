"""A small world of films with known answers: four people's lists, thirty films, and what can go wrong at the other end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from alexa_skill.films import CANDIDATES, NOBODY, Caller, Changed, Linked, NoSiteError, NotReadyError, OutOfReachError
from recommender.domain import LIST_LENGTH, SEEN, WATCHLIST, Movie, MovieDetails, MovieId, Reason, RecommendedMovie
from recommender.errors import FullHouseError, NotLinkedError, TooManyTriesError, UnknownMovieError, WrongCodeError

ADDRESS = "https://films.example.com"

# Best liked first, with the numbers that MovieLens gives them; how many rated each, and with how many stars.
CATALOGUE: dict[int, tuple[Movie, int, float]] = {
    number: (Movie(MovieId(number), title, year, tuple(genres.split("|"))), n_ratings, stars)
    for number, title, year, genres, n_ratings, stars in (
        (318, "The Shawshank Redemption", 1994, "Crime|Drama", 317, 4.4),
        (858, "The Godfather", 1972, "Crime|Drama", 192, 4.3),
        (296, "Pulp Fiction", 1994, "Comedy|Crime|Drama|Thriller", 307, 4.2),
        (356, "Forrest Gump", 1994, "Comedy|Drama|Romance|War", 329, 4.2),
        (2571, "The Matrix", 1999, "Action|Sci-Fi|Thriller", 278, 4.2),
        (912, "Casablanca", 1942, "Drama|Romance", 100, 4.2),
        (1197, "The Princess Bride", 1987, "Action|Adventure|Comedy|Fantasy|Romance", 142, 4.2),
        (608, "Fargo", 1996, "Comedy|Crime|Drama|Thriller", 181, 4.1),
        (541, "Blade Runner", 1982, "Action|Sci-Fi|Thriller", 124, 4.1),
        (2028, "Saving Private Ryan", 1998, "Action|Drama|War", 188, 4.1),
        (1219, "Psycho", 1960, "Crime|Horror", 83, 4.0),
        (1258, "The Shining", 1980, "Horror", 109, 4.1),
        (1307, "When Harry Met Sally...", 1989, "Comedy|Romance", 87, 4.0),
        (1214, "Alien", 1979, "Horror|Sci-Fi", 146, 4.0),
        (47, "Seven", 1995, "Mystery|Thriller", 203, 4.0),
        (6, "Heat", 1995, "Action|Crime|Thriller", 102, 3.9),
        (1265, "Groundhog Day", 1993, "Comedy|Fantasy|Romance", 143, 3.9),
        (60069, "WALL·E", 2008, "Adventure|Animation|Children|Romance|Sci-Fi", 104, 4.1),
        (1, "Toy Story", 1995, "Adventure|Animation|Children|Comedy|Fantasy", 215, 3.9),
        (3114, "Toy Story 2", 1999, "Adventure|Animation|Children|Comedy|Fantasy", 97, 3.9),
        (588, "Aladdin", 1992, "Adventure|Animation|Children|Comedy|Musical", 183, 3.8),
        (1136, "Monty Python and the Holy Grail", 1975, "Adventure|Comedy|Fantasy", 136, 4.2),
        (69757, "(500) Days of Summer", 2009, "Comedy|Drama|Romance", 42, 3.7),
        (178, "Love & Human Remains", 1993, "Comedy|Drama", 1, 4.0),
    )
}
# Films that nobody asks for but by their title: two share theirs with a better known one.
RARE = {
    number: Movie(MovieId(number), title, year, ("Drama",))
    for number, title, year in ((9001, "Psycho", 1998), (9002, "The Godfather", 1991), (9003, "Aladdin", 2019), (9004, "Aladdin", 1990))
}
TEN = (912, 318, 178, 858, 47, 608, 69757, 6, 2571, 541)
LISTS = {7: TEN, 8: (858, 318, 912, 6), 9: (608,), 102: TEN[::-1], 12345: TEN[:5]}
PRIVATE = 11  # has a list that not everybody may hear
ANNA, BEN = Linked(1_000_001, "Anna"), Linked(1_000_002, "Ben")  # people of this site, whose lists nobody else may hear
OWN_LISTS = {ANNA.user_id: tuple(CATALOGUE), BEN.user_id: tuple(CATALOGUE)[::-1]}
CODES = {"123456": ANNA, "012345": BEN, "200000": ANNA}  # that the site shows just now
USED_UP, TOO_OFTEN = "999999", "888888"  # what the site says of them is that there are too many links, or were too many tries
SIMILAR = {6: (47, 858, 296, 2571), 912: (1307, 1197), 2571: (541, 1214), 47: (6, 296, 318, 1219)}
REASON = "People who rate films as you do like it much."


def recommended(number: int, place: int, *, personal: bool) -> RecommendedMovie:
    movie = CATALOGUE[number][0]
    if not personal:
        return RecommendedMovie(movie, 1 - place / 100)
    # The last one of a list has no reason and no stars, as may happen.
    reasons = (Reason("people", REASON),) if place < LIST_LENGTH - 1 else ()
    return RecommendedMovie(movie, 1 - place / 100, 99 - place, 4.5 if reasons else None, reasons)


@dataclass
class FilmsWorld:
    """What the skill can ask. trouble: empty, or one of TROUBLES, which may change between two turns."""

    trouble: str = ""
    address: str = ADDRESS
    caller: Caller = NOBODY
    links: dict[str, Linked] = field(default_factory=dict)  # by Amazon's id of an account or a voice
    stars: dict[tuple[int, int], float] = field(default_factory=dict)  # by person and film
    marks: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    def within(self, seconds: float, caller: Caller = NOBODY) -> FilmsWorld:
        """One answer's view of the films."""
        return replace(self, address="" if self.trouble == "no site" else self.address, caller=caller)

    @property
    def has_site(self) -> bool:
        return self.trouble != "no site"

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        if self.trouble == "out of reach":
            raise OutOfReachError("the list records")
        me = self.who() if user_id in OWN_LISTS else None
        if me and me.user_id == user_id:
            if self.trouble == "list not ready":
                raise NotReadyError("the list")
            return self._own_list(user_id)
        if user_id == PRIVATE or user_id not in LISTS:
            return None
        if self.trouble == "list not ready":
            raise NotReadyError("the list")
        return tuple(recommended(number, place, personal=True) for place, number in enumerate(LISTS[user_id]))

    def chosen(
        self,
        user_id: int | None,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        n: int = LIST_LENGTH,
    ) -> tuple[RecommendedMovie, ...]:
        self._ask_site()
        movies = [movie for movie, _, _ in CATALOGUE.values()]
        if with_genres:
            movies = [movie for movie in movies if {*with_genres} & {*movie.genres}]
        movies = [movie for movie in movies if not {*without_genres} & {*movie.genres}]
        if years:
            movies = [movie for movie in movies if movie.year and years[0] <= movie.year <= years[1]]
        personal = user_id in LISTS
        return tuple(recommended(movie.movie_id, place, personal=personal) for place, movie in enumerate(movies[:n]))

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        self._ask_site()
        if movie_id not in CATALOGUE:
            raise UnknownMovieError(movie_id)
        return tuple(CATALOGUE[number][0] for number in SIMILAR.get(movie_id, ())[:n])

    def details(self, movie_id: int) -> MovieDetails:
        self._ask_site()
        if movie_id in RARE:
            return MovieDetails(RARE[MovieId(movie_id)], (), (), 1, 3.0, (0,) * 10)
        if movie_id not in CATALOGUE:
            raise UnknownMovieError(movie_id)
        movie, n_ratings, stars = CATALOGUE[movie_id]
        return MovieDetails(movie, (), (), n_ratings, stars, (0,) * 10)

    def named(self, title: str) -> tuple[Movie, ...]:
        self._ask_site()
        words = title.casefold()
        known = [movie for movie, _, _ in CATALOGUE.values()]
        return tuple(movie for movie in (*known, *RARE.values()) if words in movie.title.casefold())[:CANDIDATES]

    # For whom the Echo speaks

    def who(self) -> Linked | None:
        if not self.has_site:
            return None
        self._ask_site()
        return self.links.get(self.caller.person) or self.links.get(self.caller.account)

    def link(self, code: str) -> Linked:
        self._ask_site()
        if code == TOO_OFTEN:
            raise TooManyTriesError(400)
        if code == USED_UP:
            raise FullHouseError("linked Echos", 8)
        if code not in CODES:
            raise WrongCodeError(10)
        self.links[self.caller.person or self.caller.account] = CODES[code]
        return CODES[code]

    def unlink(self) -> bool:
        self._ask_site()
        known = next((each for each in (self.caller.person, self.caller.account) if each in self.links), None)
        return known is not None and self.links.pop(known, None) is not None

    def rate(self, movie_id: int, stars: float | None) -> Changed:
        key, before, marks = self._said(movie_id)
        if stars is None:
            self.stars.pop(key, None)
        else:
            self.stars[key] = stars
        return Changed(self._new_list(key[0]), before, marks)

    def mark(self, movie_id: int, kind: str, *, there: bool = True) -> Changed:
        key, before, marks = self._said(movie_id)
        self.marks[key] = marks | {kind} if there else marks - {kind}
        return Changed(self._new_list(key[0]), before, marks)

    def watchlist(self) -> tuple[RecommendedMovie, ...]:
        user_id = self._me().user_id
        wanted = [movie_id for (who, movie_id), marks in self.marks.items() if who == user_id and WATCHLIST in marks and SEEN not in marks]
        unrated = [movie_id for movie_id in CATALOGUE if movie_id in wanted and (user_id, movie_id) not in self.stars]
        return tuple(recommended(number, place, personal=True) for place, number in enumerate(unrated))

    def _me(self) -> Linked:
        me = self.who()
        if me is None:
            raise NotLinkedError
        return me

    def _said(self, movie_id: int) -> tuple[tuple[int, int], float | None, frozenset[str]]:
        key = self._me().user_id, movie_id
        if movie_id not in CATALOGUE and movie_id not in RARE:
            raise UnknownMovieError(movie_id)
        return key, self.stars.get(key), self.marks.get(key, frozenset())

    def _new_list(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        return None if self.trouble == "list not ready" else self._own_list(user_id)

    def _own_list(self, user_id: int) -> tuple[RecommendedMovie, ...]:
        done = {movie_id for (who, movie_id) in self.stars if who == user_id}
        done |= {movie_id for (who, movie_id), marks in self.marks.items() if who == user_id and marks - {WATCHLIST}}
        fresh = [number for number in OWN_LISTS[user_id] if number not in done][:LIST_LENGTH]
        return tuple(recommended(number, place, personal=True) for place, number in enumerate(fresh))

    def _ask_site(self) -> None:
        if self.trouble == "no site":
            raise NoSiteError("no site")
        if self.trouble in ("out of reach", "site down"):
            raise OutOfReachError("the site")


TROUBLES = ("no site", "site down", "out of reach", "list not ready")
