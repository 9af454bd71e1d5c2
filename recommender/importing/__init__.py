"""A person's own file: read, its films found, looked at, and written once the person has said so; then kept so that it can be undone."""

from __future__ import annotations

import gzip
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from recommender.access import Access
from recommender.data.exports import MOST_BYTES
from recommender.data.exports.rows import shown
from recommender.domain import FIRST_ADDED_MOVIE_ID, WRITE, Asker, Movie, MovieId, UserId
from recommender.errors import TooManyTriesError, UnknownImportError, UnknownUserError
from recommender.importing.draft import Begun, Draft, Question
from recommender.importing.effect import CHANGED, NEW, SAME, Effect, effect_of, still_to_put, taken_back
from recommender.importing.finding import Finder, Found
from recommender.importing.kept import DRAFT_SECONDS, Kept, forget_imports, new_id
from recommender.importing.receipt import BEGUN, DONE, UNDONE, Receipt
from recommender.importing.report import report
from recommender.publication import Published
from recommender.storage.accounts.kept import Accounts
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles

log = logging.getLogger(__name__)

__all__ = [
    "BEGUN", "CHANGED", "DONE", "DRAFT_SECONDS", "FILES_AN_HOUR", "MOST_BYTES", "NEW", "SAME", "UNDONE",
    "Draft", "Effect", "Finder", "Found", "Imports", "Question", "Receipt", "Undone", "forget_imports",
]  # fmt: skip

FILES_AN_HOUR = 30  # of one person; each may take a processor for many seconds


def _is_gone(user_id: int) -> UnknownUserError:
    return UnknownUserError(user_id, "the number was never given, or its person has left")


