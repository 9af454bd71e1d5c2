"""Browsers that are signed in."""

from __future__ import annotations

from recommender.domain import Session
from recommender.sign_in.part import Part, digest


class Sessions(Part):
    """By their tokens, of which the digest is kept."""

    def session(self, token: str) -> Session | None:
        """The session of a browser's token; None where it has ended or never was."""
        return self._accounts.session(digest(token), self._seconds())

    def sessions(self, session: Session) -> tuple[Session, ...]:
        """All browsers in which the household is signed in."""
        return self._accounts.sessions(session.owner, self._seconds())

    def sign_out(self, token: str) -> bool:
        """Whether there was a session."""
        return self._accounts.end_session(digest(token))

    def end_session(self, session: Session, digest: str) -> bool:
        """Sign out another browser of the household; whether there was one."""
        is_ours = any(one.digest == digest for one in self.sessions(session))
        return is_ours and self._accounts.end_session(digest)

    def end_other_sessions(self, session: Session) -> int:
        """Sign out every browser but this; how many that were."""
        return self._accounts.end_sessions(session.owner, but=session.digest)
