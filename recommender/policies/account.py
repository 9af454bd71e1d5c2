"""What is no policy and matters all the same: root's keys, a bucket that may be made public, whether anybody takes notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recommender.policies import arns
from recommender.policies.document import Json
from recommender.policies.finding import BAD, NOTE, RISK, Finding
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


def _trails(body: Json) -> Iterator[Said]:
    """How CloudTrail is set up: what it writes where, by ARNs that AWS refuses with a sentence that names neither."""
    trails = [each for each in body if isinstance(each, dict)] if isinstance(body, list) else []
    if not trails:
        text = "There is no trail, so nobody can tell afterwards who was refused what."
        yield (NOTE, "no-trail", text, "aws cloudtrail create-trail, with a bucket of its own.")
    for trail in trails:
        name, group, role = (trail.get(key) for key in ("Name", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"))
        if not trail.get("S3BucketName"):
            yield (BAD, "trail", f"The trail {name} writes into no bucket.", "Name one by --s3-bucket-name.")
        if bool(group) != bool(role):
            missing = "role" if group else "log group"
            yield (
                BAD,
                "trail",
                f"The trail {name} goes to CloudWatch and names no {missing}.",
                "Name the log group and the role, or neither.",
            )
        if group:
            yield from _of_log_group(str(name), str(group))
        for text, remedy in arns.mistakes(str(role)) if role else ():
            yield (BAD, "arn", f"The role of trail {name}: {text}", remedy)


def _of_log_group(trail: str, group: str) -> Iterator[Said]:
    wrong = list(arns.mistakes(group))
    for text, remedy in wrong:
        yield (BAD, "arn", f"The log group of trail {trail}: {text}", remedy)
    if not wrong and not re.search(r":log-group:[^:]+:\*$", group):
        text = f"The log group of trail {trail} is {group!r}, and CloudTrail wants its ARN to the end."
        yield (BAD, "arn", text, "Write arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*, with :* behind the name.")


def _trail_status(body: Json) -> Iterator[Said]:
    if not body.get("IsLogging"):
        yield (RISK, "trail-off", "The trail is there and writes nothing.", "aws cloudtrail start-logging --name NAME.")
    for key, what in (("LatestDeliveryError", "its bucket"), ("LatestCloudWatchLogsDeliveryError", "CloudWatch")):
        if body.get(key):
            yield (
                BAD,
                "trail",
                f"What the trail wrote last to {what} did not arrive: {body[key]}.",
                f"Look at the policy that lets it write to {what}.",
            )


def _key_file(_body: Json) -> Iterator[Said]:
    yield (BAD, "root-key", "It is the file in which AWS hands out an access key of root. Its content was not read.", OWN_USER)


_LOOKS = {
    "public-access-block": _block,
    "account-summary": _summary,
    "credential-report": _report,
    "caller": _caller,
    "root-key-file": _key_file,
    "trails": _trails,
    "trail-status": _trail_status,
}
