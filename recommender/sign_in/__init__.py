"""Signing up and in, households, tokens and the Echo's codes: what people do, in the order in which it happens, without HTTP.

Whatever could be guessed is counted before it is looked at, in the store, so that the limits hold over all workers and machines.
"""

from __future__ import annotations

from recommender.sign_in.coming import SESSION_SECONDS, Coming, SignedIn
from recommender.sign_in.echoes import CODE_DIGITS, CODE_SECONDS, Echoes
from recommender.sign_in.members import Members, forget, keeps_events
from recommender.sign_in.passkeys import CHALLENGE_SECONDS, Passkeys, credential_text
from recommender.sign_in.programs import Programs

__all__ = [
    "CHALLENGE_SECONDS",
    "CODE_DIGITS",
    "CODE_SECONDS",
    "SESSION_SECONDS",
    "SignIn",
    "SignedIn",
    "credential_text",
    "forget",
    "keeps_events",
]


class SignIn(Coming, Passkeys, Programs, Members, Echoes):
    """One per process, shared by its threads. Every method raises StorageError where the store cannot be reached: nobody gets in then.

    address: where somebody asks from, as text; it is kept as a digest with the site's secret alone, for as long as its limit.
    """
