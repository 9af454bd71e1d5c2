"""Everything this package raises on purpose.

RecommenderError
├── InvalidInputError       the caller sent something we cannot use          400
│   └── SecretInputError    the same of a secret, which is not repeated      400
├── UnknownUserError        no such viewer, or a list that is not theirs     404
├── UnknownMovieError       no such film in the data in use                  404
├── UnknownImportError      no such import, or none any more                 404
├── NotAllowedError         somebody's own films, without a right to them    401
├── ReadOnlyError           a viewer of the data set cannot be written to    403
├── WrongSignInError        no such name with such a password or passkey     401
│   ├── WrongPasskeyError   a passkey that opens nothing, or signed too late 401
│   └── WrongPasswordError  not the password of who is signed in             401
├── WrongPinError           not the PIN of that member                       403
├── OwnerOnlyError          a member asked for what the owner decides        403
├── ScopeError              a token that is not good for what was asked      403
├── WrongCodeError          a code that is wrong, used or too old            404
├── NotLinkedError          an Echo that speaks for nobody                   404
├── NameTakenError          a sign-in name that somebody has                 409
├── AlreadyThereError       a film that need not be added                    409
├── LastWayInError          what would lock its owner out                    409
├── FullHouseError          as many of something as a household may have     409
├── TooManyTriesError       too often in too short a time                    429
│   └── CrowdedError        more passwords at once than may be looked at     429
├── DataError               a data set that cannot be read or used           exit code 1
├── ModelError              a model that is torn, foreign or not fitting     503
├── NoModelError            nothing has been trained yet                     503
├── RefusedModelError       a new model that is no better                    exit code 1
├── TrainingBusyError       somebody else is training, or moving house       exit code 1
├── PersonalizeError        what Amazon Personalize refuses by a name        400
├── MissingExtraError       what an optional extra needs is not here         exit code 1
├── SparkError              Apache Spark could not be reached or started     exit code 1
├── SettingError            a MATINEE_ variable that is wrong or unknown     exit code 1
└── StorageError            a store could not be reached or understood       503

Each builds its own sentence from facts: what is wrong, the value met, what would be right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.domain import Movie


class RecommenderError(Exception):
    """The root: its text may be shown to a person."""


class InvalidInputError(RecommenderError):
    """The caller sent something we cannot use. field, value, expected: what, met, and what would be right."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        super().__init__(f"{field} must be {expected}, not {shown}.")
        self.field, self.value, self.expected = field, value, expected


class SecretInputError(InvalidInputError):
    """A password or PIN that cannot be taken. It is neither repeated nor kept here."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(field, "", expected)
        self.args = (f"The {field} must be {expected}.",)


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


class UnknownImportError(RecommenderError):
    """No such import of this person, or none any more."""

    def __init__(self, import_id: str) -> None:
        super().__init__("There is no such import, or none any more: a file is kept for a day until it is saved. Send it again.")
        self.import_id = import_id


class NotAllowedError(RecommenderError):
    """Somebody's own films, without a right to them."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            f"The ratings of {user_id} are their owner's alone: sign in, or bring a bearer token from the site's settings "
            "or from `matinee profile new`."
        )
        self.user_id = user_id


class ReadOnlyError(RecommenderError):
    """A viewer of the data set: readable, never writable."""

    def __init__(self, user_id: int) -> None:
        super().__init__(
            f"Viewer {user_id} is a sample from the data set and cannot be changed; `matinee profile new` makes a number of your own."
        )
        self.user_id = user_id


class WrongSignInError(RecommenderError):
    """Which of the two was wrong, and whether there is such a name, is nobody's business."""

    def __init__(self) -> None:
        super().__init__("This name and this password do not belong together.")


class WrongPasskeyError(WrongSignInError):
    """A passkey that is not known, or what it signed is not good, or not any more: all answer the same."""

    def __init__(self) -> None:
        super().__init__()
        self.args = ("This passkey opens nothing here, or what it signed is too old. Try it once more, or sign in with the password.",)


class WrongPasswordError(WrongSignInError):
    """Asked once more of somebody who is signed in, whose name is no secret."""

    def __init__(self) -> None:
        super().__init__()
        self.args = ("That is not the password you sign in with.",)


