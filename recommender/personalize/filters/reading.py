"""Reads a filter's text; what cannot be read is refused with its place.

Words of the language are read in any case, names of data sets in the singular too. AND binds more than OR, as in SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from recommender.personalize.filters.expressions import (
    COMPARISONS,
    CURRENT_ITEM,
    CURRENT_USER,
    EVENT_TYPE,
    IN,
    INTERACTIONS,
    ITEMS,
    NOT_IN,
    USERS,
    Condition,
    Expression,
    Filter,
    OfCurrentItem,
    Operand,
    Placeholder,
)
from recommender.personalize.refusals import InvalidInputError

MOST_FIELDS = 10  # that one filter may ask for
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*")
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<placeholder>\$[A-Za-z0-9_]{1,50}(?!\w))
      | (?P<field>[A-Za-z_]\w*\.[A-Za-z_]\w*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<sign><=|>=|!=|[<>=(),|])
    )""",
    re.VERBOSE | re.ASCII,
)
_DATASETS = {
    "interactions": INTERACTIONS,
    "interaction": INTERACTIONS,
    "items": ITEMS,
    "item": ITEMS,
    "users": USERS,
    "user": USERS,
    "currentuser": CURRENT_USER,
    "currentitem": CURRENT_ITEM,
}
_SUBJECTS = {"itemid": ITEMS, "userid": USERS}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # a name of a group of _TOKEN, or "end"
    text: str
    at: int  # character, from 1

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


