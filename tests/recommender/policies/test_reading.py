"""Files as people have them: bare policies, what `aws` printed around them, whole accounts, and what tells of an account."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import DataError
from recommender.policies import examine, read, read_documents
from recommender.policies.document import IDENTITY, RESOURCE, TRUST

POLICY = {"Version": "2012-10-17", "Statement": [{"Action": "s3:GetObject", "Resource": "arn:aws:s3:::films/*"}]}
TRUSTED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
HEAD = "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_2_active"


@pytest.mark.parametrize(
    ("printed", "kind", "owner"),
    [
        (POLICY, IDENTITY, ""),
        ({"PolicyVersion": {"Document": POLICY, "VersionId": "v1", "IsDefaultVersion": True}}, IDENTITY, ""),
        ({"RoleName": "r", "PolicyName": "p", "PolicyDocument": POLICY}, IDENTITY, "r"),
        ({"UserName": "adham", "PolicyName": "p", "PolicyDocument": POLICY}, IDENTITY, "adham"),
        ({"Role": {"RoleName": "r", "AssumeRolePolicyDocument": TRUSTED}}, TRUST, "r"),
        ({"Policy": json.dumps(POLICY)}, RESOURCE, ""),
        (TRUSTED, TRUST, ""),
        ({"Statement": [{**POLICY["Statement"][0], "Principal": "*"}]}, RESOURCE, ""),
    ],
)
def test_a_policy_is_found_in_what_aws_printed(printed: dict[str, Any], kind: str, owner: str) -> None:
    [document] = read_documents([("printed.json", json.dumps(printed))]).documents

    assert (document.kind, document.owner) == (kind, owner)
    assert document.statements()


def test_a_bucket_policy_that_lost_its_principal_is_one_by_its_name() -> None:
    found = examine(read_documents([("bucket-policy.json", POLICY)]))

    assert {each.kind for each in found} == {"no-effect", "no-principal"}


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("role-reader.json", "reader"),
        ("a/user-adham.json", "adham"),
        ("cli-user.json", "cli-user"),
        ("role-policy.json", ""),
        ("sts.json", ""),
    ],
)
def test_whose_a_policy_is_may_stand_in_its_name(name: str, owner: str) -> None:
    assert [document.owner for document in read_documents([(name, POLICY)]).documents] == [owner]
    assert [each.owner for each in read_documents([(name, {"AttachedPolicies": [{"PolicyName": "p"}]})]).attached] == [owner]


def test_a_folder_is_read_whole_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.json", "b/1.json", "a.json"):
        (tmp_path / name).write_text(json.dumps(POLICY))
    (tmp_path / "notes.md").write_text("not read")

    assert [document.file for document in read([tmp_path]).documents] == ["a.json", "b/1.json", "b/2.json"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.json is not there; name a policy's file, or a folder of them\."):
        read([tmp_path / "nowhere.json"])
    with pytest.raises(DataError, match=r"There is no file that ends in \.json in "):
        read([tmp_path])


def test_a_slip_in_json_is_told_with_its_place() -> None:
    [found] = examine(read_documents([("p.json", '{"Version": "2012-10-17",\n "Statement": [],\n}')]))

    assert found.line().startswith("BAD  p.json: It is no JSON: ")
    assert "at line 3, column 1." in found.text or "at line 2" in found.text


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"\xff\xfe\x00{")

    assert [each.kind for each in examine(read([tmp_path]))] == ["not-text"]


def test_a_key_that_stands_twice_is_told() -> None:
    text = json.dumps(POLICY).replace('"Action"', '"Effect": "Deny", "Effect": "Allow", "Action"')

    assert [each.kind for each in examine(read_documents([("p.json", text)]))] == ["key-twice"]


def test_a_whole_account_is_read_at_once() -> None:
    account = {
        "UserDetailList": [
            {
                "UserName": "adham",
                "AttachedManagedPolicies": [
                    {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
                ],
                "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": POLICY}],
            }
        ],
        "GroupDetailList": [],
        "RoleDetailList": [
            {
                "RoleName": "front",
                "AssumeRolePolicyDocument": TRUSTED,
                "RolePolicyList": [],
                "AttachedManagedPolicies": [{"PolicyName": "AmazonPersonalizeFullAccess"}, {"PolicyName": "final_policy_v2"}],
            },
            {"RoleName": "AWSServiceRoleForSupport", "Path": "/aws-service-role/support.amazonaws.com/", "AssumeRolePolicyDocument": {}},
        ],
        "Policies": [
            {
                "PolicyName": "AdministratorAccess",
                "Arn": "arn:aws:iam::aws:policy/AdministratorAccess",
                "PolicyVersionList": [{"Document": {}}],
            },
            {
                "PolicyName": "final_policy_v2",
                "Arn": "arn:aws:iam::123456789012:policy/final_policy_v2",
                "PolicyVersionList": [{"Document": {}, "IsDefaultVersion": False}, {"Document": POLICY, "IsDefaultVersion": True}],
            },
        ],
    }

    collection = read_documents([("account.json", account)])

    assert [(document.file, document.owner) for document in collection.documents] == [
        ("account.json: own of user adham", "adham"),
        ("account.json: trust of role front", "front"),
        ("account.json: policy final_policy_v2", "front"),
    ]
    assert [each.line() for each in examine(collection) if each.kind == "managed-policy"] == [
        "RISK account.json: user adham: AdministratorAccess: adham may do everything in the account, delete it and pay for it included. "
        "Put cli-user.json in its place; `matinee doctor iam --write FOLDER` writes the least that will do.",
        "RISK account.json: role front: AmazonPersonalizeFullAccess lets front delete every campaign, where it only asks for "
        "recommendations. "
        "Put client.json in its place; `matinee doctor iam --write FOLDER` writes the least that will do.",
    ]


class TestRoot:
    def test_its_keys_are_told_by_the_accounts_summary(self) -> None:
        assert _kinds({"SummaryMap": {"AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1}}) == ["root-key"]
        assert _kinds({"SummaryMap": {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0}}) == ["root-mfa"]
        assert _kinds({"SummaryMap": {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}}) == []

    def test_its_keys_are_told_by_the_credential_report(self, tmp_path: Path) -> None:
        root = "<root_account>,arn:aws:iam::123456789012:root,t,not_supported,true,true,false"
        report = f"{HEAD}\n{root}\nadham,arn:aws:iam::123456789012:user/adham,t,true,false,true,true\n"
        (tmp_path / "report.csv").write_text(report)

        assert [each.kind for each in examine(read([tmp_path]))] == ["root-key"]
        assert _kinds({"Content": base64.b64encode(report.encode()).decode(), "ReportFormat": "text/csv"}) == ["root-key"]

    def test_a_report_that_is_none_is_told(self) -> None:
        for content in ("\x80", "x", base64.b64encode(b"\xff").decode()):
            assert _kinds({"Content": content, "ReportFormat": "text/csv"}) == ["no-report"]

    def test_who_works_as_root_is_told(self) -> None:
        caller = {"UserId": "123456789012", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:root"}

        assert _kinds(caller) == ["root-key"]
        assert _kinds(caller | {"Arn": "arn:aws:iam::123456789012:user/adham"}) == []

    def test_the_file_of_its_key_is_told_and_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "rootkey.csv").write_text("AWSAccessKeyId=AKIA123\nAWSSecretKey=s3cret\n")

        [found] = examine(read([tmp_path]))

        assert found.kind == "root-key"
        assert "s3cret" not in found.line()


def test_block_public_access_must_be_on_in_all_four() -> None:
    on = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)

    assert _kinds({"PublicAccessBlockConfiguration": on}) == []
    [found] = examine(read_documents([("block.json", {"PublicAccessBlockConfiguration": on | {"BlockPublicPolicy": False}})]))
    assert found.text == "Block Public Access is off in BlockPublicPolicy: one wrong policy makes the bucket everybody's."
    assert _kinds({"PublicAccessBlockConfiguration": {name: on for name, on in on.items() if name != "BlockPublicAcls"}}) == [
        "public-access"
    ]


LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:films:*"
TRAIL = {
    "Name": "films",
    "S3BucketName": "film-trails",
    "CloudWatchLogsLogGroupArn": LOG_GROUP,
    "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/trail",
}


class TestTrails:
    """Whether CloudTrail tells afterwards who was refused what."""

    def test_one_that_is_well(self) -> None:
        assert _kinds({"trailList": [TRAIL]}) == []
        assert _kinds({"Trail": TRAIL}) == []
        assert _kinds({"IsLogging": True}) == []

    def test_none_is_a_note(self) -> None:
        assert _kinds({"trailList": []}) == ["no-trail"]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"CloudWatchLogsLogGroupArn": LOG_GROUP.removesuffix(":*")}, "and CloudTrail wants its ARN to the end."),
            ({"CloudWatchLogsLogGroupArn": "films"}, "The log group of trail films: 'films' is no ARN."),
            ({"CloudWatchLogsRoleArn": "arn:aws:iam::1234:role/trail"}, "has an account of 4 digits."),
            ({"CloudWatchLogsRoleArn": None}, "The trail films goes to CloudWatch and names no role."),
            ({"S3BucketName": ""}, "The trail films writes into no bucket."),
        ],
    )
    def test_what_is_wrong_with_it_is_told(self, change: dict[str, Any], said: str) -> None:
        [found] = examine(read_documents([("trail.json", {"trailList": [TRAIL | change]})]))

        assert said in found.text
        assert found.must_be_mended

    def test_one_that_is_off_or_does_not_arrive(self) -> None:
        assert _kinds({"IsLogging": False}) == ["trail-off"]
        assert _kinds({"IsLogging": True, "LatestDeliveryError": "AccessDenied"}) == ["trail"]


def _kinds(body: dict[str, Any]) -> list[str]:
    return [each.kind for each in examine(read_documents([("f.json", body)]))]
