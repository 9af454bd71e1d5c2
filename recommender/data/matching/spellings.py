"""The ways in which one title is written, brought to one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from recommender.data.titles import plain, read_title, squeezed, without_article


def forms_of(title: str, others: Sequence[str]) -> tuple[str, ...]:
    """The title as written, without year and brackets, and in its other forms."""
    read = read_title(title)
    return tuple(dict.fromkeys([title, read.title, *others, *read.also_known_as]))


def squeezed_forms(form: str) -> tuple[str, ...]:
    whole = squeezed(form) or form.strip()  # a title may be signs alone
    return tuple(dict.fromkeys([whole, squeezed(without_article(form)) or whole]))


_NUMBERS = {
    **{roman: str(number) for number, roman in enumerate("i ii iii iv v vi vii viii ix x xi xii xiii".split(), start=1)},  # noqa: SIM905
    **{
        word: str(number)
        for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)  # noqa: SIM905
    },
}
_LETTERS = frozenset("ivx")  # "I, Robot" and "V for Vendetta" begin with a word
_WORDS = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans({"'": "", "’": "", "‘": "", "`": "", "´": "", ".": ""})
_SUBTITLE = re.compile(r"\s*:\s+|\s+[-–—]\s+|\s*;\s+")


def canonical(form: str) -> str:
    """One spelling for all: no article in front, "&" and "n" as "and", numbers in digits, "Part", "Vol." and the like as "part"."""
    return _spelt_out(without_article(form))


@lru_cache(1 << 10)  # one title is spelt out for each index that it is looked up in
def _spelt_out(form: str) -> str:
    words = _WORDS.findall(plain(form).translate(_APOSTROPHES))
    spelt = []
    for place, word in enumerate(words):
        if word in _NUMBERS and not (place == 0 and word in _LETTERS):
            word = _NUMBERS[word]
        elif word in ("n", "und", "et"):
            word = "and"
        elif word in ("pt", "vol", "volume"):
            word = "part"
        spelt.append(word)
    return "".join(spelt)


def slippable(form: str) -> tuple[str, ...]:
    """The title with its article and without: "Teh Matrix" has lost its article to a slip."""
    return tuple(dict.fromkeys([canonical(form), _spelt_out(form)]))


def parts_of(form: str) -> tuple[str, ...]:
    """The main title and the subtitle of a title that has both."""
    parts = _SUBTITLE.split(form, maxsplit=1)
    return tuple(part for part in parts if len(squeezed(part)) >= 3) if len(parts) == 2 else ()
