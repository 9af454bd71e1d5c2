"""What people and programs send us, read once for forms, queries and the API alike.

Every function takes the text as it came and gives the value, or raises InvalidInputError with the field, what was met and
what would be right. `field` is the name the person sees beside it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence

from werkzeug.datastructures import MultiDict

from recommender.domain import AUTO, LIST_LENGTH, LONGEST_LIST, Dials, Wishes
from recommender.errors import InvalidInputError, SecretInputError

HIGHEST_ID = 2**53  # the largest whole number that JSON keeps exact everywhere
MOST_GENRES = 40  # in one question
LONGEST_GENRE = 40  # characters
LATEST_YEAR = 9999
LONGEST_SEARCH = 200  # characters
BLANKS = "".join(map(chr, range(33)))  # the space and the control characters of ASCII
RATING_EXPECTED = "a number from 0.5 to 5 in half steps"
WISHES = ("explore", "diversity", "popularity", "recency")  # the parameters by which a list departs from relevance
_DECIMAL = re.compile(r"[+-]?(\d{1,20}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,4})?", re.ASCII)
CODE_EXPECTED = "the six digits that the site shows, as text"


def one(values: MultiDict[str, str], name: str, field: str | None = None) -> str | None:
    """The value sent under that name, or None; a name sent twice is refused, since nobody can tell which was meant."""
    texts = values.getlist(name)
    if len(texts) > 1:
        raise InvalidInputError(field or name, ", ".join(texts), "given once")
    return texts[0] if texts else None


def only(values: MultiDict[str, str], *names: str) -> None:
    """Refuse parameters that nothing reads: a misspelt one would be left out of account in silence."""
    for name in values:
        if name not in names:
            raise InvalidInputError("query parameter", name, " or ".join(names) if names else "left out")


def user_id(text: str | None, field: str = "user id") -> int:
    """A viewer's number; whether there is such a viewer is for the recommender to say."""
    return whole_number(text, field, HIGHEST_ID)


def movie_id(text: str | None, field: str = "film id") -> int:
    """A film's number as the data set writes it."""
    return whole_number(text, field, HIGHEST_ID)


def amount(text: str | None, field: str = "amount", *, default: int = LIST_LENGTH) -> int:
    """How many films are asked for: 1 to LONGEST_LIST, the default when the parameter is absent. An empty one is refused."""
    return default if text is None else whole_number(text, field, LONGEST_LIST)


def whole_number(text: str | None, field: str, highest: int) -> int:
    """A whole number from 1 to `highest` in ASCII digits, spaces around it allowed: no sign, point or exponent."""
    digits = (text or "").strip(" ")
    # Twenty digits are beyond every limit here; int() of a very long text is slow or refused.
    if digits.isascii() and digits.isdigit() and len(digits) <= 20 and 1 <= int(digits) <= highest:
        return int(digits)
    raise InvalidInputError(field, text, f"a whole number from 1 to {highest}")


def one_of(text: str | None, words: Sequence[str], field: str) -> str:
    """One of a few words, as it is written."""
    if text is not None and text in words:
        return text
    raise InvalidInputError(field, text, f"one of {', '.join(words)}")


def stars(text: str | None, field: str = "rating") -> float:
    """A rating from a form: "4", "4.5"; half steps from 0.5 to 5."""
    digits = (text or "").strip(" ")
    whole, point, half = digits.partition(".")
    if whole.isascii() and whole.isdigit() and len(whole) == 1 and (half in ("0", "5") if point else not half):
        return half_steps(float(digits), text, field)
    raise InvalidInputError(field, text, RATING_EXPECTED)


def half_steps(number: float, met: object, field: str = "rating") -> float:
    """The number if it is a rating, 0.5 to 5 in half steps; `met` is what the refusal shows."""
    if math.isfinite(number) and 0.5 <= number <= 5 and (number * 2).is_integer():
        return number
    raise InvalidInputError(field, met, RATING_EXPECTED)


def genres(texts: Iterable[str], field: str = "genre") -> tuple[str, ...]:
    """Genres from a repeated parameter or a comma-separated one, each once, in the order given; empty ones are left out.

    Whether the data know the genre is for the recommender to say.
    """
    names = [name for text in texts for part in text.split(",") if (name := part.strip())]
    if len(names) > MOST_GENRES:
        raise InvalidInputError(field, f"{len(names)} genres", f"at most {MOST_GENRES} genres")
    for name in names:
        if len(name) > LONGEST_GENRE or not name.isprintable():
            raise InvalidInputError(field, name, f"a genre's name of at most {LONGEST_GENRE} characters")
    return tuple(dict.fromkeys(names))


