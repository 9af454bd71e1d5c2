"""What some policies that AWS manages allow, as far as the jobs here ask: to decide what somebody may who has them.

Read on 29 November 2026; AWS may widen them.
"""

from __future__ import annotations

from recommender.policies.document import IDENTITY, Document, Json

_BODIES: dict[str, list[Json]] = {
    "AdministratorAccess": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    "PowerUserAccess": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
    ],
    "AmazonS3FullAccess": [{"Effect": "Allow", "Action": ["s3:*", "s3-object-lambda:*"], "Resource": "*"}],
    "AmazonS3ReadOnlyAccess": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Describe*"], "Resource": "*"}],
    "AmazonPersonalizeFullAccess": [
        {"Effect": "Allow", "Action": "personalize:*", "Resource": "*"},
        {"Effect": "Allow", "Action": ["cloudwatch:PutMetricData", "cloudwatch:ListMetrics"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::*Personalize*", "arn:aws:s3:::*personalize*"],
        },
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": "personalize.amazonaws.com"}},
        },
    ],
}


def document_of(policy: str, owner: str) -> Document | None:
    """The policy as one that owner has; None for one that is not known here."""
    if policy not in _BODIES:
        return None
    return Document(policy, IDENTITY, {"Version": "2012-10-17", "Statement": _BODIES[policy]}, owner)
