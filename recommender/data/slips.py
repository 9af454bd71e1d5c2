"""Words as they are typed in haste: which of many words are one or two slips away, whole or by their beginning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.texts import Texts

SHORTEST = 3  # letters; with fewer, everything is one slip away from everything
SHORTEST_BEGINNING = 4  # letters, of a word that is still being typed
TWO_SLIPS_FROM = 7  # letters
LONGEST = 40  # letters; the sums below have room for 64
PAIRS_OF_A_SLIP = 3  # neighbouring letters that two in the wrong order part
FAR = 99


@dataclass(frozen=True, slots=True)
class NearWords:
    """Places of words, each in one array. one_off: one slip makes the word; beginning_one_off: its beginning. two_off: likewise."""

    one_off: NDArray[np.intp]
    beginning_one_off: NDArray[np.intp]
    two_off: NDArray[np.intp]
    beginning_two_off: NDArray[np.intp]

    def nearest_last(self) -> tuple[NDArray[np.intp], ...]:
        return self.beginning_two_off, self.two_off, self.beginning_one_off, self.one_off


NONE = np.zeros(0, dtype=np.intp)
NOTHING_NEAR = NearWords(NONE, NONE, NONE, NONE)


class SlipFinder:
    """Finds the words within a slip or two: a letter too many, missing, wrong, or two in the wrong order.

    Letters are bytes of UTF-8. Beside the words it holds thirteen bytes a word: the letters it lacks, the pairs it has, and how long it is.
    """

    def __init__(self, words: Texts) -> None:
        self._words = words
        starts = words.offsets[:-1]
        self._lengths = np.minimum(np.diff(words.offsets), 255).astype(np.uint8)
        self._absent, self._pairs = np.zeros(len(starts), dtype=np.uint32), np.zeros(len(starts), dtype=np.uint64)
        if len(starts):
            np.bitwise_or.reduceat(np.uint32(1) << (words.blob & 31), starts, out=self._absent)
            np.invert(self._absent, out=self._absent)
            pairs = np.uint64(1) << _pair(words.blob[:-1], words.blob[1:])
            ends = words.offsets[1:-1] - 1  # where the second letter is the next word's
            pairs[ends] = 0
            np.bitwise_or.reduceat(np.append(pairs, np.uint64(0)), starts, out=self._pairs)

    def near(self, word: str, *, is_done: bool = False) -> NearWords:
        """Words two slips away only where the word is long and nothing is nearer. is_done: typed to its end, so no beginnings."""
        letters = word.encode()
        if not SHORTEST <= len(letters) <= LONGEST or word.isdigit():
            return NOTHING_NEAR
        is_done = is_done or len(letters) < SHORTEST_BEGINNING
        # Whole words are few enough to look two slips far at once; beginnings are not.
        most = 2 if is_done and len(letters) >= TWO_SLIPS_FROM else 1
        places, whole, beginning = self._distances(letters, most, is_done)
        one_off = places[whole == 1]
        beginning_one_off = NONE if is_done else places[(beginning <= 1) & (whole > 1)]
        if len(one_off) or len(beginning_one_off) or len(letters) < TWO_SLIPS_FROM:
            return NearWords(one_off, beginning_one_off, NONE, NONE)
        if most < 2:
            places, whole, beginning = self._distances(letters, 2, is_done)
        return NearWords(NONE, NONE, places[whole <= 2], NONE if is_done else places[(beginning <= 2) & (whole > 2)])

    def _distances(self, letters: bytes, most: int, is_done: bool) -> tuple[NDArray[np.intp], NDArray[np.int8], NDArray[np.int8]]:
        """Places of words that may be within `most` slips, and how far they and their nearest beginning are; FAR where further.

        Optimal string alignment by bits, one column of the table for all words at a time.
        Source: Hyyrö, A bit-vector algorithm for computing Levenshtein and Damerau edit distances, Nordic Journal of Computing 10, 2003.
        """
        n = len(letters)
        held = np.uint32(_bits(letter & 31 for letter in letters))
        places = np.flatnonzero((self._lengths >= n - most) & (np.bitwise_count(held & self._absent) <= most))
        if is_done:
            places = places[(self._lengths[places] <= n + most) & (np.bitwise_count(~(self._absent[places] | held)) <= most)]
        pairs = np.uint64(_bits(_pair(one, other) for one, other in pairwise(letters)))
        places = places[np.bitwise_count(pairs & ~self._pairs[places]) <= PAIRS_OF_A_SLIP * most]
        if not len(places):
            return places, np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.int8)
        lengths, starts = self._lengths[places].astype(np.int16), self._words.offsets[places]
        positions = np.zeros(256, dtype=np.uint64)
        for at, letter in enumerate(letters):
            positions[letter] |= np.uint64(1 << at)
        one, last = np.uint64(1), np.uint64(1 << (n - 1))
        shape = len(places)
        up, down, diagonal, before = (np.full(shape, fill, dtype=np.uint64) for fill in (2**64 - 1, 0, 0, 0))
        distance = np.full(shape, n, dtype=np.int8)
        whole, beginning = (np.full(shape, FAR, dtype=np.int8) for _ in range(2))
        highest = len(self._words.blob) - 1
        for at in range(n + most):
            here = positions[self._words.blob[np.minimum(starts + at, highest)]]
            swapped = ((~diagonal & here) << one) & before
            diagonal = ((((here & up) + up) ^ up) | here | down) | swapped
            rises, falls = down | ~(diagonal | up), diagonal & up
            distance += ((rises & last) != 0).view(np.int8) - ((falls & last) != 0).view(np.int8)
            rises, falls = (rises << one) | one, falls << one
            up, down, before = falls | ~(diagonal | rises), rises & diagonal, here
            inside = lengths > at
            np.minimum(beginning, distance, out=beginning, where=inside)
            np.copyto(whole, distance, where=lengths == at + 1)
        return places, whole, beginning


def _bits(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << int(place)
    return bits


def _pair(one: Any, other: Any) -> Any:
    """One of 64 places for two neighbouring letters; arrays of them likewise, since 256 is a multiple of 64."""
    return (one * 5 + other) & 63
