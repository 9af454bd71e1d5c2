"""What is no policy and opens the account all the same: root's keys, a bucket that may be made public."""

from __future__ import annotations

from collections.abc import Iterator

from recommender.policies.document import Json
from recommender.policies.finding import BAD, RISK, Finding
from recommender.policies.reading import Fact

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ROOT = "<root_account>"  # as the credential report calls it
OWN_USER = "Make a user of your own for the command line, with cli-user.json of `matinee doctor iam --write FOLDER`, and delete root's key."


def look(fact: Fact) -> Iterator[Finding]:
    """What is wrong with the account, by what `aws` printed of it."""
    for gravity, kind, text, remedy in _LOOKS[fact.kind](fact.body):
        yield Finding(gravity, kind, fact.file, "", text, remedy)


Said = tuple[str, str, str, str]


def _block(body: Json) -> Iterator[Said]:
    flags = body if isinstance(body, dict) else {}
    off = [flag for flag in FLAGS if flags.get(flag) is not True]
    if off:
        text = f"Block Public Access is off in {', '.join(off)}: one wrong policy makes the bucket everybody's."
        yield (RISK, "public-access", text, "Switch all four on: aws s3api put-public-access-block.")


def _summary(body: Json) -> Iterator[Said]:
    counts = body if isinstance(body, dict) else {}
    if counts.get("AccountAccessKeysPresent"):
        yield (BAD, "root-key", "The account's root has access keys, which may do everything and cannot be held to less.", OWN_USER)
    if counts.get("AccountMFAEnabled") == 0:
        yield (RISK, "root-mfa", "The account's root signs in by a password alone.", "Give it a second factor.")


def _report(rows: Json) -> Iterator[Said]:
    for row in rows:
        if row.get("user") != ROOT:
            continue
        if "true" in (row.get("access_key_1_active"), row.get("access_key_2_active")):
            yield (BAD, "root-key", "The account's root has access keys, which may do everything and cannot be held to less.", OWN_USER)
        if row.get("mfa_active") == "false":
            yield (RISK, "root-mfa", "The account's root signs in by a password alone.", "Give it a second factor.")


def _caller(body: Json) -> Iterator[Said]:
    if str(body.get("Arn", "")).endswith(":root"):
        yield (BAD, "root-key", f"The command line works as {body['Arn']}, the account's root.", OWN_USER)


def _key_file(_body: Json) -> Iterator[Said]:
    yield (BAD, "root-key", "It is the file in which AWS hands out an access key of root. Its content was not read.", OWN_USER)


_LOOKS = {
    "public-access-block": _block,
    "account-summary": _summary,
    "credential-report": _report,
    "caller": _caller,
    "root-key-file": _key_file,
}
