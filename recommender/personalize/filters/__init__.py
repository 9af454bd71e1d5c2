"""Amazon's language for what may be in a list, e.g. `EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")`.

`expressions` is what such a text says, `reading` reads it, `values` reads what a request gives for its placeholders, and `masks` tells
which items or users of a solution version it lets through.

Source: Amazon Personalize developer guide, "Filter expressions" and the pages below it.
"""

from recommender.personalize.filters.expressions import Filter
from recommender.personalize.filters.masks import Asking, Masks, field_named, users_let_through
from recommender.personalize.filters.reading import read_filter

__all__ = ["Asking", "Filter", "Masks", "field_named", "read_filter", "users_let_through"]
