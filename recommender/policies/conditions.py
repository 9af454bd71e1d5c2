"""The conditions of a statement: whether they can be as they are written, and whether they hold for a request."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from recommender.policies import arns, words
from recommender.policies.document import Condition, Statement

Context = Mapping[str, str]  # key in small letters → value of a request
Mistake = tuple[str, str, str]  # kind, what is wrong, what would be right

OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"),
    *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"),
    *("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null"),
)
NEGATED = {name for name in OPERATORS if "Not" in name}
SETS = ("ForAllValues:", "ForAnyValue:")
IF_EXISTS = "IfExists"
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def mistakes(statement: Statement) -> Iterator[Mistake]:
    """What is wrong with the conditions as they are written."""
    raw = statement.raw.get("Condition")
    if raw is None:
        return
    if not isinstance(raw, dict):
        yield ("condition-shape", "Condition is no object.", 'Write {"StringEquals": {"aws:SourceAccount": "ACCOUNT"}}.')
        return
    for operator, keys in raw.items():
        yield from _of_operator(operator)
        if not isinstance(keys, dict) or not keys:
            yield ("condition-shape", f"{operator} in Condition holds no keys.", f'Write {{"{operator}": {{"KEY": "VALUE"}}}}.')
    for condition in statement.conditions:
        yield from _of_key(condition.key)
        yield from _of_values(condition)


def mistakes_in_variables(texts: Iterable[str]) -> Iterator[Mistake]:
    """What is wrong with the keys that stand as ${...} in resources and values."""
    for text in texts:
        for name in VARIABLE.findall(text):
            key = name.partition(",")[0].strip()
            if ":" in key and "::" not in key:  # ${AWS::AccountId} is CloudFormation's, to be filled in
                yield from (("variable", said.replace("Condition asks for", "${...} names"), remedy) for _, said, remedy in _of_key(key))


def _of_operator(operator: str) -> Iterator[Mistake]:
    name = _bare(operator)
    if name in OPERATORS and not (name == "Null" and operator.endswith(IF_EXISTS)):
        return
    meant = words.near(operator, [*OPERATORS, *(f"{known}{IF_EXISTS}" for known in OPERATORS if known != "Null")])
    yield (
        "operator",
        f"Condition has no operator {operator!r}.",
        f"Did you mean {meant}?" if meant else "Take one such as StringEquals or ArnLike.",
    )


def _of_key(key: str) -> Iterator[Mistake]:
    prefix, colon, _ = key.partition(":")
    if not colon:
        meant = words.near(f"aws:{key}", words.GLOBAL_KEYS)
        yield (
            "condition-key",
            f"Condition asks for a key {key!r}.",
            f"Did you mean {meant}?" if meant else "A key has a prefix, such as aws:SourceAccount.",
        )
        return
    known = words.KEYS.get(prefix.lower())
    if known is None:
        meant = words.near(key, [each for keys in words.KEYS.values() for each in keys])
        if meant and not words.is_service(prefix.lower()):
            yield ("condition-key", f"Condition asks for a key {key!r}.", f"Did you mean {meant}?")
        return
    low = key.lower()
    if any(low == each.lower() or (each.endswith("/") and low.startswith(each.lower()) and len(low) > len(each)) for each in known):
        return
    meant = words.near(key.partition("/")[0], [each.rstrip("/") for each in known])
    yield (
        "condition-key" if meant else "unheard-key",
        f"Condition asks for a key {key!r}, which nobody has heard of; what is never there never holds.",
        f"Did you mean {meant}?" if meant else "Look it up in AWS's list of condition keys.",
    )


def _of_values(condition: Condition) -> Iterator[Mistake]:
    operator, key, values = _bare(condition.operator), condition.key.lower(), condition.values
    if not values:
        yield ("condition-value", f"{condition.operator} of {condition.key} has no value, so it never holds.", "Name one.")
    for value in values:
        plain = VARIABLE.sub("", value)
        if operator in ("StringEquals", "StringEqualsIgnoreCase") and ("*" in plain or "?" in plain):
            like = "ArnLike" if key.endswith("arn") else "StringLike"
            yield ("wildcard-as-text", f"{condition.operator} takes the * in {value!r} for a letter, so it never holds.", f"Write {like}.")
        elif operator in ("Bool", "Null") and value.lower() not in ("true", "false"):
            yield ("condition-value", f"{condition.operator} of {condition.key} is {value!r}.", "It must be true or false.")
        elif operator.startswith("Numeric") and _number(value) is None:
            yield ("condition-value", f"{condition.operator} of {condition.key} is {value!r}.", "It must be a number.")
        elif operator.startswith("Date") and _moment(value) is None:
            yield (
                "condition-value",
                f"{condition.operator} of {condition.key} is {value!r}.",
                "It must be a time such as 2026-11-29T20:00:00Z.",
            )
        elif operator in ("IpAddress", "NotIpAddress") and not _is_network(value):
            yield (
                "condition-value",
                f"{condition.operator} of {condition.key} is {value!r}.",
                "It must be a network such as 203.0.113.0/24.",
            )
        elif key in ("aws:sourceaccount", "aws:principalaccount", "aws:resourceaccount", "s3:resourceaccount"):
            if not arns.ACCOUNT.fullmatch(value) and not arns.is_to_fill_in(value) and "*" not in value:
                yield ("account", f"{condition.key} is {value!r}.", "An account has 12 digits, as text.")
        elif key == "aws:requestedregion" and value.islower() and "*" not in value and not words.is_region(value):
            meant = words.near_region(value)
            yield (
                "region",
                f"{condition.key} is {value!r}, which AWS does not have.",
                f"Did you mean {meant}?" if meant else "Name a region.",
            )
        elif key in ("aws:sourcearn", "aws:principalarn") and value != "*":
            if operator.startswith("Arn") or value.startswith("arn:"):
                for text, remedy in arns.mistakes(value):
                    yield ("arn", f"{condition.key}: {text}", remedy)
            elif not arns.is_to_fill_in(value):
                yield ("arn", f"{condition.key} is {value!r}.", "It must be an ARN, or a pattern of one.")


def hold(statement: Statement, context: Context) -> bool:
    """Whether all conditions hold for what is known of a request; a key that is not known counts as not there, as IAM has it."""
    return all(_holds(condition, context) for condition in statement.conditions)


def first_that_fails(statement: Statement, context: Context) -> Condition | None:
    """The condition for which a statement does not speak of the request."""
    return next((condition for condition in statement.conditions if not _holds(condition, context)), None)


def filled_in(pattern: str, context: Context, version: str) -> str | None:
    """The pattern with its variables replaced, as only policies of 2012 have them; None where one has no value, which nothing matches."""
    if version != "2012-10-17" or "${" not in pattern:
        return pattern
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = found[1].partition(",")
        if name in ("*", "?", "$"):
            return name
        known = context.get(name.strip().lower(), default.strip(" '") or None)
        missing = missing or known is None
        return known or ""

    text = VARIABLE.sub(value, pattern)
    return None if missing else text


def _holds(condition: Condition, context: Context) -> bool:
    operator = _bare(condition.operator)
    met = context.get(condition.key.lower())
    if operator == "Null":
        return any((met is None) == (value.lower() == "true") for value in condition.values)
    if met is None:
        return condition.operator.endswith(IF_EXISTS) or operator in NEGATED or condition.operator.startswith("ForAllValues:")
    negated = operator in NEGATED
    compare = _COMPARISONS.get(operator.replace("Not", ""), _never)
    found = any(compare(met, filled) for value in condition.values if (filled := filled_in(value, context, "2012-10-17")) is not None)
    return found != negated


def _bare(operator: str) -> str:
    for prefix in SETS:
        operator = operator.removeprefix(prefix)
    return operator.removesuffix(IF_EXISTS)


def _like(met: str, wanted: str) -> bool:
    return bool(words.wildcard(wanted).fullmatch(met))


def _arn_like(met: str, wanted: str) -> bool:
    """Each of the six parts by itself, as IAM compares ARNs."""
    ours, theirs = met.split(":", 5), wanted.split(":", 5)
    return len(ours) == len(theirs) == 6 and all(map(_like, ours, theirs))


def _never(_met: str, _wanted: str) -> bool:
    return False


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if not text.isdigit() else float(text)
    except ValueError:
        return None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _in_network(met: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(met) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _compared(read: Callable[[str], float | None], holds: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compare(met: str, wanted: str) -> bool:
        left, right = read(met), read(wanted)
        return left is not None and right is not None and holds(left, right)

    return compare


_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "Equals": lambda met, wanted: met == wanted,
    "LessThan": lambda met, wanted: met < wanted,
    "LessThanEquals": lambda met, wanted: met <= wanted,
    "GreaterThan": lambda met, wanted: met > wanted,
    "GreaterThanEquals": lambda met, wanted: met >= wanted,
}
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda met, wanted: met == wanted,
    "StringEqualsIgnoreCase": lambda met, wanted: met.lower() == wanted.lower(),
    "StringLike": _like,
    "BinaryEquals": lambda met, wanted: met == wanted,
    "Bool": lambda met, wanted: met.lower() == wanted.lower(),
    "IpAddress": _in_network,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    **{f"Numeric{name}": _compared(_number, holds) for name, holds in _ORDERS.items()},
    **{f"Date{name}": _compared(_moment, holds) for name, holds in _ORDERS.items()},
}
