"""The policies that the pipelines need, with nothing in them that can be taken away. The same place gives the same text."""

from __future__ import annotations

import json

from recommender.errors import InvalidInputError
from recommender.policies.document import Json
from recommender.policies.jobs import PERSONALIZE, Place

LAMBDA = "lambda.amazonaws.com"
SID_OF_BUCKET = "PersonalizeS3BucketAccessPolicy"  # the document's own


def fullstack(place: Place) -> Json:
    """The bucket policy of the step-by-step document, word for word: it works, and lets Personalize come for any account."""
    return {
        "Version": "2012-10-17",
        "Id": SID_OF_BUCKET,
        "Statement": [
            {
                "Sid": SID_OF_BUCKET,
                "Effect": "Allow",
                "Principal": {"Service": PERSONALIZE},
                "Action": ["s3:*Object", "s3:ListBucket"],
                "Resource": [place.bucket_arn, f"{place.bucket_arn}/*"],
            }
        ],
    }


def hardened(place: Place) -> Json:
    """The same, for Personalize of this account alone."""
    body = fullstack(place)
    body["Statement"][0]["Condition"] = _of_this_account(place)
    return body


def bucket_policy(place: Place) -> Json:
    """Personalize of this account reads data sets and writes what batch jobs and exports make; nobody comes unencrypted."""
    return _policy(
        {
            "Sid": "PersonalizeReadsAndWrites",
            "Effect": "Allow",
            "Principal": {"Service": PERSONALIZE},
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": _objects(place),
            "Condition": _of_this_account(place),
        },
        {
            "Sid": "PersonalizeLists",
            "Effect": "Allow",
            "Principal": {"Service": PERSONALIZE},
            "Action": "s3:ListBucket",
            "Resource": place.bucket_arn,
            "Condition": _of_this_account(place),
        },
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [place.bucket_arn, f"{place.bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )


def trust(place: Place) -> Json:
    """Personalize of this account takes on the role, and nobody else."""
    condition = _of_this_account(place)
    return _policy({"Effect": "Allow", "Principal": {"Service": PERSONALIZE}, "Action": "sts:AssumeRole", "Condition": condition})


def final_policy_v2(place: Place) -> Json:
    """What the role does in the bucket, instead of AmazonPersonalizeFullAccess and AmazonS3ReadOnlyAccess."""
    return _policy(
        {"Sid": "DataSetsAndLists", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": _objects(place)},
        {"Sid": "NamesOfObjects", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": place.bucket_arn},
    )


def s3_v2(place: Place) -> Json:
    """Where the bucket is, and which there are; each beside what it needs."""
    return _policy(
        {"Sid": "WhereTheBucketIs", "Effect": "Allow", "Action": "s3:GetBucketLocation", "Resource": place.bucket_arn},
        {"Sid": "NamesOfBuckets", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"},
    )


def sts(place: Place) -> Json:
    """Taking on the role by hand, for who tries out what it may."""
    return _policy({"Sid": "TakeOnTheRole", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": place.role_arn})


def iam_policy(place: Place) -> Json:
    """Reading and writing the policy of this bucket."""
    actions = ["s3:GetBucketPolicy", "s3:PutBucketPolicy"]
    return _policy({"Sid": "PolicyOfTheBucket", "Effect": "Allow", "Action": actions, "Resource": place.bucket_arn})


def client(place: Place) -> Json:
    """Whoever shows lists: asks this campaign, and can change nothing."""
    return _policy({"Sid": "AskTheCampaign", "Effect": "Allow", "Action": "personalize:GetRecommendations", "Resource": _campaigns(place)})


def trust_of_lambda(_place: Place) -> Json:
    return _policy({"Effect": "Allow", "Principal": {"Service": LAMBDA}, "Action": "sts:AssumeRole"})


def lambda_role(place: Place) -> Json:
    """The function in front of a campaign: asks it, and writes its own log."""
    log = f"arn:aws:logs:{place.region}:{place.account}:log-group:/aws/lambda/{'*' if place.function == 'FUNCTION' else place.function}:*"
    return _policy(
        {"Sid": "AskTheCampaign", "Effect": "Allow", "Action": "personalize:GetRecommendations", "Resource": _campaigns(place)},
        {"Sid": "OwnLog", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log},
    )


def cli_user(place: Place) -> Json:
    """Who runs the pipelines from the command line: Personalize of this region, the bucket, the role for Personalize; no administrator."""
    return _policy(
        {
            "Sid": "Pipelines",
            "Effect": "Allow",
            "Action": ["personalize:Create*", "personalize:Delete*", "personalize:Describe*", "personalize:Get*", "personalize:Update*"],
            "Resource": f"{place.personalize_arn}*",
        },
        {
            "Sid": "Events",
            "Effect": "Allow",
            "Action": ["personalize:PutEvents", "personalize:PutItems", "personalize:PutUsers"],
            "Resource": f"{place.personalize_arn}*",
        },
        {
            "Sid": "AmazonsRecipes",
            "Effect": "Allow",
            "Action": ["personalize:DescribeAlgorithm", "personalize:DescribeFeatureTransformation", "personalize:DescribeRecipe"],
            "Resource": [
                "arn:aws:personalize:::algorithm/*",
                "arn:aws:personalize:::feature-transformation/*",
                "arn:aws:personalize:::recipe/*",
            ],
        },
        {"Sid": "WhatThereIs", "Effect": "Allow", "Action": "personalize:List*", "Resource": "*"},
        {
            "Sid": "HandTheRoleToPersonalize",
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": place.role_arn,
            "Condition": {"StringEquals": {"iam:PassedToService": PERSONALIZE}},
        },
        {"Sid": "DataSets", "Effect": "Allow", "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], "Resource": _objects(place)},
        {"Sid": "TheBucket", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket"], "Resource": place.bucket_arn},
    )


def trust_of_notebook(_place: Place) -> Json:
    return _policy({"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"})


def notebook(place: Place) -> Json:
    """The role of a notebook in which a pipeline is written: what the command line's user may, and making the bucket with its policy."""
    body = cli_user(place)
    actions = ["s3:CreateBucket", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock"]
    body["Statement"].append({"Sid": "MakeTheBucket", "Effect": "Allow", "Action": actions, "Resource": place.bucket_arn})
    return body


# Name of the file, without .json → what stands in it. The documents' own names where they have one.
LEAST = {
    "trust-of-AmazonPersonalize-ExecutionRole": trust,
    "final_policy_v2": final_policy_v2,
    "bucket-policy": bucket_policy,
    "s3_v2": s3_v2,
    "sts": sts,
    "IAMpolicy": iam_policy,
    "client": client,
    "trust-of-lambda": trust_of_lambda,
    "lambda": lambda_role,
    "cli-user": cli_user,
    "trust-of-notebook": trust_of_notebook,
    "notebook-user": notebook,
}
PRESETS = {"fullstack": fullstack, "hardened": hardened} | LEAST


def preset(name: str, place: Place) -> Json:
    """A policy by its name; InvalidInputError for a name that there is not."""
    if name not in PRESETS:
        raise InvalidInputError("the preset", name, f"one of {', '.join(PRESETS)}")
    return PRESETS[name](place)


def least(place: Place) -> dict[str, str]:
    """Name of a file → text, of the whole least-privilege set."""
    return {f"{name}.json": text(make(place)) for name, make in LEAST.items()}


def text(body: Json) -> str:
    """A policy as it is written into files."""
    return json.dumps(body, indent=2) + "\n"


def _policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _objects(place: Place) -> str:
    return f"{place.bucket_arn}/{place.prefix}/*" if place.prefix else f"{place.bucket_arn}/*"


def _campaigns(place: Place) -> str:
    """The campaign, or every one of the account where none is named."""
    return f"{place.personalize_arn}campaign/*" if place.campaign == "CAMPAIGN" else place.campaign_arn


def _of_this_account(place: Place) -> Json:
    return {"StringEquals": {"aws:SourceAccount": place.account}, "ArnLike": {"aws:SourceArn": f"{place.personalize_arn}*"}}