def _title(movie_of: Callable[[int], Movie | None], movie_id: MovieId) -> str:
    movie = movie_of(movie_id)
    if movie is None:
        return ""
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did. stayed: the films that the person has changed since, which are left as they are."""

    receipt: Receipt
    stayed: tuple[MovieId, ...]


class Imports:
    """One per process, shared by its threads. What is under way is kept among the blobs, so that any worker can go on with it.

    Every method raises what `Access.check_owns` does for an asker who does not speak for the person.
    """

    def __init__(
        self, blobs: Blobs, profiles: Profiles, access: Access, published: Callable[[], Published], *, now: Callable[[], float] = time.time
    ) -> None:
        """published: the model in force, whose films are the ones to be found; NoModelError before the first training."""
        self._kept, self._blobs = Kept(blobs), blobs
        self._profiles, self._access, self._published, self._now = profiles, access, published, now
        self._finder = Finder(published, profiles.added_films)

    def look(
        self, user_id: int, name: str, content: bytes, *, scale: str = "", profile: str = "", anew: bool = False, asker: Asker
    ) -> Draft:
        """The file as it would be taken over; nothing is kept of it. As in `begin`. anew: whether what was chosen before is asked again."""
        self._check(user_id, asker)
        if not self._profiles.has_person(UserId(user_id)):
            raise _is_gone(user_id)
        fixes = {} if anew else self._kept.fixes(UserId(user_id))
        found = self._finder.find(name, content, scale=scale, profile=profile, remembered=fixes)
        called = shown(name.replace("\\", "/").rpartition("/")[2]) or "a file"
        return Draft(new_id(self._seconds()), UserId(user_id), called, self._seconds(), found, scale, profile)

    def begin(self, user_id: int, name: str, content: bytes, *, scale: str = "", profile: str = "", asker: Asker) -> Draft:
        """Read a file and keep what it says for a day; nothing is written to the profile.

        name, scale and InvalidInputError as in `read_export`, profile as in `Finder.find`. TooManyTriesError.
        """
        self._check(user_id, asker)
        self._count(user_id)
        self._kept.sweep(self._seconds())
        draft = self.look(user_id, name, content, scale=scale, profile=profile, asker=asker)
        return self.keep(draft, content)

    def keep(self, draft: Draft, content: bytes) -> Draft:
        """Keep what was looked at, with the file that it was read from."""
        with self._for_who_stays(draft.user_id):
            self._kept.put_draft(draft, content)
        export = draft.found.export
        log.info("import begun user_id=%d site=%r rows=%d", draft.user_id, export.site, export.n_rows)
        return draft

    def read_again(self, user_id: int, import_id: str, *, scale: str = "", profile: str = "", anew: bool = False, asker: Asker) -> Draft:
        """The same file with its scores or its person read otherwise, under its id; what was chosen for it is dropped. As in `look`."""
        before = self.draft(user_id, import_id, asker=asker)
        self._count(user_id)
        content = self._kept.content(before.user_id, import_id)
        again = self.look(user_id, before.name, content, scale=scale, profile=profile, anew=anew, asker=asker)
        return self.keep(replace(again, import_id=import_id, made_at=before.made_at), content)

    def draft(self, user_id: int, import_id: str, *, asker: Asker) -> Draft:
        """What was begun; UnknownImportError when there is none, or no more."""
        self._check(user_id, asker)
        return self._kept.draft(UserId(user_id), import_id, now=self._seconds())

    def drafts(self, user_id: int, *, asker: Asker) -> tuple[Begun, ...]:
        """All that the person has begun and neither saved nor dropped, newest first."""
        self._check(user_id, asker)
        found = []
        for import_id in self._kept.drafts(UserId(user_id)):
            try:
                found.append(self._kept.begun(UserId(user_id), import_id, now=self._seconds()))
            except UnknownImportError:
                continue  # expired, or just saved by another worker
        return tuple(found)

    def choose(self, user_id: int, import_id: str, choices: Mapping[int, int | None], *, asker: Asker) -> Draft:
        """Answer questions of a draft, by their number; None for none of the films. Other answers stay. InvalidInputError."""
        draft = self.draft(user_id, import_id, asker=asker)
        chosen = {**draft.choices, **draft.check(choices)}
        with self._for_who_stays(draft.user_id):
            self._kept.put_choices(draft.user_id, import_id, chosen)
        return replace(draft, choices=chosen)

    def drop(self, user_id: int, import_id: str, *, asker: Asker) -> None:
        """Take a draft away; absent is fine."""
        self._check(user_id, asker)
        self._kept.remove_draft(UserId(user_id), import_id)

    def effect(self, draft: Draft) -> Effect:
        """What saving would change, as the person's films are now."""
        opinions = self._profiles.opinions(draft.user_id)
        return effect_of(draft.found.films(draft.by_place), opinions, now=self._now())

    def save(self, user_id: int, import_id: str, *, asker: Asker) -> Receipt:
        """Write what the draft says, in one step. Said again, or after a death in the middle, it comes to the same."""
        self._check(user_id, asker)
        with self._for_who_stays(UserId(user_id)):
            receipt = self._kept.receipt(UserId(user_id), import_id)
            if receipt is None:
                receipt = self._put_receipt(self.draft(user_id, import_id, asker=asker))
            return self._put(receipt)

    def undo(self, user_id: int, import_id: str, *, asker: Asker) -> Undone:
        """Bring the films that the import changed back to what they were, but for those that the person has changed since."""
        with self._for_who_stays(UserId(user_id)):
            return self._undone(self._put(self.receipt(user_id, import_id, asker=asker)))

    def receipt(self, user_id: int, import_id: str, *, asker: Asker) -> Receipt:
        """UnknownImportError for an import that was not saved, or is too long ago."""
        self._check(user_id, asker)
        receipt = self._kept.receipt(UserId(user_id), import_id)
        if receipt is None:
            raise UnknownImportError(import_id)
        return receipt

    def receipts(self, user_id: int, *, asker: Asker) -> tuple[Receipt, ...]:
        """What was saved, newest first."""
        self._check(user_id, asker)
        return self._kept.receipts(UserId(user_id))

    def report(self, user_id: int, import_id: str, *, asker: Asker) -> str:
        """A CSV of what became of every row, of a draft as it would be saved now, or of what was saved."""
        self._check(user_id, asker)
        receipt = self._kept.receipt(UserId(user_id), import_id)
        if receipt is not None:
            return gzip.decompress(self._kept.report(receipt)).decode()
        draft = self.draft(user_id, import_id, asker=asker)
        return self.report_of(draft, self.effect(draft))

    def report_of(self, draft: Draft, effect: Effect) -> str:
        """A CSV of what became of every row, and what is done about it."""
        return report(draft.found, draft.by_place, effect, partial(_title, self.movies()))

    def movies(self) -> Callable[[int], Movie | None]:
        """A look-up of films that were found; None for one that is not among those in use any more.

        For one page or one report: films that people have added are read once, when it is first asked for one.
        """
        catalogue = self._published().catalogue
        added: dict[int, Movie] | None = None

        def movie(movie_id: int) -> Movie | None:
            nonlocal added
            column = catalogue.column_of(movie_id)
            if column is not None:
                return catalogue.movie(column)
            if added is None and movie_id >= FIRST_ADDED_MOVIE_ID:
                added = {film.movie.movie_id: film.movie for film in self._profiles.added_films()}
            return (added or {}).get(movie_id)

        return movie

    def _put_receipt(self, draft: Draft) -> Receipt:
        self._kept.add_fixes(draft.user_id, draft.fixes)
        effect = self.effect(draft)
        receipt = Receipt(
            draft.import_id,
            draft.user_id,
            draft.name,
            draft.found.export.site,
            self._seconds(),
            BEGUN,
            draft.found.matching.counts(),
            effect.counts,
            len(effect.films),
        )
        written = gzip.compress(self.report_of(draft, effect).encode(errors="replace"), compresslevel=3, mtime=0)
        return self._kept.put_receipt(receipt, effect.films, written)

    def _put(self, receipt: Receipt) -> Receipt:
        """What the receipt says, put into the profile; then it says so itself."""
        if receipt.state != BEGUN:
            return receipt
        films = self._kept.films(receipt)
        rev = self._profiles.change(receipt.user_id, still_to_put(films, self._profiles.opinions(receipt.user_id)))
        done = replace(receipt, state=DONE, rev=rev)
        if not self._kept.move_receipt(done, was=BEGUN):
            return self._after_another(receipt)
        self._kept.remove_draft(receipt.user_id, receipt.import_id)
        self._kept.trim_receipts(receipt.user_id)
        log.info("import saved user_id=%d site=%r films=%d rev=%d", receipt.user_id, receipt.site, receipt.n_films, rev)
        return done

    def _undone(self, receipt: Receipt) -> Undone:
        if receipt.state == UNDONE:
            return Undone(receipt, ())
        change, stayed = taken_back(self._kept.films(receipt), self._profiles.opinions(receipt.user_id))
        rev = self._profiles.change(receipt.user_id, change)
        undone = replace(receipt, state=UNDONE, undone_at=self._seconds(), rev=rev, n_stayed=len(stayed))
        self._kept.move_receipt(undone, was=DONE)
        log.info("import undone user_id=%d films=%d stayed=%d rev=%d", receipt.user_id, receipt.n_films, len(stayed), rev)
        return Undone(undone, stayed)

    def _after_another(self, receipt: Receipt) -> Receipt:
        """Another worker was faster; if it was undone meanwhile, so is what we have just put."""
        now = self._kept.receipt(receipt.user_id, receipt.import_id) or receipt
        if now.state == UNDONE:
            change, _ = taken_back(self._kept.films(now), self._profiles.opinions(now.user_id))
            self._profiles.change(now.user_id, change)
        return now

    @contextmanager
    def _for_who_stays(self, user_id: UserId) -> Iterator[None]:
        """What is written here for somebody who leaves at the same time is taken away again, however it ended; UnknownUserError then."""
        try:
            yield
        finally:
            if not self._profiles.has_person(user_id):
                forget_imports(self._blobs, user_id)
                raise _is_gone(user_id)

    def _check(self, user_id: int, asker: Asker) -> None:
        self._access.check_owns(UserId(user_id), asker, WRITE)

    def _count(self, user_id: int) -> None:
        allowance = Accounts(self._profiles.entries).allowed(f"imports of {user_id}", FILES_AN_HOUR, 3600, self._seconds())
        if not allowance.is_allowed:
            raise TooManyTriesError(allowance.retry_after)

    def _seconds(self) -> int:
        return int(self._now())
