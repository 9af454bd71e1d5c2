"""Everything this package raises on purpose.

RecommenderError
├── InvalidInputError       the caller sent something we cannot use          400
├── UnknownUserError        no such viewer, or a list that is not theirs     404
├── UnknownMovieError       no such film in the data in use                  404
├── NotAllowedError         a write without the right token                  401
├── ReadOnlyError           a viewer of the data set cannot be written to    403
├── DataError               a data set that cannot be read or used           exit code 1
├── ModelError              a model that is torn, foreign or not fitting     503
├── NoModelError            nothing has been trained yet                     503
├── TrainingBusyError       somebody else is training, or moving house       exit code 1
├── SettingError            a MATINEE_ variable that is wrong or unknown     exit code 1
└── StorageError            a store could not be reached or understood       503

Each builds its own sentence from facts: what is wrong, the value met, what would be right.
"""

from __future__ import annotations


class RecommenderError(Exception):
    """The root: its text may be shown to a person."""


class InvalidInputError(RecommenderError):
    """The caller sent something we cannot use. field, value, expected: what, met, and what would be right."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        super().__init__(f"{field} must be {expected}, not {shown}.")
        self.field, self.value, self.expected = field, value, expected


class UnknownUserError(RecommenderError):
    """No such viewer; a private list answers the same to strangers."""

    def __init__(self, user_id: int, known: str = "") -> None:
        super().__init__(f"There is no list for viewer {user_id}{'; ' + known if known else ''}.")
        self.user_id = user_id


class UnknownMovieError(RecommenderError):
    """No such film in the data in use."""

    def __init__(self, movie_id: int) -> None:
        super().__init__(f"There is no film {movie_id} in the data in use.")
        self.movie_id = movie_id


class NotAllowedError(RecommenderError):
    """A write that needs a token it did not bring."""

    def __init__(self, user_id: int) -> None:
        super().__init__(f"Changing the ratings of {user_id} needs the bearer token that `matinee profile new` printed for that number.")
        self.user_id = user_id


class ReadOnlyError(RecommenderError):
    """A viewer of the data set: readable, never writable."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            f"Viewer {user_id} is a sample from the data set and cannot be changed; `matinee profile new` makes a number of your own."
        )
        self.user_id = user_id


class DataError(RecommenderError):
    """A data set that cannot be read or used; the text says what to do."""


class ModelError(RecommenderError):
    """A model on disk that is torn, truncated, foreign or of a format this version does not know."""


class NoModelError(RecommenderError):
    """Nothing has been trained yet."""

    def __init__(self, blobs_url: str) -> None:
        super().__init__(f"No trained model in {blobs_url}; run `matinee train`.")


class TrainingBusyError(RecommenderError):
    """Somebody else holds the training lock."""

    def __init__(self, holder: str, seconds: float) -> None:
        super().__init__(f"{holder} has held the training lock for {seconds:.0f} seconds; wait for it or stop it, then try again.")


class SettingError(RecommenderError):
    """A MATINEE_ variable that is wrong or unknown."""


class StorageError(RecommenderError):
    """A store could not be reached or understood.

    kind: one word for counting: throttled, failing, unreachable, slow, garbled, denied, clock, missing,
    settings, conflict, or failed for anything else.
    """

    def __init__(self, text: str, *, kind: str = "failed") -> None:
        super().__init__(text)
        self.kind = kind
