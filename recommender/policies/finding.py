"""One thing that is wrong with a policy, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass

BAD = "BAD"  # AWS refuses it, or it does not do what it says
RISK = "RISK"  # it works, and opens more than it should
NOTE = "note"  # it works; somebody should look

GRAVITIES = (BAD, RISK, NOTE)


@dataclass(frozen=True, slots=True)
class Finding:
    """gravity: BAD, RISK or NOTE. kind: one word for programs, such as "no-effect". file, statement: where; no statement for the whole.

    text: what was met. remedy: what would be right.
    """

    gravity: str
    kind: str
    file: str
    statement: str
    text: str
    remedy: str

    @property
    def must_be_mended(self) -> bool:
        """Whether more than a look is wanted."""
        return self.gravity != NOTE

    @property
    def place(self) -> str:
        """The file, and the statement if it is of one."""
        return f"{self.file}, {self.statement}" if self.statement else self.file

    def line(self) -> str:
        """The whole finding as one line for people, whatever names their authors gave."""
        return f"{self.gravity:<4} " + " ".join(f"{self.place}: {self.text} {self.remedy}".split())


def by_gravity(findings: list[Finding]) -> list[Finding]:
    """The worst first; of one gravity, in the order in which they were met."""
    return sorted(findings, key=lambda finding: GRAVITIES.index(finding.gravity))
