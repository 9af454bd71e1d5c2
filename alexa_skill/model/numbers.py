"""Numbers as people say them."""

from __future__ import annotations

import re

SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
    *("thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
ROMAN = {"II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
_DIGITS = re.compile(r"'?(?<!\d)(\d{1,4})(?!\d)")
_YEARS = range(1100, 2100)  # said in two halves


def in_words(number: int) -> str:
    """A number below ten thousand; years in two halves: 1917 is "nineteen seventeen", 2001 "two thousand one"."""
    if number in _YEARS and number % 1000 >= 10:
        hundreds, rest = divmod(number, 100)
        return f"{in_words(hundreds)} {f'oh {SMALL[rest]}' if 0 < rest < 10 else in_words(rest) if rest else 'hundred'}"
    if number < 20:
        return SMALL[number]
    for unit, name in ((1000, "thousand"), (100, "hundred")):
        if number >= unit:
            whole, rest = divmod(number, unit)
            return f"{in_words(whole)} {name}{f' {in_words(rest)}' if rest else ''}"
    ten, rest = divmod(number, 10)
    return f"{TENS[ten - 2]}{f' {SMALL[rest]}' if rest else ''}"


def spelt_out(text: str) -> str:
    """The text with its numbers in words, Roman ones included: "Star Trek II" is "Star Trek two"."""
    words = [in_words(ROMAN[word]) if place and word in ROMAN else word for place, word in enumerate(text.split())]
    return " ".join(_DIGITS.sub(lambda found: f" {in_words(int(found[1]))} ", " ".join(words)).split()).replace(" - ", "-")
