"""Finding films by what people type of their titles: in any order, half a word, a slip or two, with a year, with "2" for "II"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.slips import SlipFinder
from recommender.data.texts import Index, Texts
from recommender.data.titles import ARTICLES, plain, read_title, same_number, spellings, squeezed, without_article

MOST_WORDS = 12  # of a query; what comes after them is not looked at
ENOUGH = 2 / 3  # of a query's letters must be found where no film has them all
MOST_WEIGHED = 2000  # films that are all compared with each other
MOST_POPULAR = 2**24 - 1
SHORTEST_OF_TWO = 5  # letters of a word that may be two without their blank

# How well a film answers one word, in percent.
EXACT = 100
SAME_NUMBER = 98  # "ii" for "2"
JOINED = 96  # "god father" for "godfather", and the other way round
BEGINS = 90
SLIPS = (40, 50, 60, 80)  # the beginning and the whole two slips away, the beginning and the whole one slip away
NEXT_YEAR = 60  # a year off

# How well it answers the whole query. Without slips:
WHOLE_TITLE, TITLE_BEGINS, ALL_WORDS = 60, 50, 40
SMALL_WORDS = 3  # at most, one for each small word that the title has too
# With slips: BY_SLIPS, up to 20 for the words, and NEARLY_WHOLE where little of the title is left over.
SQUEEZED_BEGINS, BY_SLIPS, NEARLY_WHOLE = 35, 15, 10


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a query. squeezed: by letters and digits. parts: of "spider-man". weight: letters, but 1 for what may be left out."""

    squeezed: str
    parts: tuple[str, ...]
    is_small: bool
    is_last: bool

    @property
    def weight(self) -> int:
        return 1 if self.is_small else len(self.squeezed)


