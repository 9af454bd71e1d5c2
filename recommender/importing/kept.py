"""Where imports lie among the blobs: drafts for a day in a room of their own, receipts and what was chosen beside each other.

    import-drafts/PERSON/IMPORT/   file, begun, draft, choices
    imports/PERSON/IMPORT/         films, report, receipt
    imports/PERSON/fixes

A draft is there once `draft` is, a receipt once `receipt` is: they are written last. The time is in an import's id, so that what is old is
told from its key alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace

from recommender.domain import MovieId, UserId
from recommender.errors import UnknownImportError
from recommender.importing import texts
from recommender.importing.draft import Begun, Draft
from recommender.importing.effect import FilmChange
from recommender.importing.receipt import Receipt
from recommender.storage.blobs import Blobs

DRAFT_SECONDS = 24 * 3600
MOST_DRAFTS = 3  # of one person; the oldest give way
MOST_RECEIPTS = 30  # of one person; older imports can no more be undone
MOST_FIXES = 5_000
MOST_TRIES = 5  # while others write

DRAFTS, IMPORTS, FIXES = "import-drafts", "imports", "fixes"
ID = re.compile(r"\d{10}-[0-9a-f]{16}", re.ASCII)


def new_id(now: int) -> str:
    """An id that nobody can guess, and that sorts by its time."""
    return f"{now:010d}-{secrets.token_hex(8)}"


def made_at(import_id: str) -> int:
    return int(import_id[:10])


class Kept:
    """What every worker and every machine finds."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    # Drafts

    def put_draft(self, draft: Draft, content: bytes) -> None:
        """With the file itself, to be read again in another way."""
        place = _draft(draft.user_id, draft.import_id)
        self._blobs.write(f"{place}/file", content)
        if draft.choices:
            self.put_choices(draft.user_id, draft.import_id, draft.choices)
        else:
            self._blobs.remove(f"{place}/choices")
        self._blobs.write(f"{place}/begun", texts.of_begun(draft.begun))
        self._blobs.write(f"{place}/draft", texts.of_draft(draft))
        others = [import_id for import_id in self.drafts(draft.user_id) if import_id != draft.import_id]
        for older in others[MOST_DRAFTS - 1 :]:
            self.remove_draft(draft.user_id, older)

    def draft(self, user_id: UserId, import_id: str, *, now: int) -> Draft:
        """UnknownImportError when there is none, or no more."""
        place = _draft(user_id, import_id)
        kept = self._blobs.read(f"{place}/draft") if made_at(import_id) > now - DRAFT_SECONDS else None
        if kept is None:
            raise UnknownImportError(import_id)
        chosen = self._blobs.read(f"{place}/choices")
        return texts.draft_of(kept.data, texts.choices_of(chosen.data) if chosen else {})

    def begun(self, user_id: UserId, import_id: str, *, now: int) -> Begun:
        """What a list says of a draft: its rows, which may be 100,000, are not read for it. UnknownImportError as in `draft`."""
        kept = self._blobs.read(f"{_draft(user_id, import_id)}/begun") if made_at(import_id) > now - DRAFT_SECONDS else None
        if kept is None:
            raise UnknownImportError(import_id)
        return texts.begun_of(kept.data)

    def content(self, user_id: UserId, import_id: str) -> bytes:
        """The file of a draft; UnknownImportError."""
        kept = self._blobs.read(f"{_draft(user_id, import_id)}/file")
        if kept is None:
            raise UnknownImportError(import_id)
        return kept.data

    def put_choices(self, user_id: UserId, import_id: str, choices: Mapping[int, MovieId | None]) -> None:
        self._blobs.write(f"{_draft(user_id, import_id)}/choices", texts.of_choices(choices))

    def drafts(self, user_id: UserId) -> tuple[str, ...]:
        """Their ids, newest first."""
        return _ids(self._blobs.list(f"{DRAFTS}/{user_id}/"), "/draft")

    def remove_draft(self, user_id: UserId, import_id: str) -> None:
        self._blobs.remove(_draft(user_id, import_id))

    def sweep(self, now: int) -> int:
        """Take away everybody's drafts that have expired, half-written ones too; how many went."""
        old = set()
        for key in self._blobs.list(f"{DRAFTS}/"):
            _, person, import_id, *_ = [*key.split("/"), "", ""]
            if ID.fullmatch(import_id) and made_at(import_id) <= now - DRAFT_SECONDS:
                old.add(f"{DRAFTS}/{person}/{import_id}")
        for place in sorted(old):
            self._blobs.remove(place)
        return len(old)

    # Receipts

    def put_receipt(self, receipt: Receipt, films: tuple[FilmChange, ...], report: bytes) -> Receipt:
        """The receipt, or the one that was there before: an import is saved once, however often it is said."""
        place = _import(receipt.user_id, receipt.import_id)
        if (before := self.receipt(receipt.user_id, receipt.import_id)) is not None:
            return before
        # Whoever else saves the same import just now says the same, or loses by the receipt: its films are under its own name then.
        ours = secrets.token_hex(4)
        self._blobs.write(f"{place}/films-{ours}", texts.of_films(films))
        self._blobs.write(f"{place}/report-{ours}", report)
        receipt = replace(receipt, files=ours)
        if not self._blobs.create(f"{place}/receipt", texts.of_receipt(receipt)):
            self._blobs.remove(f"{place}/films-{ours}")
            self._blobs.remove(f"{place}/report-{ours}")
            return self.receipt(receipt.user_id, receipt.import_id) or receipt
        return receipt

    def receipt(self, user_id: UserId, import_id: str) -> Receipt | None:
        """None for an import that was not saved."""
        kept = self._blobs.read(f"{_import(user_id, import_id)}/receipt")
        return texts.receipt_of(kept.data) if kept else None

    def move_receipt(self, receipt: Receipt, *, was: str) -> bool:
        """Put the receipt if its state is still `was`. False, and nothing changed, otherwise."""
        key = f"{_import(receipt.user_id, receipt.import_id)}/receipt"
        kept = self._blobs.read(key)
        if kept is None or texts.receipt_of(kept.data).state != was:
            return False
        return self._blobs.compare_and_set(key, texts.of_receipt(receipt), expected=kept.tag)

    def films(self, receipt: Receipt) -> tuple[FilmChange, ...]:
        """What it changed; UnknownImportError when that is gone."""
        kept = self._blobs.read(f"{_import(receipt.user_id, receipt.import_id)}/films-{receipt.files}")
        if kept is None:
            raise UnknownImportError(receipt.import_id)
        return texts.films_of(kept.data)

    def report(self, receipt: Receipt) -> bytes:
        """As it was put; UnknownImportError when it is gone."""
        kept = self._blobs.read(f"{_import(receipt.user_id, receipt.import_id)}/report-{receipt.files}")
        if kept is None:
            raise UnknownImportError(receipt.import_id)
        return kept.data

    def receipts(self, user_id: UserId) -> tuple[Receipt, ...]:
        """Newest first."""
        ids = _ids(self._blobs.list(f"{IMPORTS}/{user_id}/"), "/receipt")
        found = (self.receipt(user_id, import_id) for import_id in ids)
        return tuple(receipt for receipt in found if receipt is not None)

    def trim_receipts(self, user_id: UserId) -> None:
        """Take away those that are too many, oldest first."""
        for import_id in _ids(self._blobs.list(f"{IMPORTS}/{user_id}/"), "/receipt")[MOST_RECEIPTS:]:
            self._blobs.remove(_import(user_id, import_id))

    # What was chosen

    def fixes(self, user_id: UserId) -> dict[str, MovieId | None]:
        """Films that the person chose before, by `row_key`; None where it was none of them."""
        kept = self._blobs.read(f"{IMPORTS}/{user_id}/{FIXES}")
        return texts.fixes_of(kept.data) if kept else {}

    def add_fixes(self, user_id: UserId, fixes: Mapping[str, MovieId | None]) -> None:
        """Remember these too; the newest stay where they are too many."""
        key = f"{IMPORTS}/{user_id}/{FIXES}"
        for _ in range(MOST_TRIES if fixes else 0):
            kept = self._blobs.read(key)
            before = texts.fixes_of(kept.data) if kept else {}
            all_of_them = {**{name: film for name, film in before.items() if name not in fixes}, **fixes}
            newest = dict(list(all_of_them.items())[-MOST_FIXES:])
            if self._blobs.compare_and_set(key, texts.of_fixes(newest), expected=kept.tag if kept else None):
                return


def forget_imports(blobs: Blobs, user_id: UserId) -> int:
    """Everything that is kept of a person's imports goes: files, receipts, what was chosen; how many files had been brought."""
    brought: set[str] = set()
    for place in (f"{DRAFTS}/{user_id}", f"{IMPORTS}/{user_id}"):
        brought.update(key.removeprefix(f"{place}/").split("/")[0] for key in blobs.list(f"{place}/"))
        blobs.remove(place)
    return len(brought - {FIXES})


def _draft(user_id: UserId, import_id: str) -> str:
    return f"{DRAFTS}/{user_id}/{_checked(import_id)}"


def _import(user_id: UserId, import_id: str) -> str:
    return f"{IMPORTS}/{user_id}/{_checked(import_id)}"


def _checked(import_id: str) -> str:
    if not ID.fullmatch(import_id):
        raise UnknownImportError(import_id)
    return import_id


def _ids(keys: list[str], ending: str) -> tuple[str, ...]:
    found = {key.removesuffix(ending).rpartition("/")[2] for key in keys if key.endswith(ending)}
    return tuple(sorted(filter(ID.fullmatch, found), reverse=True))