def years(values: MultiDict[str, str]) -> tuple[int, int] | None:
    """The years from `from` to `to`, both included; the first or the last there is where only one of them was sent, None for neither."""
    if "from" not in values and "to" not in values:
        return None
    first, last = one(values, "from"), one(values, "to")
    return (
        1 if first is None else whole_number(first, "from", LATEST_YEAR),
        LATEST_YEAR if last is None else whole_number(last, "to", LATEST_YEAR),
    )


def between(text: str, field: str, lowest: int, highest: int, more: str = "") -> float:
    """A number in that range, both ends included, in ASCII digits, with a point and an exponent if need be.

    more: what else would be right.
    """
    digits = text.strip(" ")
    if _DECIMAL.fullmatch(digits) and lowest <= float(digits) <= highest:
        return float(digits)
    raise InvalidInputError(field, text, f"a number from {lowest} to {highest}{more}")


def wishes(values: MultiDict[str, str]) -> Wishes:
    """How far the list that is asked for departs from relevance; a parameter that was not sent wishes for nothing."""
    explore, diversity, popularity, recency = (one(values, name) for name in WISHES)
    return Wishes(
        explore=AUTO if explore == AUTO else 0.0 if explore is None else between(explore, "explore", 0, 1, ", or auto"),
        dials=Dials(
            diversity=0.0 if diversity is None else between(diversity, "diversity", 0, 1),
            popularity=0.0 if popularity is None else between(popularity, "popularity", -1, 1),
            recency=0.0 if recency is None else between(recency, "recency", -1, 1),
        ),
    )


def search_words(text: str | None, field: str = "q") -> str:
    """What to look for in titles, without the blanks and control characters around it; nothing left is refused."""
    words = (text or "").strip(BLANKS)
    if not words or len(text or "") > LONGEST_SEARCH or "\x00" in words:
        raise InvalidInputError(field, text, f"some words of a title, at most {LONGEST_SEARCH} characters")
    return words


def rating_body(body: bytes) -> float:
    """The stars in ``{"rating": 4.5}``: one JSON object with this field alone, its value a JSON number."""
    number = _field_of(body, "rating", 'a JSON object like {"rating": 4.5}')
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise InvalidInputError("rating", number, RATING_EXPECTED)
    try:
        return half_steps(float(number), number)
    except OverflowError:
        raise InvalidInputError("rating", number, RATING_EXPECTED) from None


def film_body(body: bytes) -> tuple[str, int | None, list[str], str]:
    """Title, year, genres and link of a film; one JSON object, of which only the title must be there."""
    expected = 'a JSON object like {"title": "Heat", "year": 1995, "genres": ["Crime"], "link": "https://…"}'
    sent = _json(body)
    if not isinstance(sent, dict) or not {"title"} <= sent.keys() <= {"title", "year", "genres", "link"}:
        raise InvalidInputError("body", sent, expected)
    title, year, names, link = (sent.get(name, default) for name, default in (("title", ""), ("year", None), ("genres", []), ("link", "")))
    if not isinstance(title, str):
        raise InvalidInputError("title", title, "a text")
    if isinstance(year, float) and year.is_integer():
        year = int(year)  # 1995.0 is a whole number in JSON
    if isinstance(year, bool) or not isinstance(year, int | None):
        raise InvalidInputError("year", year, "a whole number, or null")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidInputError("genres", names, "an array of texts")
    if not isinstance(link, str):
        raise InvalidInputError("link", link, "a text")
    return title, year, names, link


def code_body(body: bytes, n_digits: int) -> str:
    """The code in ``{"code": "073519"}``, text of that many digits. What was sent is not repeated: it may be good."""
    code = _field_of(body, "code", 'a JSON object like {"code": "073519"}', is_secret=True)
    if not (isinstance(code, str) and len(code) == n_digits and code.isascii() and code.isdigit()):
        raise SecretInputError("code", CODE_EXPECTED)
    return code


def _field_of(body: bytes, name: str, expected: str, *, is_secret: bool = False) -> object:
    """The value of the only field of a JSON object."""
    sent = _json(body)
    if not isinstance(sent, dict) or sent.keys() != {name}:
        raise SecretInputError("body", expected) if is_secret else InvalidInputError("body", sent, expected)
    value: object = sent[name]
    return value


def _json(body: bytes) -> object:
    """What was sent, read; the text itself where it is no JSON."""
    try:
        sent: object = json.loads(body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_refuse_twins)
    except (ValueError, RecursionError):
        return body.decode(errors="replace")
    return sent


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _refuse_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a field stands twice")
    return dict(pairs)
