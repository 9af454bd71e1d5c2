"""Echoes, and the codes that link them."""

from __future__ import annotations

import secrets

from recommender.domain import EchoLink, Member, Session
from recommender.errors import FullHouseError, UnknownUserError, WrongCodeError
from recommender.sign_in.limits import CODES_FROM_ALL, CODES_FROM_AN_ECHO, CODES_OF_A_HOUSEHOLD, MINUTE
from recommender.sign_in.part import WHAT, Part, digest
from recommender.storage.accounts.kept import FullError

CODE_SECONDS = 600
CODE_DIGITS = 6


class Echoes(Part):
    """Each speaks for one member."""

    def new_code(self, session: Session) -> str:
        """Six digits to be said to an Echo within CODE_SECONDS, which it then speaks for the member whose films are shown."""
        self._count("code of", str(session.owner), CODES_OF_A_HOUSEHOLD)
        if self.household(session).member(session.member) is None:
            raise UnknownUserError(session.member)
        now = self._seconds()
        while True:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            # False: somebody has just these digits now.
            if self._accounts.new_code(self._keyed("code", code), session.owner, session.member, now + CODE_SECONDS, now):
                return code

    def use_code(self, code: str, echo: str) -> EchoLink:
        """Link the Echo. echo: Amazon's id of the user, or of the person who was recognised. WrongCodeError, TooManyTriesError."""
        self._count("code from", echo, CODES_FROM_AN_ECHO)
        self._count("code from", "all", CODES_FROM_ALL)
        try:
            made = self._accounts.use_code(self._keyed("code", code), digest(echo), self._seconds())
        except FullError as error:
            raise FullHouseError(WHAT[error.kind], error.most) from error
        if made is None:
            raise WrongCodeError(CODE_SECONDS // MINUTE)
        return made

    def linked(self, echo: str) -> EchoLink | None:
        """Whom the Echo speaks for."""
        return self._accounts.link(digest(echo))

    def speaks_for(self, *echoes: str) -> Member | None:
        """The member for whom the first of these speaks that is linked. echoes: each as in use_code; an empty one is none."""
        for echo in filter(None, echoes):
            link = self.linked(echo)
            household = self._accounts.household(link.owner) if link else None
            if link and household and (member := household.member(link.member)):
                return member
        return None

    def links(self, session: Session) -> tuple[EchoLink, ...]:
        """The household's Echoes."""
        return self._accounts.links(session.owner)

    def unlink(self, echo: str) -> bool:
        """Said by the Echo itself; whether there was a link."""
        return self._accounts.unlink(digest(echo))

    def remove_link(self, session: Session, digest: str) -> bool:
        """Said on the site; whether there was a link of this household."""
        is_ours = any(one.digest == digest for one in self.links(session))
        return is_ours and self._accounts.unlink(digest)
