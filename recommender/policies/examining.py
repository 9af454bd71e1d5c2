"""Everything that is wrong with a collection of policies, the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.policies import account as accounts
from recommender.policies import arns, breadth, grammar, pairing, trusting, words
from recommender.policies.document import Document
from recommender.policies.finding import NOTE, Finding, by_gravity
from recommender.policies.reading import Collection


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
    for attached in collection.attached:
        found += breadth.look_at_attached(attached)
    for fact in collection.facts:
        found += accounts.look(fact)
    return by_gravity(list(dict.fromkeys(found)))


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
