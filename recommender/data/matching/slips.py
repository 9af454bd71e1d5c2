"""Titles that are another one but for a typing slip or two."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

SHORTEST_FOR_TWO_SLIPS = 8  # letters and digits; shorter titles may have one slip
SHORTEST_FOR_ONE_SLIP = 4
LONGEST_FOR_SLIPS = 120
SHORTEST_TO_TRUST = 6  # below, another letter makes another title: "Panic" and "Manic" are of neighbouring years
SHORTEST_TO_TRUST_TWO = 12


def digits(name: str) -> str:
    """What a slip must leave as it is: part 2 is not part 3."""
    return "".join(letter for letter in name if letter.isdigit())


def slips_between(one: str, other: str, most: int) -> int:
    """How many letters must be put in, left out, changed or swapped with their neighbour; most + 1 when more than `most`.

    Optimal string alignment (Damerau's four slips, none within another), in a band of `most` beside the diagonal.
    """
    # One slip brings in at most one letter that the other lacks, and takes away one: most pairs need no table.
    if abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most:
        return most + 1
    far = most + 1
    before: list[int] = []
    row = [place if place <= most else far for place in range(len(other) + 1)]
    for i, letter in enumerate(one, start=1):
        before, last, row = row, before, [far] * (len(other) + 1)
        if i <= most:
            row[0] = i
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            met = other[j - 1]
            least = min(before[j - 1] + (letter != met), before[j] + 1, row[j - 1] + 1)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == met:
                least = min(least, last[j - 2] + 1)
            row[j] = min(least, far)
        if min(row) > most:
            return far
    return row[-1]


def is_plain_slip(sought: str, name: str, slips: int) -> bool:
    """Whether nobody would take it for another title: letters are but swapped or doubled, or it is long and begins alike."""
    if slips <= 1 and (sorted(sought) == sorted(name) or _single(sought) == _single(name)):
        return True
    shortest = SHORTEST_TO_TRUST if slips <= 1 else SHORTEST_TO_TRUST_TWO
    return min(len(sought), len(name)) >= shortest and sought[0] == name[0]


def _single(name: str) -> str:
    return "".join(letter for letter, after in zip(name, name[1:] + " ", strict=True) if letter != after)


class Slips:
    """Names that may be another one but for a slip or two: those that share a piece of it in nearly the same place.

    A name of n + 1 pieces keeps one of them whole under n slips. Source: Li, Deng, Wang and Feng, Pass-Join, PVLDB 5(3), 2011.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[tuple[int, int, str], list[str]] = {}
        for name in names:
            if len(name) >= SHORTEST_FOR_ONE_SLIP - 1:
                for number, (start, end) in enumerate(_pieces(len(name))):
                    self._names.setdefault((len(name), number, name[start:end]), []).append(name)

    def near(self, sought: str) -> list[str]:
        """Every name that may be within reach, each once."""
        most = 1 if len(sought) < SHORTEST_FOR_TWO_SLIPS else 2
        found: dict[str, None] = {}
        for length in range(len(sought) - most, len(sought) + most + 1):
            for number, (start, end) in enumerate(_pieces(length)):
                for shift in range(-most, most + 1):
                    if start + shift >= 0:
                        piece = sought[start + shift : end + shift]
                        found.update(dict.fromkeys(self._names.get((length, number, piece), ())))
        return list(found)


def _pieces(length: int) -> list[tuple[int, int]]:
    n_pieces = 2 if length < 6 else 3  # two letters swapped may lie in two pieces
    bounds = [length * piece // n_pieces for piece in range(n_pieces + 1)]
    return list(pairwise(bounds))
