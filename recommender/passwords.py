"""Passwords and PINs: what is taken for one, and how it is kept, which is by argon2id alone."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from recommender.errors import CrowdedError, SecretInputError

# The least that OWASP's cheat sheet on the storage of passwords asks of argon2id: some 75 ms of one core here. A hash is made only after a
# limit has been asked, since each takes that time and 19 MiB from everybody else.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
SALT_BYTES, HASH_BYTES = 16, 32

SHORTEST, LONGEST = 8, 200  # characters of a password
SHORTEST_PIN, LONGEST_PIN = 4, 8  # digits

# The commonest of those that are long enough, from what has been published of leaks; in the form that `_plain` gives.
_COMMONEST = """
00000000 000000000 0123456789 0987654321 11111111 111111111 1111111111 11112222 1122334455 12121212 123123123 12341234 12344321 1234554321
12345678 123456789 1234567890 1234567891 12345678910 123456789a 123456789q 1234qwer 123abc123 123qweasd 147258369 147852369 1a2b3c4d
1g2w3e4r 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 22222222 55555555 66666666 69696969 77777777 789456123 87654321 88888888 987654321
9876543210 99999999 a1234567 a12345678 a123456789 aa123456 aa12345678 aaaaaaaa abc12345 abcd1234 abcdefg1 abcdefgh access14 administrator
adobe123 airplane alexander alexandra alexandre america1 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl azerty123 azertyuiop babygirl
babygirl1 barcelona baseball baseball1 basketball batman123 benjamin bismillah blink182 brandon1 butterfly caroline caterina changeme
charlie1 chelsea1 chocolat chocolate christian christine cocacola computer computer1 courtney creative danielle dearbook december diamond1
dolphin1 drowssap einstein elephant elizabeth estrella evangelion facebook falcon123 familia1 february fernando florence football
football1 forever1 franklin friends1 fuckyou1 fuckyou2 gfhjkmgfhjkm ginger123 godzilla hannah123 harrison hello123 hellokitty helloworld
iloveyou iloveyou1 iloveyou12 iloveyou2 internet isabella j38ifubn jennifer jessica1 jonathan jordan23 juventus kimberly kristina lasvegas
letmein1 letmein123 liverpool liverpool1 logitech lovelove loveyou1 margarita marlboro marshall maryjane masterkey matinee1 matinee123
maverick melissa1 mercedes metallica michael1 michelle midnight minecraft monkey123 motorola mustang1 myspace1 ncc1701d ncc1701e nicholas
nothing1 november omgpop123 p@ssw0rd p@ssword pa55w0rd pa55word paradise passw0rd passw0rd1 password password! password0 password01
password1 password1! password10 password11 password12 password123 password1234 password2 password3 passwort passwort1 passwort123 patricia
pokemon1 portugal precious princesa princess princess1 princess123 q1w2e3r4 q1w2e3r4t5 qazwsx123 qazwsxedc qq123456 qqww1122 qwer1234
qwerasdf qwert123 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui qwertyuiop rainbow1 ranger123 rockyou1 rush2112 samantha samsung1
samuel123 sandiego santiago savannah scorpion sebastian secret123 september serenity skywalker slipknot snowball something spiderman
starwars starwars1 steelers stephanie strawberry summer123 sunflower sunshine sunshine1 superman superman1 superstar sweetheart swordfish
tequiero terminator test1234 testtest thailand thunder1 tigger123 tinkerbell trustno1 undertaker valentina valentine vanessa1 veronica
victoria volkswagen welcome1 welcome123 whatever whatever1 wolfgang xxxxxxxx yamaha123 zaq12wsx zxcvbnm1 zxcvbnm123 zxcvbnmasdfghjkl
zzzzzzzz
"""
COMMONEST = frozenset(_COMMONEST.split())

# Never anybody's: what is compared where there is nothing to compare with, so that it takes the same time.
NOBODYS_HASH = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${'A' * 22}${'A' * 43}"

MOST_AT_ONCE = 2  # secrets in one process: one is hashed, one waits
_ROOM, _HASHING = threading.BoundedSemaphore(MOST_AT_ONCE), threading.Lock()

_HASHER = PasswordHasher(PASSES, MEMORY_KIB, LANES, HASH_BYTES, SALT_BYTES)


def hashed(secret: str) -> str:
    """The text to keep: argon2id with its parameters and a salt of its own. CrowdedError."""
    with _turn():
        return _HASHER.hash(_normal(secret))


def fits(secret: str, kept: str) -> bool:
    """Whether it is the secret that was hashed. An empty `kept` fits nothing, and takes as long. CrowdedError."""
    with _turn():
        try:
            return _HASHER.verify(kept or NOBODYS_HASH, _normal(secret)) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def check_password(password: str, *, name: str) -> None:
    """SecretInputError for what is too short, too long, among the commonest, or the name itself; any signs will do."""
    if not SHORTEST <= len(_normal(password)) <= LONGEST:
        raise SecretInputError("password", f"of {SHORTEST} to {LONGEST} characters")
    if _plain(password) in COMMONEST:
        raise SecretInputError(
            "password", "none of those that are guessed first; three or four words that only you would put together do well"
        )
    if _plain(password) == _plain(name):
        raise SecretInputError("password", "another than the name")


def check_pin(pin: str) -> None:
    """SecretInputError for what is no PIN."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise SecretInputError("PIN", f"of {SHORTEST_PIN} to {LONGEST_PIN} digits")


@contextmanager
def _turn() -> Iterator[None]:
    """One hash after another, and few who wait: guesses from a thousand addresses leave a worker's other threads to everybody else."""
    if not _ROOM.acquire(blocking=False):
        raise CrowdedError
    try:
        with _HASHING:
            yield
    finally:
        _ROOM.release()


def _normal(secret: str) -> str:
    """The same whichever keyboard wrote the letters; what cannot be encoded becomes a question mark."""
    return unicodedata.normalize("NFKC", secret).encode(errors="replace").decode()


def _plain(secret: str) -> str:
    return _normal(secret).casefold().strip()