class WrongPinError(RecommenderError):
    """Not the PIN of that member."""

    def __init__(self, name: str) -> None:
        super().__init__(f"That is not the PIN of {name}.")
        self.name = name


class OwnerOnlyError(RecommenderError):
    """A member asked for what the owner of the household decides."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"Only {owner}, who signed up, can do this; switch to {owner} first.")
        self.owner = owner


class ScopeError(RecommenderError):
    """A token that is not good for what was asked. scope, scopes: what it takes, and what the token has."""

    def __init__(self, scope: str, scopes: tuple[str, ...]) -> None:
        super().__init__(f"This needs a token with the scope {scope}; yours has {', '.join(scopes) or 'none'}.")
        self.scope, self.scopes = scope, scopes


class WrongCodeError(RecommenderError):
    """A code that is wrong, used or too old: all three answer the same."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"That code is not good, or not any more: it works once, within {minutes} minutes. Ask for a new one.")
        self.minutes = minutes


class NotLinkedError(RecommenderError):
    """An Echo that speaks for nobody was asked for what is somebody's own."""

    def __init__(self) -> None:
        super().__init__("This Echo speaks for nobody; link it with a code from the site's settings.")


class NameTakenError(RecommenderError):
    """A sign-in name that somebody has, in whatever case and accents."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Somebody signs in as {name} already; choose another name.")
        self.name = name


class AlreadyThereError(RecommenderError):
    """A film that the data in use have. movie: that one."""

    def __init__(self, movie: Movie) -> None:
        super().__init__(f"{movie.title}{f' ({movie.year})' if movie.year else ''} is here already, as film {movie.movie_id}.")
        self.movie = movie


class LastWayInError(RecommenderError):
    """What would lock its owner out."""

    def __init__(self) -> None:
        super().__init__("This is the only way in to this account; set a password or add another passkey first.")


class FullHouseError(RecommenderError):
    """As many of something as a household may have. what: in the plural."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"There are {most} {what} already, and no more fit; take one away first.")
        self.what, self.most = what, most


class TooManyTriesError(RecommenderError):
    """Too often in too short a time. retry_after: seconds."""

    def __init__(self, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        wait = f"{retry_after} seconds" if retry_after < 90 else f"{minutes} minutes" if minutes < 90 else f"{-(-minutes // 60)} hours"
        super().__init__(f"That was too often in a short time; try again in {wait}.")
        self.retry_after = retry_after


class CrowdedError(TooManyTriesError):
    """More passwords at once than may be looked at at once."""

    def __init__(self) -> None:
        super().__init__(3)
        self.args = (f"Many people are signing in at this moment; try again in {self.retry_after} seconds.",)


class DataError(RecommenderError):
    """A data set that cannot be read or used; the text says what to do."""


class ModelError(RecommenderError):
    """A model on disk that is torn, truncated, foreign or of a format this version does not know."""


class NoModelError(RecommenderError):
    """Nothing has been trained yet."""

    def __init__(self, blobs_url: str) -> None:
        super().__init__(f"No trained model in {blobs_url}; run `matinee train`.")


class RefusedModelError(RecommenderError):
    """A model that was made and not published, since it is worse than the one in force or no better than popular."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Not published: {why} The model in force stays; `matinee train --anyway` publishes all the same.")


class TrainingBusyError(RecommenderError):
    """Somebody else holds the training lock."""

    def __init__(self, holder: str, seconds: float) -> None:
        super().__init__(f"{holder} has held the training lock for {seconds:.0f} seconds; wait for it or stop it, then try again.")


class MissingExtraError(RecommenderError):
    """What an optional extra needs is not here. what: the extra; missing: in a few words; remedy: what brings it."""

    def __init__(self, what: str, missing: str, remedy: str) -> None:
        super().__init__(f"{what} cannot be used here: {missing}; {remedy}.")
        self.what, self.missing = what, missing


class SparkError(RecommenderError):
    """Apache Spark could not be reached, started or used; the text says why."""


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


class PersonalizeError(RecommenderError):
    """What Amazon Personalize refuses. code: the name of the error in Amazon's service model, by which its clients know it."""

    code = "InvalidInputException"