class TitleSearch:
    """Finds films in the index of their words and of their whole titles. years: 0 where not known. titles: as people say them."""

    def __init__(self, words: Index, keys: Index, years: NDArray[np.int16], titles: Texts) -> None:
        self._words, self._keys, self._years, self._titles = words, keys, np.asarray(years), titles

    def find(self, query: str, n: int, popularity: NDArray[np.integer[Any]] | None = None) -> list[int]:
        """Columns of at most n films, best match first, then the more popular, then the lower id."""
        asked = _words_of(query)
        if not asked or n < 1:
            return []
        closeness = self._closeness(query)
        qualities = [self._quality(word, alone=len(asked) == 1) for word in asked]
        for at, (one, other) in enumerate(pairwise(asked)):
            self._join(one, other, qualities[at : at + 2])
        together = self._keys.beginning_with(squeezed(query))
        columns = self._answering(asked, qualities, together)
        if not np.any(closeness == 2):
            columns = self._forgiven(asked, qualities, together, columns)
        if len(columns) > MOST_WEIGHED and np.count_nonzero(close := closeness[columns]) >= n:
            columns = columns[close > 0]  # a letter or two: enough titles begin so
        scores = self._scores(asked, [quality[columns] for quality in qualities], columns, closeness[columns])
        return _best(columns, scores, n, len(self._years), popularity)

    def warm(self) -> None:
        """Work out what is the same for every query."""
        for ready in (self._slips, self._lengths):
            del ready

    @cached_property
    def _slips(self) -> SlipFinder:
        return SlipFinder(self._words.texts)

    @cached_property
    def _lengths(self) -> NDArray[np.int16]:
        """Letters and digits of each title without its English article."""
        blob, offsets = self._titles.blob, self._titles.offsets
        if not len(self._years):
            return np.zeros(0, dtype=np.int16)
        small = blob | 0x20
        letter = ((small >= ord("a")) & (small <= ord("z"))) | ((blob >= ord("0")) & (blob <= ord("9"))) | (blob >= 0xC0)
        lengths = np.add.reduceat(letter.view(np.uint8), offsets[:-1], dtype=np.int16)
        for article in (b"the ", b"an ", b"a "):
            begins = np.diff(offsets) > len(article)
            for at, sign in enumerate(article):
                begins &= small[np.minimum(offsets[:-1] + at, len(small) - 1)] == sign
            lengths[begins] -= np.int16(len(article) - 1)
        return lengths

    def _closeness(self, query: str) -> NDArray[np.int8]:
        """2 where the query is the whole title, 1 where the title begins with it, else 0."""
        close = np.zeros(len(self._years), dtype=np.int8)
        forms = _whole_forms(query)
        found = [self._keys.beginning_and_equal(form) for form in forms]
        for beginning, _ in found:
            close[beginning] = 1
        for _, equal in found:
            close[equal] = 2
        return close

    def _quality(self, word: _Word, *, alone: bool) -> NDArray[np.int8]:
        """How well each film answers the word without slips, in percent; 0 where it does not."""
        quality = self._quality_of(word.squeezed)
        if len(word.parts) > 1:
            np.maximum(quality, np.minimum.reduce([self._quality_of(part) for part in word.parts]), out=quality)
        if (digits := word.squeezed).isascii() and digits.isdigit():
            if len(digits) == 4:
                year = int(digits)
                if not alone:
                    np.maximum(quality, np.where(np.abs(self._years - year) == 1, NEXT_YEAR, 0), out=quality, casting="unsafe")
                quality[self._years == year] = EXACT
            elif word.is_last and not alone and digits[:2] in ("19", "20"):  # a year that is still being typed
                quality[self._years // 10 ** (4 - len(digits)) == int(digits)] = BEGINS
        return quality

    def _quality_of(self, text: str) -> NDArray[np.int8]:
        quality = np.zeros(len(self._years), dtype=np.int8)
        beginning, equal = self._words.beginning_and_equal(text)
        quality[beginning] = BEGINS
        for number in same_number(text):
            quality[self._words.equal_to(number)] = SAME_NUMBER
        quality[equal] = EXACT
        return quality

    def _join(self, one: _Word, other: _Word, qualities: list[NDArray[np.int8]]) -> None:
        """Two words with a blank too many between them answer as one."""
        if one.squeezed.isdigit() or other.squeezed.isdigit():
            return
        together = one.squeezed + other.squeezed
        columns = self._words.beginning_with(together) if other.is_last else self._words.equal_to(together)
        for quality in qualities if len(columns) else ():
            quality[columns] = np.maximum(quality[columns], JOINED)

    def _forgiven(
        self, asked: list[_Word], qualities: list[NDArray[np.int8]], together: NDArray[np.int32], columns: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """The films that answer by slips too, if there may have been any: two words that some film answers are no accident."""
        unknown = [at for at, quality in enumerate(qualities) if not np.any(quality >= JOINED)]
        known = [at for at in _needed(asked) if at not in unknown]
        for suspects in (unknown, known):
            if len(columns) and len(_needed(asked)) > 1:
                return columns
            for at in suspects:
                # A beginning may be a slip's too only where nothing begins so without one: "ameli" is not half an "American".
                self._forgive(asked[at], qualities[at], is_done=len(columns) > 0 or not asked[at].is_last)
            if suspects:
                columns = self._answering(asked, qualities, together)
        return columns if len(columns) else self._answering_most(asked, qualities)

    def _forgive(self, word: _Word, quality: NDArray[np.int8], *, is_done: bool) -> None:
        """Let films answer by a slip that do not answer without one."""
        near = self._slips.near(word.squeezed, is_done=is_done)
        forgiven = np.zeros(len(quality), dtype=np.int8)
        for percent, places in zip(SLIPS, near.nearest_last(), strict=True):
            if len(places):
                forgiven[self._words.columns_of(places)] = percent
        np.maximum(quality, forgiven, out=quality)
        if not quality.any() and len(word.squeezed) >= SHORTEST_OF_TWO:
            for at in range(1, len(word.squeezed)):
                first = self._words.equal_to(word.squeezed[:at])
                if len(first):
                    second = self._words.beginning_with(word.squeezed[at:])
                    quality[np.intersect1d(first, second)] = JOINED

    def _answering(self, asked: list[_Word], qualities: list[NDArray[np.int8]], together: NDArray[np.int32]) -> NDArray[np.intp]:
        """Films that answer every word but the small ones, or whose title begins with the query but for its blanks."""
        needed = _needed(asked)
        hits = qualities[needed[0]] > 0
        for at in needed[1:]:
            hits &= qualities[at] > 0
        hits[together] = True
        return np.flatnonzero(hits)

    def _answering_most(self, asked: list[_Word], qualities: list[NDArray[np.int8]]) -> NDArray[np.intp]:
        """Films that answer most letters of the query."""
        letters = np.zeros(len(self._years), dtype=np.int16)
        for word, quality in zip(asked, qualities, strict=True):
            letters += np.int16(word.weight) * (quality > 0)
        return np.flatnonzero(letters >= ENOUGH * sum(word.weight for word in asked))

    def _scores(
        self, asked: list[_Word], qualities: list[NDArray[np.int8]], columns: NDArray[np.intp], closeness: NDArray[np.int8]
    ) -> NDArray[np.int64]:
        needed = _needed(asked)
        plainly = np.minimum.reduce([qualities[at] for at in needed]) >= BEGINS
        answered = np.zeros(len(columns), dtype=np.int8)
        for at in set(range(len(asked))) - set(needed):
            answered += qualities[at] > 0
        scores = np.where(closeness == 1, np.int8(TITLE_BEGINS), ALL_WORDS + np.minimum(answered, SMALL_WORDS))
        if not plainly.all():
            total = np.zeros(len(columns), dtype=np.int32)
            for word, quality in zip(asked, qualities, strict=True):
                total += np.int32(word.weight) * quality
            letters, most = sum(len(asked[at].squeezed) for at in needed), sum(len(word.squeezed) for word in asked)
            left_over = np.maximum(self._lengths[columns] - most, letters - self._lengths[columns])
            by_slips = BY_SLIPS + total // sum(word.weight for word in asked) // 5 + NEARLY_WHOLE * (left_over <= 1)
            by_slips = np.maximum(by_slips, np.where(closeness == 1, SQUEEZED_BEGINS, 0))
            scores = np.where(plainly, scores, by_slips)
        scores[closeness == 2] = WHOLE_TITLE
        return scores.astype(np.int64)


def _words_of(query: str) -> list[_Word]:
    spelt = [(whole, parts) for whole, parts in (spellings(word) for word in dict.fromkeys(plain(query).split())) if whole][:MOST_WORDS]
    last = len(spelt) - 1
    return [_Word(whole, parts, _is_small(whole), at == last) for at, (whole, parts) in enumerate(spelt)]


def _needed(asked: list[_Word]) -> list[int]:
    """Places of the words that a film should answer: all but the small ones, or all where all are small."""
    return [at for at, word in enumerate(asked) if not word.is_small] or list(range(len(asked)))


def _is_small(word: str) -> bool:
    return word in ARTICLES or word == "and" or (len(word) < 3 and not word.isdigit())


def _whole_forms(query: str) -> Iterable[str]:
    """What the query may be as a whole title, squeezed: without its article, its year, with its numbers the other way."""
    words = plain(query).split()[:MOST_WORDS]
    texts = [query, read_title(query).title, without_article(query)]
    if len(words) > 1 and len(words[-1]) == 4 and words[-1].isascii() and words[-1].isdigit():
        texts.append(" ".join(words[:-1]))
    if len(words) > 1 and words[-1] in ARTICLES:
        texts += [" ".join(words[:-1]), " ".join([words[-1], *words[:-1]])]
    for at, word in enumerate(words):
        texts += [" ".join([*words[:at], number, *words[at + 1 :]]) for number in same_number(word)]
    return dict.fromkeys(form for form in map(squeezed, texts) if form)


def _best(
    columns: NDArray[np.intp], scores: NDArray[np.int64], n: int, n_movies: int, popularity: NDArray[np.integer[Any]] | None
) -> list[int]:
    """The first n by score, popularity and column, all three in one number: a single letter finds half the films."""
    known = np.zeros(len(columns), dtype=np.int64) if popularity is None else popularity[columns].astype(np.int64)
    places = (scores * (MOST_POPULAR + 1) + np.clip(known, 0, MOST_POPULAR)) * n_movies + (n_movies - 1 - columns)
    if len(columns) > n:
        columns_at = np.argpartition(-places, n - 1)[:n]
        columns, places = columns[columns_at], places[columns_at]
    return [int(column) for column in columns[np.argsort(-places)]]
