"""Which items or users of a solution version a filter lets through.

Events are told apart without regard to case, all else exactly. A field without a value is in no list and meets no comparison, so that
NOT IN and != hold of it. A text with `|` stands for several values: it is IN a list if one of them is, NOT IN if none is.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.filters.expressions import (
    ANY,
    CURRENT_USER,
    IN,
    INTERACTIONS,
    NOT_IN,
    USERS,
    Condition,
    Expression,
    Filter,
    OfCurrentItem,
    Placeholder,
)
from recommender.personalize.filters.values import Values
from recommender.personalize.live import LiveEvent
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.trained import Interactions, Trained

MOST_OF_A_KIND = 100  # events of one type that count, the user's newest
MOST_REMEMBERED = 256  # conditions on items whose answer is kept
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_Given = tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and about what. user, item: positions, None for unknown or none. events: the user's that were put since the training.

    fields: what was put of the user since; they count before those of the training.
    """

    user: int | None = None
    events: Sequence[LiveEvent] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    item: int | None = None


class Masks:
    """What filters let through of one solution version; answers that depend on nobody are kept. item_fields: in place of the training's."""

    def __init__(self, trained: Trained, item_fields: Columns | None = None) -> None:
        self._trained, self._item_fields = trained, trained.item_fields if item_fields is None else item_fields
        self._remembered: OrderedDict[tuple[Condition, _Given], NDArray[np.bool_]] = OrderedDict()

    def let_through(self, wanted: Filter, values: Values, asking: Asking) -> NDArray[np.bool_]:
        """True for items that may be shown, shape (n_items,).

        InvalidInputError: an INCLUDE whose values are missing, a field that the data have not, numbers compared with words.
        """
        if wanted.subject == USERS:
            raise InvalidInputError("A filter of UserID is for segments of users; a list of items takes one of ItemID.")
        return _combined(wanted, len(self._trained.items), values, lambda one, given: self._holds(one, given, asking), self._is_met(asking))

    def _holds(self, condition: Condition, given: _Given, asking: Asking) -> NDArray[np.bool_]:
        if condition.dataset == INTERACTIONS:
            return self._met_by_events(condition, given, asking)
        if condition.asks_current_item:
            if asking.item is None:
                raise InvalidInputError("A filter that says CurrentItem is for lists of related items, which name an itemId that is known.")
            resolved = _with_current_item(condition, given, self._item_fields, asking.item)
            return _holds_of_rows(condition, resolved, self._item_fields, "Items")
        key = (condition, given)
        known = self._remembered.get(key)
        if known is None:
            known = _holds_of_rows(condition, given, self._item_fields, "Items")
            self._remembered[key] = known
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return known

    def _met_by_events(self, condition: Condition, given: _Given, asking: Asking) -> NDArray[np.bool_]:
        met = np.zeros(len(self._trained.items), dtype=bool)
        met[columns_of_events(self._trained, asking, _kinds(given))] = True
        return met if condition.operator in (IN, "=") else ~met

    def _is_met(self, asking: Asking) -> Callable[[Condition, _Given], bool]:
        def is_met(condition: Condition, given: _Given) -> bool:
            name = field_named(condition.field, tuple(asking.fields), None)
            if name is not None:
                return _holds_of_value(condition, given, asking.fields[name])
            name = field_named(condition.field, self._trained.user_fields.names, "Users")
            value = None if asking.user is None or name is None else self._trained.user_fields.value(name, asking.user)
            return _holds_of_value(condition, given, value)

        return is_met


def users_let_through(wanted: Filter, values: Values, trained: Trained) -> NDArray[np.bool_]:
    """True for users that a filter of UserID lets into a segment, shape (n_users,)."""
    if wanted.subject != USERS:
        raise InvalidInputError("A segment of users takes a filter of UserID, not of ItemID.")

    def holds(condition: Condition, given: _Given) -> NDArray[np.bool_]:
        if condition.dataset != INTERACTIONS:
            return _holds_of_rows(condition, given, trained.user_fields, "Users")
        met = _users_with_events(trained.interactions, _kinds(given))
        return met if condition.operator in (IN, "=") else ~met

    def never(condition: Condition, given: _Given) -> bool:
        raise InvalidInputError(f"{CURRENT_USER} is nobody where a segment of users is made; ask for Users.{condition.field} instead.")

    return _combined(wanted, len(trained.users), values, holds, never)


def columns_of_events(trained: Trained, asking: Asking, kinds: frozenset[str] | None) -> NDArray[np.int32]:
    """The items of the user's newest MOST_OF_A_KIND events of each of these types, in no order; None for every type. kinds: lower case."""
    by_kind: dict[str, dict[tuple[int, int], None]] = {}
    interactions = trained.interactions
    if asking.user is not None:
        of = interactions.of(asking.user)
        names = [kind.lower() for kind in interactions.kinds] + [""]
        for column, kind, at in zip(
            interactions.columns[of].tolist(), interactions.kind_of[of].tolist(), interactions.times[of].tolist(), strict=True
        ):
            by_kind.setdefault(names[kind], {})[column, at] = None
    for event in asking.events:
        position = None if event.item_id is None else trained.items.position(event.item_id)
        if position is not None:
            by_kind.setdefault(event.kind.lower(), {})[position, int(event.sent_at)] = None
    found: list[int] = []
    for name, met in by_kind.items():
        if kinds is None or name in kinds:
            newest = sorted(met, key=lambda one: one[1])[-MOST_OF_A_KIND:] if len(met) > MOST_OF_A_KIND else met
            found += [column for column, _ in newest]
    return np.array(found, dtype=np.int32)


