"""How often something may be tried. A person who forgets is let through; a program that guesses has thousands of years to go."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """How often within how many seconds."""

    times: int
    seconds: int


# By name and address first, so that who tries from one place cannot use up what others have for the same name.
SIGN_UPS_FROM_AN_ADDRESS = Limit(10, HOUR)
PASSWORDS_FROM_AN_ADDRESS = Limit(30, 15 * MINUTE)
PASSWORDS_FOR_A_NAME_FROM_AN_ADDRESS = Limit(10, 15 * MINUTE)
PASSWORDS_FOR_A_NAME = Limit(100, HOUR)
PINS_FROM_AN_ADDRESS = Limit(30, 15 * MINUTE)
PINS_FOR_A_MEMBER = Limit(5, 15 * MINUTE)
PINS_FOR_A_MEMBER_A_DAY = Limit(20, DAY)  # ten thousand PINs take 500 days
CODES_OF_A_HOUSEHOLD = Limit(10, HOUR)
CODES_FROM_AN_ECHO = Limit(5, 10 * MINUTE)
CODES_FROM_ALL = Limit(300, 10 * MINUTE)  # a thousand Echoes together guess no more than this
