"""What each job needs of whom, and whether policies give it: asked before the job, not found out by its failure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from recommender.errors import InvalidInputError
from recommender.policies import arns, buckets, managed
from recommender.policies.deciding import DENIED, Decision, Request, decide
from recommender.policies.document import IDENTITY, RESOURCE, TRUST, Document
from recommender.policies.reading import Collection

PERSONALIZE = "personalize.amazonaws.com"
ROLE = "AmazonPersonalize-ExecutionRole"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the job is done. prefix: the folder in the bucket, without / at its ends; empty for all of it. key: the object, if known.

    What is not known stands in capitals, as in documents that are still to be filled in.
    """

    bucket: str = "BUCKET"
    account: str = "ACCOUNT"
    region: str = "REGION"
    role: str = ROLE
    prefix: str = ""
    key: str = ""
    campaign: str = "CAMPAIGN"
    function: str = "FUNCTION"

    @property
    def role_arn(self) -> str:
        return self.role if self.role.startswith("arn:") else f"arn:aws:iam::{self.account}:role/{self.role}"

    @property
    def bucket_arn(self) -> str:
        return f"arn:aws:s3:::{self.bucket}"

    @property
    def object_arn(self) -> str:
        """One object that the job would meet."""
        return f"{self.bucket_arn}/{self.key or self.asked_prefix + 'interactions.csv'}"

    @property
    def asked_prefix(self) -> str:
        """What a listing of the folder asks for: the object itself, the folder with a / behind it, or nothing."""
        return self.key or (f"{self.prefix}/" if self.prefix else "")

    @property
    def campaign_arn(self) -> str:
        return self.campaign if self.campaign.startswith("arn:") else f"{self.personalize_arn}campaign/{self.campaign}"

    @property
    def personalize_arn(self) -> str:
        """How the ARN of everything that Personalize keeps begins."""
        return f"arn:aws:personalize:{self.region}:{self.account}:"

    def checked(self) -> Place:
        """The same, if it can be; InvalidInputError for a bucket, an account, a region or an ARN that cannot."""
        if self.role.startswith("arn:"):
            arns.checked(self.role, "iam", "role")
        if self.campaign.startswith("arn:"):
            arns.checked(self.campaign, "personalize", "campaign", "recommender")
        if not arns.is_to_fill_in(self.bucket):
            buckets.checked(self.bucket)
        if not arns.is_to_fill_in(self.account) and not arns.ACCOUNT.fullmatch(self.account):
            raise InvalidInputError("the account", self.account, "12 digits")
        if not arns.is_to_fill_in(self.region):
            for text, remedy in arns.mistakes(f"{self.personalize_arn}campaign/x"):
                raise InvalidInputError("the region", self.region, f"one of AWS ({remedy.rstrip('.')})" if text else "one")
        return self


