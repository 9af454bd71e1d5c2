"""One thing that the doctor has looked at, and its state."""

from __future__ import annotations

from dataclasses import dataclass

OK, NOTE, BAD = "ok", "note", "BAD"  # NOTE: works, and somebody should look this week

Said = tuple[str, str]  # state and text; what is BAD is raised, as an error in words


@dataclass(frozen=True, slots=True)
class Finding:
    """state: OK, NOTE or BAD. text: what was found and, where it is not well, what would be right."""

    what: str
    state: str
    text: str

    @property
    def is_well(self) -> bool:
        """Whether nothing must be done now."""
        return self.state != BAD


def of_all(notes: list[str], else_: str) -> Said:
    """The notes, if there are any."""
    return (NOTE, " ".join(notes)) if notes else (OK, else_)


def ago(seconds: float) -> str:
    """A span of time as people say it: 5 minutes, 3 hours, 12 days."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
