"""Everything that is wrong with a collection of policies, the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.policies import account as accounts
from recommender.policies import arns, breadth, grammar, pairing, trusting, words
from recommender.policies.document import Document
from recommender.policies.finding import NOTE, Finding, by_gravity
from recommender.policies.reading import Collection

MANY_LETTERS = 6  # in a shorter name one letter may well be meant


def examine(collection: Collection, *, account: str = "", region: str = "") -> list[Finding]:
    """The findings of every document by itself, and of whatever else was read. account, region: of whose account, empty if nobody says.

    The same files give the same findings in the same order.
    """
    found = list(collection.findings)
    for document in collection.documents:
        found += grammar.look(document)
        found += trusting.look(document, account)
        found += pairing.look(document)
        found += breadth.look(document)
        found += _of_elsewhere(document, account, region)
    found += _of_likeness(collection)
    for attached in collection.attached:
        found += breadth.look_at_attached(attached)
    for fact in collection.facts:
        found += accounts.look(fact)
    return by_gravity(list(dict.fromkeys(found)))


def _of_likeness(collection: Collection) -> Iterator[Finding]:
    """Buckets and roles whose names are one slip of the finger apart: mostly one of them is not there."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for document in collection.documents:
        for statement in document.statements():
            principals = [name for _, name in (*(statement.principals or ()), *(statement.not_principals or ()))]
            for text in (*statement.resources, *statement.not_resources, *principals):
                arn = arns.parsed(text)
                if arn and arn.service == "s3":
                    seen.setdefault(("bucket", arn.resource.split("/")[0]), (document.file, statement.label))
                elif arn and arn.service == "iam" and arn.kind == "role":
                    seen.setdefault(("role", arn.resource.rsplit("/", 1)[-1]), (document.file, statement.label))
    names = list(seen)
    for number, (what, later) in enumerate(names):
        for other, earlier in names[:number]:
            if what == other and _is_a_slip_apart(earlier, later):
                file, label = seen[what, later]
                text = f"The {what} {later} is called almost as {earlier} of {seen[what, earlier][0]}."
                yield Finding(NOTE, "almost-the-same", file, label, text, f"Write {earlier} if that was meant.")


def _is_a_slip_apart(one: str, other: str) -> bool:
    """Whether a letter is too many, or two have changed places; digits and wildcards tell things apart on purpose."""
    if "*" in one + other or "?" in one + other or one.lower() == other.lower() or min(len(one), len(other)) < MANY_LETTERS:
        return False
    short, long = sorted((one, other), key=len)
    if len(long) == len(short) + 1:
        return any(long[:place] + long[place + 1 :] == short and not long[place].isdigit() for place in range(len(long)))
    places = [place for place in range(len(one)) if one[place] != other[place]] if len(one) == len(other) else []
    return len(places) == 2 and places[1] == places[0] + 1 and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]


def _of_elsewhere(document: Document, account: str, region: str) -> Iterator[Finding]:
    """Things of another account or region than the one in question: mostly copied, sometimes meant."""
    for statement in document.statements():
        for resource in statement.resources:
            arn = arns.parsed(resource)
            if arn is None:
                continue
            if account and arns.ACCOUNT.fullmatch(arn.account) and arn.account != account:
                text = f"{resource} is of account {arn.account}, and the account is {account}."
                yield Finding(NOTE, "other-account", document.file, statement.label, text, f"Write {account} if it was copied.")
            if region and arn.service == "personalize" and words.is_region(arn.region) and arn.region != region:
                text = f"{resource} is of {arn.region}, and the region is {region}."
                yield Finding(NOTE, "other-region", document.file, statement.label, text, f"Write {region} if it was copied.")
