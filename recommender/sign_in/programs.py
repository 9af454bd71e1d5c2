"""Tokens for programs."""

from __future__ import annotations

import secrets

from recommender.domain import SCOPES, ApiToken, Session
from recommender.errors import FullHouseError, InvalidInputError, ScopeError, UnknownUserError
from recommender.sign_in.limits import DAY
from recommender.sign_in.part import WHAT, Part, checked_name, digest
from recommender.storage.accounts.kept import FullError

MOST_DAYS = 3650  # that an API token may be good for
TOKEN_PREFIX = "matinee_"  # noqa: S105  so that programs that look for lost secrets know ours


class Programs(Part):
    """Each speaks for one member, within its scopes."""

    def new_token(self, session: Session, name: str, scopes: tuple[str, ...], *, days: int | None = None) -> tuple[ApiToken, str]:
        """A token for the member whose films the session shows, and its text, which is shown this once. days: None for no end."""
        name = checked_name("name of the token", name)
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InvalidInputError("scopes", ", ".join(scopes), f"some of {', '.join(SCOPES)}")
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInputError("days", days, f"a whole number from 1 to {MOST_DAYS}, or none")
        text, now = TOKEN_PREFIX + secrets.token_urlsafe(32), self._seconds()
        ordered = tuple(scope for scope in SCOPES if scope in scopes)
        token = ApiToken(digest(text), session.owner, session.member, name, ordered, now, 0, now + days * DAY if days else 0)
        try:
            if not self._accounts.new_token(token, now):
                raise UnknownUserError(session.member)
        except FullError as error:
            raise FullHouseError(WHAT[error.kind], error.most) from error
        return token, text

    def token(self, text: str, scope: str) -> ApiToken | None:
        """Whose token it is; None for one that is not known, was revoked or has expired. ScopeError where it is not good for this."""
        token = self._accounts.token(digest(text), self._seconds())
        if token is not None and scope not in token.scopes:
            raise ScopeError(scope, token.scopes)
        return token

    def tokens(self, session: Session) -> tuple[ApiToken, ...]:
        """The household's, all of them for the owner, else those of the member."""
        found = self._accounts.tokens(session.owner, self._seconds())
        return tuple(one for one in found if session.member in (session.owner, one.member))

    def revoke_token(self, session: Session, digest: str) -> bool:
        """Whether there was one that is theirs to revoke."""
        is_theirs = any(one.digest == digest for one in self.tokens(session))
        return is_theirs and self._accounts.revoke_token(session.owner, digest)
