"""Numbers in words, as Alexa writes them in digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UNITS = {word: number for number, word in enumerate(_SMALL)}
TENS = {word: 10 * number for number, word in enumerate(_TENS, 2)}
SCALES = {"thousand": 1_000, "million": 1_000_000}
SIGNS = ("minus", "negative")
_IRREGULAR = {"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine", "twelfth": "twelve"}
ORDINALS = _IRREGULAR | {
    f"{word}th": word for word in (*_SMALL, "hundred", "thousand") if f"{word}th" not in ("fiveth", "eightth", "nineth")
}
ORDINALS |= {f"{word.removesuffix('y')}ieth": word for word in TENS}
_BEGINNINGS = frozenset((*SIGNS, *UNITS, *TENS, *SCALES, "hundred", "oh", "a"))


def number_of(words: Sequence[str]) -> str | None:
    """The digits of a number that the words are, and nothing beside it: "twenty five" is 25, "two point five" is 2.5. None for none."""
    if not words:
        return None
    if words[0] in SIGNS:
        digits = number_of(words[1:])
        return f"-{digits}" if digits and not digits.startswith("-") else None
    if len(words) == 1 and _is_digits(words[0].removeprefix("-")):
        return words[0]
    if "point" in words:
        at = words.index("point")
        whole, behind = number_of(words[:at]), _digit_by_digit(words[at + 1 :])
        return f"{whole}.{behind}" if whole and behind else None
    if len(words) > 1 and (digits := _digit_by_digit(words)):
        return digits
    number = _number(words)
    return None if number is None else str(number)


def ordinal_of(words: Sequence[str]) -> str | None:
    """The digits of an ordinal: "second" and "2nd" are 2, "twenty first" is 21. None for none, also for "last"."""
    if not words:
        return None
    *before, last = words
    if not before and last.isascii() and last[:-2].isdigit() and last[-2:] in ("st", "nd", "rd", "th"):
        return last[:-2]
    return number_of((*before, ORDINALS[last])) if last in ORDINALS and not set(before) & {"point", *SIGNS} else None


def six_digits_of(words: Sequence[str]) -> str | None:
    """Six digits said in groups of two or three, or of any size in digits: "twelve thirty four fifty six", "123 456". None for others."""
    return _in_groups(words, 6)


def four_digits_of(words: Sequence[str]) -> str | None:
    """Four digits, as of a year: "nineteen ninety five" and "two thousand five". None for others."""
    number = number_of(words)
    if number is not None:
        return number if len(number) == 4 and number.isdigit() else None
    return _in_groups(words, 4)


@lru_cache(maxsize=1024)  # the same few words of a sentence are looked at for every sample
def in_digits(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words, every number among them in digits, so that "twelve angry men" and "12 Angry Men" are the same."""
    made: list[str] = []
    at = 0
    while at < len(words):
        ends = range(len(words), at, -1) if may_begin_number(words[at]) else ()
        end = next((end for end in ends if number_of(words[at:end])), None)
        made.append(number_of(words[at:end]) or "" if end else words[at])
        at = end or at + 1
    return tuple(made)


def may_begin_number(word: str) -> bool:
    """Whether the word can stand first in a number; quick, since of most words in most sentences it cannot."""
    return word in _BEGINNINGS or word.removeprefix("-")[:1].isdigit()


def _is_digits(word: str) -> bool:
    whole, _, behind = word.partition(".")
    return whole.isascii() and whole.isdigit() and (not behind or (behind.isascii() and behind.isdigit()))


def _digit_by_digit(words: Sequence[str]) -> str | None:
    """ "one oh seven" is 107, as numbers of flats and people are said."""
    digits = ["0" if word == "oh" else str(UNITS.get(word, word)) for word in words]
    return "".join(digits) if all(len(digit) == 1 and digit.isascii() and digit.isdigit() for digit in digits) else None


def _in_groups(words: Sequence[str], n: int) -> str | None:
    """Exactly n digits from groups of at least two: the words read on while they are one group."""
    if n == 0:
        return "" if not words else None
    for end in range(min(len(words), 3), 0, -1):
        digits = _digit_by_digit(words[:end]) if end > 1 else None
        number = _below_thousand(words[:end])
        for group in (digits, None if number is None else str(number), words[0] if end == 1 and words[0].isdigit() else None):
            if group is None or not 1 < len(group) <= n or not group.isascii():
                continue
            rest = _in_groups(words[end:], n - len(group))
            if rest is not None:
                return group + rest
    return None


def _number(words: Sequence[str]) -> int | None:
    """ "two thousand three hundred and five": what stands before a scale is counted with it."""
    total, left = 0, list(words)
    for scale in sorted(SCALES, key=lambda name: -SCALES[name]):
        if scale in left:
            at = left.index(scale)
            before = 1 if left[:at] in ([], ["a"]) else _below_thousand(left[:at])
            if not before:
                return None
            total, left = total + before * SCALES[scale], left[at + 1 :]
            if left[:1] == ["and"]:
                left = left[1:] or ["and"]
    if not left:
        return total if total else None
    below = _below_thousand(left)
    return None if below is None else total + below


def _below_thousand(words: Sequence[str]) -> int | None:
    if "hundred" in words:
        at = words.index("hundred")
        before, left = words[:at], list(words[at + 1 :])
        hundreds = 1 if list(before) in ([], ["a"]) else _below_hundred(before)
        if left[:1] == ["and"]:
            left = left[1:] or ["and"]
        below = _below_hundred(left) if left else 0
        return None if not hundreds or below is None else 100 * hundreds + below
    return _below_hundred(words)


def _below_hundred(words: Sequence[str]) -> int | None:
    match list(words):
        case [word] if word in UNITS:
            return UNITS[word]
        case [word] if word in TENS:
            return TENS[word]
        case [word] if word.isascii() and word.isdigit() and len(word) <= 6:
            return int(word)
        case [tens, unit] if tens in TENS and 1 <= UNITS.get(unit, 0) <= 9:
            return TENS[tens] + UNITS[unit]
    return None
