"""Whatever JSON lies in a file, the doctor answers and does not fall over."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.policies import JOBS, Place, examine, preflight, read_documents
from recommender.policies.deciding import accounts_named
from recommender.policies.least import least

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["*", "arn:aws:s3:::", "${", "s3:*"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Statement", "Effect", "AWS", "StringLike", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
WHOLE = [json.loads(text) for text in least(Place("films", "123456789012", "us-east-1")).values()]
OF_AWS = [
    {
        "UserDetailList": [{"UserName": "a", "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": WHOLE[1]}]}],
        "RoleDetailList": [],
        "Policies": [],
    },
    {
        "RoleDetailList": [
            {"RoleName": "r", "AssumeRolePolicyDocument": WHOLE[0], "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess"}]}
        ]
    },
    {"Role": {"RoleName": "r", "AssumeRolePolicyDocument": WHOLE[0]}},
    {"PolicyVersion": {"Document": WHOLE[1]}},
    {"AttachedPolicies": [{"PolicyName": "p"}]},
    {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
    {"trailList": [{"Name": "t", "CloudWatchLogsLogGroupArn": "x"}]},
    {"SummaryMap": {"AccountAccessKeysPresent": 0}},
    {"Content": "eA==", "ReportFormat": "text/csv"},
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inside for place in _places(each, (*path, key)))]


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return changed


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE + OF_AWS), json_values, st.randoms(use_true_random=False))
def test_odd_json_anywhere_is_answered(body: Any, odd: Any, rng: random.Random) -> None:
    changed = _with(body, rng.choice(_places(body)), odd)

    collection = read_documents([("odd.json", json.dumps(changed)), ("bucket-policy.json", changed)])

    for finding in examine(collection, account="123456789012", region="us-east-1"):
        assert "\n" not in finding.line()
        assert finding.text.endswith((".", "!", "?"))
        assert finding.remedy
    for job in JOBS:
        assert preflight(job, Place("films"), collection)
    list(accounts_named(collection.documents))
