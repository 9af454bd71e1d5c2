"""A larger programme for tests of the pages: fifty films of every kind, and the odd ones that break layouts.

Viewers 1 to 610 get all films in an order that turns with their number; the newcomer (BOB of the small recommender) gets the popular
list; viewer 404 has rated everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recommender.domain import (
    PERSONAL,
    POPULAR,
    STRANGER,
    Asker,
    InUse,
    Movie,
    MovieDetails,
    MovieId,
    Reason,
    RecommendationList,
    RecommendedMovie,
    SimilarMovie,
    UserId,
    is_own_person,
)
from recommender.errors import UnknownMovieError
from tests.webapp.fake_recommender import BOB, BUILT_AT, FakeRecommender, is_chosen

HAS_RATED_ALL = 404
NO_YEAR, LONG, ONE_LETTER, RIGHT_TO_LEFT, MARK_UP, QUOTES, NO_LINKS = 9001, 9002, 9003, 9004, 9005, 9006, 9007
LONG_TITLE = (
    "Night of the Day of the Dawn of the Son of the Bride of the Return of the Revenge of the Terror of the Attack of the Evil, "
    "Mutant, Hellbound Dead"
)
assert len(LONG_TITLE) > 140

_ROWS = """
318|The Shawshank Redemption|1994|Crime,Drama
858|The Godfather|1972|Crime,Drama
296|Pulp Fiction|1994|Comedy,Crime,Drama,Thriller
260|Star Wars: Episode IV - A New Hope|1977|Action,Adventure,Sci-Fi
2571|The Matrix|1999|Action,Sci-Fi,Thriller
1|Toy Story|1995|Adventure,Animation,Children,Comedy,Fantasy
1199|Brazil|1985|Fantasy,Sci-Fi
4973|Amélie|2001|Comedy,Romance
912|Casablanca|1942|Drama,Romance
904|Rear Window|1954|Mystery,Thriller
541|Blade Runner|1982|Action,Sci-Fi,Thriller
1212|The Third Man|1949|Film-Noir,Mystery,Thriller
924|2001: A Space Odyssey|1968|Adventure,Drama,Sci-Fi
1208|Apocalypse Now|1979|Action,Drama,War
1214|Alien|1979|Horror,Sci-Fi
1230|Annie Hall|1977|Comedy,Romance
608|Fargo|1996|Comedy,Crime,Drama,Thriller
5618|Spirited Away|2001|Adventure,Animation,Fantasy
7361|Eternal Sunshine of the Spotless Mind|2004|Drama,Romance,Sci-Fi
58559|The Dark Knight|2008|Action,Crime,Drama,IMAX
79132|Inception|2010|Action,Crime,Drama,Mystery,Sci-Fi,Thriller,IMAX
1203|12 Angry Men|1957|Drama
1201|The Good, the Bad and the Ugly|1966|Action,Adventure,Western
1084|Bonnie and Clyde|1967|Crime,Drama
1288|This Is Spinal Tap|1984|Comedy
899|Singin' in the Rain|1952|Comedy,Musical,Romance
3134|Grand Illusion|1937|Drama,War
8228|The Maltese Falcon|1931|Mystery
2762|The Sixth Sense|1999|Drama,Horror,Mystery
1193|One Flew Over the Cuckoo's Nest|1975|Drama
5669|Bowling for Columbine|2002|Documentary
3730|The Conversation|1974|Drama,Mystery
950|The Thin Man|1934|Comedy,Crime
1136|Monty Python and the Holy Grail|1975|Adventure,Comedy,Fantasy
4993|The Lord of the Rings: The Fellowship of the Ring|2001|Adventure,Fantasy
60069|WALL·E|2008|Adventure,Animation,Children,Romance,Sci-Fi
1387|Jaws|1975|Action,Horror
168252|Logan|2017|Action,Sci-Fi
109487|Interstellar|2014|Sci-Fi,IMAX
3000|Princess Mononoke|1997|Action,Adventure,Animation,Drama,Fantasy
2010|Metropolis|1927|Sci-Fi
"""


def _films() -> dict[int, Movie]:
    films = {}
    for row in _ROWS.strip().splitlines():
        parts = row.split("|")
        if len(parts) == 4:
            number, title, year, genres = parts
            films[int(number)] = Movie(MovieId(int(number)), title, int(year), tuple(genres.split(",")), 100_000 + int(number), int(number))
    odd = [
        Movie(MovieId(NO_YEAR), "Babylon 5", None, (), 105946, 0),
        Movie(MovieId(LONG), LONG_TITLE, 1991, ("Action", "Adventure", "Comedy", "Horror", "Sci-Fi", "Thriller", "War"), 102536, 1),
        Movie(MovieId(ONE_LETTER), "M", 1931, ("Crime", "Film-Noir", "Thriller"), 22100, 832),
        Movie(MovieId(RIGHT_TO_LEFT), "ואלס עם באשיר", 2008, ("Animation", "Documentary", "War"), 1185616, 8885),
        Movie(MovieId(MARK_UP), "<script>alert('film')</script> & \"more\"", 2019, ("Comedy",), None, None),
        Movie(MovieId(QUOTES), "\"Why Worry?\" 'Quoth' & Sons", 1923, ("Comedy",), 14624, None),
        Movie(MovieId(NO_LINKS), "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", 1973, ("Documentary",), None, None),
    ]
    return films | {film.movie_id: film for film in odd}


FILMS = _films()
REASONS = (
    "Three of the people most like you gave it 5 stars.",
    "You gave Brazil and Blade Runner 5 stars, and those who did too loved it.",
    "Seven of the ten people most like you gave it 4 stars or more.",
    "People who rate films the way you do gave it 4.5 stars on average.",
)


class ProgrammeRecommender(FakeRecommender):
    """The small recommender with a larger programme; builtin: the data say that they are the built-in sample."""

    films = FILMS

    def __init__(self, *, builtin: bool = False) -> None:
        super().__init__()
        self.builtin = builtin

    def movie(self, movie_id: int) -> MovieDetails:
        self._may_fail()
        if movie_id not in FILMS:
            raise UnknownMovieError(movie_id)
        if movie_id == NO_LINKS:
            return MovieDetails(FILMS[movie_id], (), (), 0, None, (0,) * 10)
        tags = ("dreamlike", "based on a book", "twist ending", "black and white", "great soundtrack", "quirky", "atmospheric")
        counts = (3, 4, 5, 12, 9, 41, 28, 96, 47, 84)
        return MovieDetails(FILMS[movie_id], ("Another Title", "Ein anderer Titel"), tags, sum(counts), 4.1, counts)

    def similar(self, movie_id: int, n: int = 12, *, viewer: int | None = None, asker: Asker = STRANGER) -> tuple[SimilarMovie, ...]:
        self._may_fail()
        never = self._never_for(viewer, asker)
        others = [film for film in FILMS.values() if film.movie_id not in never | {movie_id}]
        return tuple(SimilarMovie(film, 0.9 - place * 0.02, 140 - place) for place, film in enumerate(others[-n:]))

    def well_liked(
        self, n: int = 12, *, viewer: int | None = None, asker: Asker = STRANGER, **more: object
    ) -> tuple[RecommendedMovie, ...]:
        self._may_fail()
        liked = Reason("everyone", "Liked by nearly all who rated it.")
        films = [film for film in FILMS.values() if film.movie_id not in self._never_for(viewer, asker)]
        return tuple(RecommendedMovie(film, 4.5 - place / 100, reasons=(liked,)) for place, film in enumerate(films[:n]))

    def in_use(self) -> InUse:
        if not self.builtin:
            return super().in_use()
        return replace(super().in_use(), data="the built-in sample", credit="Made for Matinee.", is_builtin=True)

    def _list(
        self, user_id: int, n: int, with_genres: set[str], without_genres: set[str], years: tuple[int, int] | None = None
    ) -> RecommendationList:
        films = list(FILMS.values())
        turned = films[user_id % len(films) :] + films[: user_id % len(films)]
        fitting = [film for film in turned if user_id != HAS_RATED_ALL and is_chosen(film, with_genres, without_genres, years)]
        personal = not is_own_person(user_id)
        lines = tuple(_line(film, place, personal=personal) for place, film in enumerate(fitting[:n]))
        basis = PERSONAL if personal else POPULAR
        return RecommendationList(UserId(user_id), 0, self.model, self.generation, BUILT_AT, basis, lines)


def _line(film: Movie, place: int, *, personal: bool) -> RecommendedMovie:
    if not personal:
        return RecommendedMovie(film, 4.5 - place / 100, reasons=(Reason("everyone", "Liked by nearly all who rated it."),))
    reasons: Sequence[Reason] = (
        Reason("people", REASONS[place % len(REASONS)]),
        Reason("films", "It was liked by those who liked Fargo, which you gave 4.5 stars."),
        Reason("everyone", "Four of five viewers gave it 4 stars or more."),
    )
    return RecommendedMovie(film, 4.6 - place / 20, max(97 - place * 2, 1), max(4.7 - place / 20, 0.5), tuple(reasons))


__all__ = ["BOB", "FILMS", "HAS_RATED_ALL", "LONG_TITLE", "ProgrammeRecommender"]
