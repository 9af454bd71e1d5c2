"""A policy as it is meant: statements with lists where IAM takes a word or a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

IDENTITY = "identity policy"  # of a user, group or role: no principal in it
TRUST = "trust policy"  # who may take on a role: no resource in it
RESOURCE = "resource policy"  # of a bucket, key or topic: both in it

Json = Any


@dataclass(frozen=True, slots=True)
class Document:
    """file: where it was read, with what it belongs to if that is told there. kind: IDENTITY, TRUST or RESOURCE. body: as JSON has it.

    owner: the user, group or role that it belongs to, empty if nobody says. most_characters: what AWS takes, without blanks.
    """

    file: str
    kind: str
    body: Json
    owner: str = ""
    most_characters: int = 6144

    def statements(self) -> list[Statement]:
        """Every statement that is one; what is none has its finding elsewhere."""
        listed = self.body.get("Statement") if isinstance(self.body, dict) else None
        several = listed if isinstance(listed, list) else [listed]
        return [Statement.of(number, each) for number, each in enumerate(several, start=1) if isinstance(each, dict)]

    @property
    def version(self) -> str:
        """2008-10-17 where none is said, as AWS takes it."""
        return str(self.body.get("Version", "2008-10-17")) if isinstance(self.body, dict) else ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a condition: operator, key, and the values of which one must do."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """number: its place, from 1. raw: as JSON has it.

    principals, not_principals: (kind, name) pairs, "*" for anybody as ("AWS", "*"); None where the element is not there.
    """

    number: int
    sid: str
    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...] | None
    not_principals: tuple[tuple[str, str], ...] | None
    conditions: tuple[Condition, ...]
    raw: dict[str, Json]

    @classmethod
    def of(cls, number: int, raw: dict[str, Json]) -> Statement:
        """As far as it can be read: what has the wrong shape counts as not there."""
        return cls(
            number,
            raw["Sid"] if isinstance(raw.get("Sid"), str) else "",
            raw["Effect"] if isinstance(raw.get("Effect"), str) else "",
            texts(raw.get("Action")),
            texts(raw.get("NotAction")),
            texts(raw.get("Resource")),
            texts(raw.get("NotResource")),
            _principals(raw["Principal"]) if "Principal" in raw else None,
            _principals(raw["NotPrincipal"]) if "NotPrincipal" in raw else None,
            _conditions(raw.get("Condition")),
            raw,
        )

    @property
    def label(self) -> str:
        """How people find it: its number, and its name if it has one."""
        return f"statement {self.number} ({self.sid})" if self.sid else f"statement {self.number}"

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    @property
    def denies(self) -> bool:
        return self.effect == "Deny"

    @property
    def is_for_anybody(self) -> bool:
        """Whether it names everybody in the world."""
        return self.principals is not None and any(name == "*" for _, name in self.principals)

    def services(self) -> list[str]:
        """The services among its principals."""
        return [name for kind, name in self.principals or () if kind == "Service"]

    def condition_keys(self) -> set[str]:
        """Every key asked for, in small letters: IAM tells no letters apart there."""
        return {condition.key.lower() for condition in self.conditions}


def texts(value: Json) -> tuple[str, ...]:
    """A word or a list of words, as a list."""
    several = value if isinstance(value, list) else [value]
    return tuple(each for each in several if isinstance(each, str))


def scalars(value: Json) -> tuple[str, ...]:
    """The same of values, where IAM takes numbers and true as well."""
    several = value if isinstance(value, list) else [value]
    return tuple(
        str(each).lower() if isinstance(each, bool) else str(each) for each in several if isinstance(each, str | int | float | bool)
    )


def _principals(value: Json) -> tuple[tuple[str, str], ...]:
    if isinstance(value, str):
        return (("AWS", value),)
    return tuple((kind, name) for kind, names in value.items() for name in texts(names)) if isinstance(value, dict) else ()


def _conditions(value: Json) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        return ()
    lines = [(operator, keys) for operator, keys in value.items() if isinstance(keys, dict)]
    return tuple(Condition(operator, key, scalars(values)) for operator, keys in lines for key, values in keys.items())
