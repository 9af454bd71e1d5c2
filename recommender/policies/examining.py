"""Everything that is wrong with a collection of policies, the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.policies import account as accounts
from recommender.policies import arns, breadth, grammar, pairing, trusting, words
from recommender.policies.document import Document, Statement
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
    files: dict[tuple[str, str], str] = {}  # kind and name → the file that named it first
    with_a_letter_more: dict[tuple[str, str], str] = {}  # kind and a name that lost a letter → the name
    for document in collection.documents:
        for statement in document.statements():
            for what, name in _names(statement):
                if (what, name) in files:
                    continue
                shorter = [name[:place] + name[place + 1 :] for place in range(len(name)) if not name[place].isdigit()]
                letters = [place for place in range(len(name) - 1) if not (name[place] + name[place + 1]).isdigit()]
                swapped = [name[:place] + name[place : place + 2][::-1] + name[place + 2 :] for place in letters]
                found = next((each for each in (*shorter, *swapped) if (what, each) in files), with_a_letter_more.get((what, name)))
                if found:
                    text = f"The {what} {name} is called almost as {found} of {files[what, found]}."
                    yield Finding(NOTE, "almost-the-same", document.file, statement.label, text, f"Write {found} if that was meant.")
                files[what, name] = document.file
                with_a_letter_more.update({(what, each): name for each in shorter if len(each) >= MANY_LETTERS})


def _names(statement: Statement) -> Iterator[tuple[str, str]]:
    """Kind and name of every bucket and role that it names in full, and that is long enough for a slip to be one."""
    principals = [name for _, name in (*(statement.principals or ()), *(statement.not_principals or ()))]
    for text in (*statement.resources, *statement.not_resources, *principals):
        arn = arns.parsed(text)
        if arn is None:
            continue
        what = "bucket" if arn.service == "s3" else "role" if arn.service == "iam" and arn.kind == "role" else ""
        name = arn.resource.split("/")[0] if what == "bucket" else arn.resource.rsplit("/", 1)[-1]
        if what and len(name) >= MANY_LETTERS and not set(name) & set("*?$"):
            yield what, name


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