@dataclass(frozen=True, slots=True)
class Need:
    """One request that must be allowed. whose: the kind of policy that must say so, which the sentence about it names."""

    request: Request
    whose: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A need, and what the policies say to it."""

    need: Need
    decision: Decision

    def line(self) -> str:
        """For people: state, who, action, resource, and by what or why not."""
        request = self.need.request
        why = self.decision.by or self.decision.hint or f"no {self.need.whose} says so"
        return f"{self.decision.state:<7}  {_short(request.principal)}  {request.action}  {request.resource}  {why}"


def _service_context(place: Place, job: str) -> dict[str, str]:
    return {
        "aws:sourceaccount": place.account,
        "aws:sourcearn": f"{place.personalize_arn}{job}/any",
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": PERSONALIZE,
        "s3:prefix": place.asked_prefix,
    }


def _role_context(place: Place) -> dict[str, str]:
    return {
        "aws:principalarn": place.role_arn,
        "aws:principalaccount": place.account,
        "aws:resourceaccount": place.account,
        "aws:principaltype": "AssumedRole",
        "aws:principalisawsservice": "false",
        "aws:requestedregion": place.region,
        "aws:securetransport": "true",
        "s3:prefix": place.asked_prefix,
    }


def _of_bucket(place: Place, job: str, *actions: str) -> Iterator[Need]:
    """The role is taken on by Personalize; then both the role and Personalize itself come to the bucket, and each needs its own right.

    job: as its ARN calls it, which Personalize names as what it comes for.
    """
    context = _service_context(place, job)
    yield Need(Request(PERSONALIZE, "sts:AssumeRole", place.role_arn, context), TRUST)
    for action in actions:
        resource = place.bucket_arn if action == "s3:ListBucket" else place.object_arn
        yield Need(Request(place.role_arn, action, resource, _role_context(place)), IDENTITY)
    for action in actions:
        resource = place.bucket_arn if action == "s3:ListBucket" else place.object_arn
        yield Need(Request(PERSONALIZE, action, resource, context), RESOURCE)


def _of_import(place: Place) -> Iterator[Need]:
    yield from _of_bucket(place, "dataset-import-job", "s3:ListBucket", "s3:GetObject")


def _of_export(place: Place) -> Iterator[Need]:
    yield from _of_bucket(place, "dataset-export-job", "s3:ListBucket", "s3:PutObject")


def _of_batch(place: Place) -> Iterator[Need]:
    yield from _of_bucket(place, "batch-inference-job", "s3:ListBucket", "s3:GetObject", "s3:PutObject")


def _of_client(place: Place) -> Iterator[Need]:
    yield Need(Request(place.role_arn, "personalize:GetRecommendations", place.campaign_arn, _role_context(place)), IDENTITY)


def _of_lambda(place: Place) -> Iterator[Need]:
    log = f"arn:aws:logs:{place.region}:{place.account}:log-group:/aws/lambda/{place.function}:log-stream:any"
    yield Need(Request("lambda.amazonaws.com", "sts:AssumeRole", place.role_arn, {"aws:sourceaccount": place.account}), TRUST)
    yield from _of_client(place)
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        yield Need(Request(place.role_arn, action, log, _role_context(place)), IDENTITY)


JOBS = {"import": _of_import, "export": _of_export, "batch": _of_batch, "client": _of_client, "lambda": _of_lambda}


def needs(job: str, place: Place) -> list[Need]:
    """Everything that the job asks for, in the order in which it does."""
    if job not in JOBS:
        raise InvalidInputError("the job", job, f"one of {', '.join(JOBS)}")
    return list(JOBS[job](place))


def preflight(job: str, place: Place, collection: Collection) -> list[Answer]:
    """What the policies say to each need of the job.

    Where a file says whose a policy is, those of the role in question count alone; an identity policy of nobody in particular counts as
    the role's.
    """
    documents = [document for document in collection.documents if _concerns(document, place)]
    for attached in collection.attached:
        document = managed.document_of(attached.policy, attached.owner)
        if document is not None and _concerns(document, place):
            documents.append(replace(document, file=f"{attached.file}: {attached.policy}"))
    return [Answer(need, decide(need.request, _with_a_say(need, documents))) for need in needs(job, place)]


def refusal(job: str, place: Place, collection: Collection) -> str:
    """Why the job would fail for want of a right, as one sentence for its failureReason; empty if it would not."""
    for answer in preflight(job, place, collection):
        if answer.decision.is_allowed:
            continue
        request, who = answer.need.request, _short(answer.need.request.principal)
        if answer.decision.state == DENIED:
            return f"Access denied: {who} may not {request.action} on {request.resource}, since {answer.decision.by} denies it."
        nearest = f"; {answer.decision.hint}" if answer.decision.hint else ""
        return f"Access denied: no {answer.need.whose} lets {who} do {request.action} on {request.resource}{nearest}."
    return ""


def _with_a_say(need: Need, documents: Iterable[Document]) -> list[Document]:
    """A trust policy speaks of its role alone, a bucket's of its objects; identity policies may be outweighed by the bucket's Deny."""
    if need.whose == TRUST:
        return [document for document in documents if document.kind == TRUST]
    return [document for document in documents if document.kind != TRUST]


def _concerns(document: Document, place: Place) -> bool:
    owners = [owner for owner in document.owner.split(",") if owner]
    return not owners or place.role.rsplit("/", 1)[-1] in owners


def _short(principal: str) -> str:
    return principal.rsplit("/", 1)[-1]
