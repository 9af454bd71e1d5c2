"""What the stores remember, and what the lists come from."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.domain.films import FIRST_ADDED_MOVIE_ID, UserId


@dataclass(frozen=True, slots=True)
class Marks:
    """What a store remembers beside people, ratings and lists.

    last_user_id: the highest number ever given; FIRST_OWN_USER_ID - 1 where none was. cleared_by: the publication that last cleared the
    sample viewers' lists; 0 where none did. highest_generation: of any record or clearing. last_movie_id: the highest number ever given to
    an added film.
    """

    last_user_id: int
    cleared_by: int
    highest_generation: int
    last_movie_id: int = FIRST_ADDED_MOVIE_ID - 1


@dataclass(frozen=True, slots=True)
class Publishing:
    """What became of a publication's lists. unchanged: the record read the same and was left. refused: something newer is there."""

    written: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def kept(self) -> int:
        """Lists that are as the publication made them."""
        return self.written + self.unchanged

    def and_also(self, other: Publishing) -> Publishing:
        """Both together."""
        return Publishing(self.written + other.written, self.unchanged + other.unchanged, self.refused + other.refused)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Which sample viewers' lists count as a later publication's, which would have made them again just so.

    A list by a generation from `since` up to `by` counts as of generation `by` and of `model`. by: 0 where none was ever confirmed.
    """

    since: int = 0
    by: int = 0
    model: str = ""

    def generation_of(self, generation: int) -> int:
        """The publication that a list by this generation counts as."""
        return self.by if self.since <= generation < self.by else generation


@dataclass(frozen=True, slots=True)
class SampleViewer:
    """A viewer of the data set to try the site with. taste: a few words, such as "Horror and Thriller"."""

    user_id: UserId
    n_ratings: int
    taste: str


@dataclass(frozen=True, slots=True)
class InUse:
    """What the lists come from, for people to read.

    data: name of the data set. credit: who made it and on what terms. is_builtin: whether it is the built-in sample with simulated viewers.
    lowest_user_id, highest_user_id: the range in which viewers of the data set are numbered. trained_at: seconds since 1970, UTC.
    """

    data: str
    credit: str
    is_builtin: bool
    n_ratings: int
    n_users: int
    n_movies: int
    lowest_user_id: int
    highest_user_id: int
    recipe: str
    model: str
    generation: int
    trained_at: float