def _users_with_events(interactions: Interactions, kinds: frozenset[str] | None) -> NDArray[np.bool_]:
    wanted = np.array([kinds is None or kind.lower() in kinds for kind in interactions.kinds] + [kinds is None], dtype=bool)
    before = np.concatenate([[0], np.cumsum(wanted[interactions.kind_of])])
    return np.asarray(before[interactions.starts[1:]] > before[interactions.starts[:-1]])


def _kinds(given: _Given) -> frozenset[str] | None:
    return None if ANY in given else frozenset(str(one).lower() for one in given)


def _combined(
    wanted: Filter,
    n: int,
    values: Values,
    holds: Callable[[Condition, _Given], NDArray[np.bool_]],
    is_met: Callable[[Condition, _Given], bool],
) -> NDArray[np.bool_]:
    """What one of the expressions that include lets through, everything where none has an effect; less what one that excludes names."""
    included: NDArray[np.bool_] | None = None
    excluded = np.zeros(n, dtype=bool)
    for expression in wanted.expressions:
        if not all(
            _is_given(condition, values, expression) and is_met(condition, _given(condition, values)) for condition in expression.only_if
        ):
            continue
        met = _met(expression, n, values, holds)
        if expression.includes:
            included = met if included is None else included | met
        else:
            excluded |= met
    return ~excluded if included is None else included & ~excluded


def _met(expression: Expression, n: int, values: Values, holds: Callable[[Condition, _Given], NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """What meets its conditions; those whose values were not given are left out, and nothing meets an expression without any."""
    met = np.zeros(n, dtype=bool)
    for group in expression.any_of:
        given = [condition for condition in group if _is_given(condition, values, expression)]
        if given:
            met |= np.logical_and.reduce([holds(condition, _given(condition, values)) for condition in given])
    return met


def _is_given(condition: Condition, values: Values, expression: Expression) -> bool:
    missing = next((name for name in condition.placeholders if name not in values), None)
    if missing is not None and expression.includes:
        raise InvalidInputError(f"filterValues must give {missing}, which an INCLUDE of the filter needs.")
    return missing is None


def _given(condition: Condition, values: Values) -> _Given:
    """The values that its operands stand for, those of the current item left out."""
    found: list[str | float] = []
    for operand in condition.operands:
        if isinstance(operand, Placeholder):
            found += values[operand.name]
        elif not isinstance(operand, OfCurrentItem):
            found.append(operand)
    if condition.operator not in (IN, NOT_IN) and len(found) > 1:
        raise InvalidInputError(f"{condition.field} {condition.operator} takes one value, not {len(found)}: {', '.join(map(str, found))}.")
    return tuple(found)


def _with_current_item(condition: Condition, given: _Given, fields: Columns, item: int) -> _Given:
    found = list(given)
    for operand in condition.operands:
        if isinstance(operand, OfCurrentItem):
            value = fields.value(str(field_named(operand.name, fields.names, "Items")), item)
            if isinstance(value, str):
                found += value.split("|")
            elif value is not None:
                found.append(value)
    return tuple(found)


def field_named(name: str, names: Sequence[str], dataset: str | None) -> str | None:
    """The field as the data write it, in whatever case it was asked for where no other is meant; None, or a refusal, for none."""
    if name in names:
        return name
    alike = [one for one in names if one.lower() == name.lower()]
    if len(alike) == 1:
        return alike[0]
    if dataset is None:
        return None
    raise InvalidInputError(f"{dataset} have no field {name} that a filter may ask for; theirs are: {', '.join(names) or 'none'}.")


def _holds_of_rows(condition: Condition, given: _Given, rows: Columns, dataset: str) -> NDArray[np.bool_]:
    name = str(field_named(condition.field, rows.names, dataset))
    column = rows[name]
    if isinstance(column, TextColumn):
        by_word = np.array(
            [_holds_of_value(condition, given, word) for word in column.vocabulary] + [_holds_of_value(condition, given, None)]
        )
        return np.asarray(by_word[column.codes])
    numbers = _numbers(condition, given)
    if condition.operator in (IN, NOT_IN):
        among = np.isin(column, numbers)
        return among if condition.operator == IN else ~among
    if not numbers:
        return np.full(len(column), condition.operator == "!=")
    return np.asarray(_COMPARE[condition.operator](column, numbers[0]))


def _holds_of_value(condition: Condition, given: _Given, value: object) -> bool:
    """The same for one value; None for none."""
    if value is None:
        return condition.operator in (NOT_IN, "!=")
    if isinstance(value, str) and not (condition.operator in ("<", "<=", ">", ">=") and _is_number(value)):
        if condition.operator in ("<", "<=", ">", ">="):
            raise InvalidInputError(f"{condition.field} holds texts, and {condition.operator} compares numbers; use IN or =.")
        among = not _texts(given).isdisjoint((*value.split("|"), value))
        return among if condition.operator in (IN, "=") else not among
    number, numbers = float(str(value)), _numbers(condition, given)
    if condition.operator in (IN, NOT_IN):
        return (number in numbers) == (condition.operator == IN)
    return bool(_COMPARE[condition.operator](number, numbers[0])) if numbers else condition.operator == "!="


def _texts(given: _Given) -> set[str]:
    return {f"{one:.17g}" if isinstance(one, float) else one for one in given}


def _numbers(condition: Condition, given: _Given) -> list[float]:
    try:
        return [float(one) for one in given]
    except ValueError:
        met = next(one for one in given if isinstance(one, str) and not _is_number(one))
        raise InvalidInputError(f"{condition.field} holds numbers, and must be compared with one, not with {met!r}.") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
