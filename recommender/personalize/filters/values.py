"""What a request gives for the placeholders of a filter: values by commas, each in double quotes or plain."""

from __future__ import annotations

import re
from collections.abc import Mapping

from recommender.personalize.filters.expressions import Filter
from recommender.personalize.refusals import InvalidInputError

Values = Mapping[str, tuple[str, ...]]
_VALUE = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^",]*[^",\s]))\s*(?P<more>,|$)')


def read_values(given: Mapping[str, str], wanted: Filter) -> Values:
    """The values of each name; InvalidInputError for a name that the filter has not, or a text that is no such list."""
    unknown = sorted(set(given) - wanted.placeholders)
    if unknown:
        known = ", ".join(sorted(wanted.placeholders)) or "none"
        raise InvalidInputError(f"filterValues names {unknown[0]!r}, and the filter's placeholders are: {known}.")
    return {name: _values(name, text) for name, text in given.items()}


def _values(name: str, text: str) -> tuple[str, ...]:
    found, at = [], 0
    while True:
        one = _VALUE.match(text, at)
        if one is None:
            raise InvalidInputError(
                f'filterValues must give {name} values in double quotes with commas between, as in "Comedy","Drama", not {text[:60]!r}.'
            )
        found.append(one["plain"] if one["quoted"] is None else one["quoted"])
        if not one["more"]:
            return tuple(found)
        at = one.end()
