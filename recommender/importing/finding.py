"""A file and the films that its rows mean, among the films in use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.exports import Export, read_export
from recommender.data.matching import BY_ID, MATCHED, UNKNOWN, Match, MatchedFilm, Matcher, Matching
from recommender.domain import AddedFilm, MovieId
from recommender.errors import InvalidInputError, TooManyTriesError
from recommender.publication import Published

MOST_FILMS_KEPT = 30_000  # of a catalogue, up to which what its films are looked up in stays in memory; beyond it takes over 50 MB
LONGEST_WAIT = 10  # seconds, for others whose files are being read in this process


@dataclass(frozen=True, slots=True)
class Found:
    """A file and what its rows mean here; nothing of it is written."""

    export: Export
    matching: Matching

    def films(self, choices: Mapping[int, MovieId | None] | None = None) -> tuple[MatchedFilm, ...]:
        """What would be written, as in `Matching.films`. choices: for rows asked about, by their place in the matches."""
        return self.matching.films(choices)


class Finder:
    """One per process. Reading a file takes all that a processor has, so that one is read at a time and the others wait a little."""

    def __init__(self, published: Callable[[], Published], added: Callable[[], Iterable[AddedFilm]] = tuple) -> None:
        """added: films that people have added, found after those of the data."""
        self._published, self._added = published, added
        self._alone = threading.Lock()
        self._kept: tuple[str, Matcher] | None = None

    def find(
        self, name: str, content: bytes, *, scale: str = "", profile: str = "", remembered: Mapping[str, MovieId | None] | None = None
    ) -> Found:
        """The file's rows and the films that they mean.

        name, scale and InvalidInputError as in `read_export`. profile: whose rows, where the file is of several people; those of whom it
        says most where none is named. remembered: as in `Matcher.match_all`. TooManyTriesError while others go on too long.
        """
        if not self._alone.acquire(timeout=LONGEST_WAIT):
            raise TooManyTriesError(LONGEST_WAIT)
        try:
            export = _of_one(read_export(name, content, scale=scale), profile)
            matching = self._matcher().match_all(export, remembered=remembered)
            return Found(export, self._with_added(export, matching, remembered))
        finally:
            self._alone.release()

    def _matcher(self) -> Matcher:
        published = self._published()
        version = f"{published.generation} {published.version}"
        if self._kept is not None and self._kept[0] == version:
            return self._kept[1]
        of_movielens = "MovieLens" in published.facts["credit"]
        matcher = Matcher(published.catalogue, popularity=published.matrix.raters, numbers_are_movielens=of_movielens)
        self._kept = (version, matcher) if len(published.catalogue) <= MOST_FILMS_KEPT else None
        return matcher

    def _with_added(self, export: Export, matching: Matching, remembered: Mapping[str, MovieId | None] | None) -> Matching:
        """The same, with what is not among the films of the data looked for among those that people have added."""
        catalogue = self._published().catalogue
        added = [CatalogueEntry(film.movie) for film in self._added() if catalogue.column_of(film.movie.movie_id) is None]
        if not added:
            return matching
        others = Matcher(Catalogue.of(added)).match_all(export, remembered=remembered).matches
        return replace(matching, matches=tuple(map(_better, matching.matches, others)))


def _better(of_data: Match, of_added: Match) -> Match:
    """What a row means where it was looked for in both; what bears an added film's own number is that film."""
    if of_added.outcome == MATCHED and (of_data.outcome != MATCHED or of_added.how == BY_ID):
        return of_added
    return of_added if of_data.outcome == UNKNOWN and of_added.candidates else of_data


def _of_one(export: Export, profile: str) -> Export:
    if profile and profile not in export.profiles:
        raise InvalidInputError("profile", profile, f"one of {', '.join(export.profiles) or 'none, since the file names nobody'}")
    if not profile and len(export.profiles) > 1:
        said_by = [row.profile for row in export.rows]
        profile = max(export.profiles, key=said_by.count)
    if not profile:
        return export
    others = f"These are the rows of {profile}; the file is also of {', '.join(one for one in export.profiles if one != profile)}."
    noted = (*export.notes, others) if len(export.profiles) > 1 else export.notes
    return replace(export.of_profile(profile), notes=noted)
