"""The three tables of DynamoDB by their names and keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tables:
    """Their names. movie: list records by userID. ratings: own people's by userID and movieID. accounts: by `key`, a text."""

    movie: str
    ratings: str
    accounts: str

    @classmethod
    def of(cls, name: str) -> Tables:
        """Those that `dynamodb://name` means."""
        return cls(name, f"{name}-ratings", f"{name}-accounts")

    def keys(self) -> dict[str, dict[str, str]]:
        """Table to attribute to type, the partition key first."""
        return {self.movie: {"userID": "N"}, self.ratings: {"userID": "N", "movieID": "N"}, self.accounts: {"key": "S"}}