@lru_cache(maxsize=1024)
def read_filter(text: str) -> Filter:
    """What the text says; InvalidInputError says in one sentence where it cannot be read, and what would be right there."""
    return _Reader(text).filter()


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens, self._next = _tokens(text), 0

    def filter(self) -> Filter:
        subjects, expressions = [], []
        while True:
            subject, expression = self._expression()
            subjects.append(subject)
            expressions.append(expression)
            if subject != subjects[0]:
                raise InvalidInputError("All expressions of one filter must be about ItemID, or all about UserID; make two filters of it.")
            if self._ahead.kind == "end":
                break
            self._sign("|", "AND, OR, IF, | before another expression, or the end")
        found = Filter(subjects[0], tuple(expressions))
        if len(found.fields) > MOST_FIELDS:
            raise InvalidInputError(
                f"A filter may ask for {MOST_FIELDS} fields, and this one asks for {len(found.fields)}; make two of it."
            )
        return found

    def _expression(self) -> tuple[str, Expression]:
        includes = self._one_of("INCLUDE", "EXCLUDE") == "INCLUDE"
        subject = self._subject()
        self._one_of("WHERE")
        groups = [[self._condition(subject)]]
        while self._ahead.word in ("AND", "OR"):
            if self._take().word == "OR":
                groups.append([])
            groups[-1].append(self._condition(subject, groups[0][0].dataset))
        only_if: list[Condition] = []
        if self._ahead.word == "IF":
            self._take()
            only_if.append(self._condition(CURRENT_USER))
            while self._ahead.word in ("AND", "OR"):
                if self._ahead.word == "OR":
                    raise self._refused("AND, since the conditions of an IF must all hold")
                self._take()
                only_if.append(self._condition(CURRENT_USER))
        return subject, Expression(includes, tuple(tuple(group) for group in groups), tuple(only_if))

    def _subject(self) -> str:
        if self._ahead.word == "ACTIONID":
            raise self._refused("ItemID or UserID, since there are no actions here")
        if self._ahead.word.lower() not in _SUBJECTS:
            raise self._refused("ItemID or UserID")
        return _SUBJECTS[self._take().word.lower()]

    def _condition(self, subject: str, like: str | None = None) -> Condition:
        """like: the data set that the first condition of the expression asked."""
        dataset, field = self._field(subject, like)
        operator = self._operator()
        if operator in (IN, NOT_IN):
            operands = self._list(operator, dataset)
        else:
            operands = (self._single(dataset),)
            if dataset == INTERACTIONS and operator not in ("=", "!="):
                raise InvalidInputError(f"{INTERACTIONS}.{EVENT_TYPE} is compared by IN, NOT IN, = or !=, not by {operator}.")
        return Condition(dataset, field, operator, operands)

    def _field(self, subject: str, like: str | None) -> tuple[str, str]:
        allowed = {ITEMS: (ITEMS, INTERACTIONS), USERS: (USERS, INTERACTIONS), CURRENT_USER: (CURRENT_USER,)}[subject]
        expected = " or ".join(f"{name}.{EVENT_TYPE if name == INTERACTIONS else 'FIELD'}" for name in allowed)
        if self._ahead.kind != "field":
            raise self._refused(expected)
        named, field = self._ahead.text.split(".")
        dataset = _DATASETS.get(named.lower(), "")
        if dataset not in allowed:
            raise self._refused(expected)
        if like is not None and dataset != like:
            raise self._refused(f"another field of {like}, since one expression asks one data set (join two expressions by |)")
        if dataset == INTERACTIONS:
            if field.upper() != EVENT_TYPE:
                raise self._refused(f"{INTERACTIONS}.{EVENT_TYPE}, the one field of interactions that a filter may ask for")
            field = EVENT_TYPE
        self._take()
        return dataset, field

    def _operator(self) -> str:
        token = self._ahead
        if token.kind == "sign" and token.text in COMPARISONS:
            return self._take().text
        if token.word in ("IN", "NOT_IN"):
            return IN if self._take().word == "IN" else NOT_IN
        if token.word == "NOT":
            self._take()
            self._one_of("IN")
            return NOT_IN
        raise self._refused("IN, NOT IN, =, !=, <, <=, > or >=")

    def _list(self, operator: str, dataset: str) -> tuple[Operand, ...]:
        if self._ahead.kind in ("field", "placeholder"):
            return (self._operand(dataset, operator),)
        self._sign("(", "( before the values")
        operands = [self._operand(dataset, operator)]
        while self._ahead.text == "," and self._ahead.kind == "sign":
            self._take()
            operands.append(self._operand(dataset, operator))
        self._sign(")", ", and another value, or )")
        return tuple(operands)

    def _single(self, dataset: str) -> Operand:
        if self._ahead.text != "(" or self._ahead.kind != "sign":
            return self._operand(dataset)
        self._take()
        operand = self._operand(dataset)
        self._sign(")", ")")
        return operand

    def _operand(self, dataset: str, operator: str = "") -> Operand:
        token = self._ahead
        if token.kind == "text":
            return self._take().text[1:-1]
        if token.kind == "number":
            return float(self._take().text)
        if token.kind == "placeholder":
            if operator == NOT_IN:
                raise self._refused(
                    "a value, since NOT IN takes no placeholders (say INCLUDE for EXCLUDE, or the other way round, with IN)"
                )
            return Placeholder(self._take().text[1:])
        if token.kind == "field" and dataset == ITEMS:
            named, field = token.text.split(".")
            if _DATASETS.get(named.lower()) == CURRENT_ITEM:
                self._take()
                return OfCurrentItem(field)
        raise self._refused(
            "a value in double quotes, a number or a placeholder such as $GENRE" + (" or CurrentItem.FIELD" if dataset == ITEMS else "")
        )

    @property
    def _ahead(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _one_of(self, *words: str) -> str:
        if self._ahead.word not in words:
            raise self._refused(" or ".join(words))
        return self._take().word

    def _sign(self, sign: str, expected: str) -> None:
        if self._ahead.kind != "sign" or self._ahead.text != sign:
            raise self._refused(expected)
        self._take()

    def _refused(self, expected: str) -> InvalidInputError:
        met = "the end" if self._ahead.kind == "end" else repr(self._ahead.text)
        return InvalidInputError(f"The filter expression cannot be read at character {self._ahead.at}, {met}: there must be {expected}.")


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            why = "a closing double quote is missing" if text[at] == '"' else "nothing of the language begins so"
            raise InvalidInputError(f"The filter expression cannot be read at character {at + 1}, {text[at : at + 12]!r}: {why}.")
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind], found.start(kind) + 1))
        at = found.end()
    return [*tokens, _Token("end", "", end + 1)]
