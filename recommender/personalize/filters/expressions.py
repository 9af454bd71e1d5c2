"""What a filter says, once it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ITEMS, USERS, INTERACTIONS = "Items", "Users", "Interactions"
CURRENT_USER, CURRENT_ITEM = "CurrentUser", "CurrentItem"
EVENT_TYPE = "EVENT_TYPE"  # the one field of interactions that filters may ask for
ANY = "*"  # every type of event
IN, NOT_IN = "IN", "NOT IN"
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """$NAME, for which a request gives the values."""

    name: str


@dataclass(frozen=True, slots=True)
class OfCurrentItem:
    """What the item that a request names has in this field."""

    name: str


Operand = str | float | Placeholder | OfCurrentItem


@dataclass(frozen=True, slots=True)
class Condition:
    """dataset: ITEMS, USERS, INTERACTIONS or CURRENT_USER. operator: IN, NOT_IN or one of COMPARISONS, which have one operand."""

    dataset: str
    field: str
    operator: str
    operands: tuple[Operand, ...]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names whose values it needs."""
        return tuple(one.name for one in self.operands if isinstance(one, Placeholder))

    @property
    def asks_current_item(self) -> bool:
        """Whether it can be told only of a request that names an item."""
        return any(isinstance(one, OfCurrentItem) for one in self.operands)


@dataclass(frozen=True, slots=True)
class Expression:
    """Lets through what meets the conditions, or keeps it out; without effect where the current user does not meet `only_if`.

    any_of: at least one of the groups must hold whole. only_if: all of them must.
    """

    includes: bool
    any_of: tuple[tuple[Condition, ...], ...]
    only_if: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> Iterator[Condition]:
        """Every one, in the order of the text."""
        for group in self.any_of:
            yield from group
        yield from self.only_if


@dataclass(frozen=True, slots=True)
class Filter:
    """Several expressions: what one of those that include lets through, less what one of those that exclude keeps out.

    subject: ITEMS or USERS, of which it lets some through.
    """

    subject: str
    expressions: tuple[Expression, ...]

    @property
    def conditions(self) -> Iterator[Condition]:
        """Every one, in the order of the text."""
        for expression in self.expressions:
            yield from expression.conditions

    @property
    def fields(self) -> frozenset[tuple[str, str]]:
        """What it asks of the data, as (data set, field), the data set ITEMS, USERS or INTERACTIONS."""
        asked = {(USERS if one.dataset == CURRENT_USER else one.dataset, one.field) for one in self.conditions}
        of_item = {(ITEMS, operand.name) for one in self.conditions for operand in one.operands if isinstance(operand, OfCurrentItem)}
        return frozenset(asked | of_item)

    @property
    def placeholders(self) -> frozenset[str]:
        """Every name for which a request may give values."""
        return frozenset(name for one in self.conditions for name in one.placeholders)

    @property
    def asks_current_item(self) -> bool:
        """Whether it is for lists of related items alone."""
        return any(one.asks_current_item for one in self.conditions)
