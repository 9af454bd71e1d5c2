"""The checks can fail: each planted mistake is caught, and the table says by which of the three.

cfn-lint knows CloudFormation's forms, checkov what is usual, and test_stack.py what this stack promises. Each tool runs once, over a folder
of the templates whose mistake it is to see.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.utils import canonicalize_name

from recommender.errors import RecommenderError
from tests.deploy import test_stack
from tests.deploy.stack import ROOT, TEMPLATE, Stack, read

TOOLS = ROOT / ".stack-venv" / "bin"
UNBROKEN = "unbroken"
LINT, CHECKOV, OURS = "cfn-lint", "checkov", "our own"


class Mistake(NamedTuple):
    """old: what stands in the template, replaced once, by new. by: who sees it."""

    name: str
    old: str
    new: str
    by: set[str]


MISTAKES = [
    # what is kept
    Mistake("the bucket is public", "BlockPublicPolicy: true", "BlockPublicPolicy: false", {CHECKOV, OURS}),
    Mistake("the bucket takes rights from objects", "BucketOwnerEnforced", "ObjectWriter", {OURS}),
    Mistake("the bucket forgets old versions", "{Status: Enabled}", "{Status: Suspended}", {CHECKOV, OURS}),
    Mistake("the bucket expires what is current", "NoncurrentVersionExpiration: {NoncurrentDays: 30}", "ExpirationInDays: 30", {OURS}),
    Mistake("the bucket speaks plain HTTP", 'aws:SecureTransport: "false"', 'aws:SecureTransport: "true"', {OURS}),
    Mistake("the bucket's policy is of no bucket's objects", ', !Sub "${Bucket.Arn}/*"]', "]", {OURS}),
    Mistake("the bucket goes with the stack", "DeletionPolicy: Retain", "DeletionPolicy: Delete", {OURS}),
    Mistake("a replaced table is deleted",
            "    UpdateReplacePolicy: Retain\n    Metadata:\n      checkov:\n        skip:\n          - id: CKV_AWS_119",
            "    Metadata:\n      checkov:\n        skip:\n          - id: CKV_AWS_119", {LINT, OURS}),
    Mistake("a table has no way back in time", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", {CHECKOV, OURS}),
    Mistake("a table is not encrypted by a key that can be watched",
            "      SSESpecification: {SSEEnabled: true, SSEType: KMS}\n", "", {OURS}),
    Mistake("a table can be deleted by mistake", "DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false", {OURS}),
    Mistake("the record's key is a text", "AttributeDefinitions: [{AttributeName: userID, AttributeType: N}]",
            "AttributeDefinitions: [{AttributeName: userID, AttributeType: S}]", {OURS}),
    Mistake("the ratings have two partition keys", "{AttributeName: movieID, KeyType: RANGE}", "{AttributeName: movieID, KeyType: HASH}",
            {LINT, OURS}),
    Mistake("an attribute is defined for nothing", "[{AttributeName: key, AttributeType: S}]",
            "[{AttributeName: key, AttributeType: S}, {AttributeName: owner, AttributeType: S}]", {LINT}),
    Mistake("the record expires", "      BillingMode: PAY_PER_REQUEST\n",
            "      BillingMode: PAY_PER_REQUEST\n      TimeToLiveSpecification: {AttributeName: exp, Enabled: true}\n", {OURS}),
    Mistake("a table has no fuse",
            "      OnDemandThroughput: {MaxReadRequestUnits: !Ref MostReads, MaxWriteRequestUnits: !Ref MostWrites}\n",
            "", {OURS}),
    Mistake("a table is paid by the hour", "BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED", {LINT, OURS}),
    # who may do what
    Mistake("an action is a wildcard", "Action: s3:GetObject", "Action: s3:*", {OURS}),
    Mistake("an action is nearly a wildcard", "Action: cloudwatch:PutMetricData", "Action: cloudwatch:Put*", {OURS}),
    Mistake("a resource is a wildcard", "Resource: !GetAtt AccountsTable.Arn", 'Resource: "*"', {CHECKOV, OURS}),
    Mistake("there is no such action", "dynamodb:ConditionCheckItem", "dynamodb:CheckItem", {LINT, OURS}),
    Mistake("the site may scan", "[dynamodb:GetItem, dynamodb:PutItem,", "[dynamodb:GetItem, dynamodb:Scan, dynamodb:PutItem,", {OURS}),
    Mistake("the site may delete records",
            "[dynamodb:GetItem, dynamodb:PutItem,", "[dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:PutItem,",
            {OURS}),
    Mistake("the site may publish models", "Action: s3:GetObject", "Action: [s3:GetObject, s3:PutObject]", {OURS}),
    Mistake("the site may take the worker's models away", "matinee/personalize/live/*\", !Sub", "matinee/personalize/*\", !Sub", {OURS}),
    Mistake("the site reads the whole bucket", "Bucket.Arn}/matinee/*", "Bucket.Arn}/*", {OURS}),
    Mistake("a missing model looks forbidden", "StringLikeIfExists: {s3:prefix: matinee/*}", "StringLike: {s3:prefix: matinee/*}", {OURS}),
    Mistake("anybody in the account may train", "Principal: {AWS: !GetAtt WebRole.Arn}", "Principal: {AWS: !Ref AWS::AccountId}", {OURS}),
    Mistake("anybody at all may train", "Principal: {AWS: !GetAtt WebRole.Arn}", 'Principal: {AWS: "*"}', {CHECKOV, OURS}),
    Mistake("a role takes a managed policy along", "      Description: What the machine and the site on it may do.\n",
            "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]\n", {OURS}),
    # the machine
    Mistake("the machine answers version 1 of the metadata", "HttpTokens: required", "HttpTokens: optional", {CHECKOV, OURS}),
    Mistake("the metadata travel further", "HttpPutResponseHopLimit: 1", "HttpPutResponseHopLimit: 2", {OURS}),
    Mistake("the disk is not encrypted", "Encrypted: true", "Encrypted: false", {OURS}),
    Mistake("the door for SSH is open", "FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0, Description: sent on",
            "FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0, Description: sent on", {CHECKOV, OURS}),
    Mistake("everything may go out", "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0, Description: \"AWS",
            "{IpProtocol: \"-1\", CidrIp: 0.0.0.0/0, Description: \"AWS", {OURS}),
    Mistake("the machine is no Graviton", "Default: t4g.small", "Default: t3.small", {LINT, OURS}),
    Mistake("the disk is of a kind that is not there", "VolumeType: gp3", "VolumeType: gp9", {LINT, OURS}),
    Mistake("the machine starts before it has a way out", "DependsOn: [WayOut, RoutesOfSubnet, MayTrain]", "DependsOn: MayTrain", {OURS}),
    Mistake("a setting is misspelt", "MATINEE_PROFILES_URL", "MATINEE_PROFILE_URL", {OURS}),
    Mistake("the lists lie in another table", "dynamodb://${Table}", "dynamodb://movies", {OURS}),
    Mistake("the first boot is no shell script", "update; do sleep 5; done", "update; do sleep 5", {OURS}),
    # the Echo's function
    Mistake("the function may write records", "                Action: dynamodb:GetItem\n",
            "                Action: [dynamodb:GetItem, dynamodb:PutItem]\n", {OURS}),
    Mistake("the function reads ratings", "[!GetAtt MovieTable.Arn, !GetAtt AccountsTable.Arn]",
            "[!GetAtt MovieTable.Arn, !GetAtt AccountsTable.Arn, !GetAtt RatingsTable.Arn]", {OURS}),
    Mistake("the function writes any log", "Resource: !GetAtt SkillLog.Arn", 'Resource: "*"', {CHECKOV, OURS}),
    Mistake("machines may take on the function's role", "{Service: lambda.amazonaws.com}", "{Service: ec2.amazonaws.com}", {OURS}),
    Mistake("every skill may ask the function", "      EventSourceToken: !Ref SkillId\n", "", {OURS}),
    Mistake("anybody may ask the function", "Principal: alexa-appkit.amazon.com", 'Principal: "*"', {OURS}),
    Mistake("the function answers every skill", "          MATINEE_SKILL_ID: !Ref SkillId\n", "", {OURS}),
    Mistake("the function's setting is misspelt", "MATINEE_SITE_URL", "MATINEE_SITE", {OURS}),
    Mistake("the function trusts a site without a certificate", "!If [HasDomain, !Sub \"https://${DomainName}\", !Ref AWS::NoValue]",
            '!Sub "https://${DomainName}"', {OURS}),
    Mistake("the skill's key is shown", "    NoEcho: true\n", "", {OURS}),
    Mistake("the skill's key stands in the template", "!If [HasSkillKey, !Ref SkillKey, !Ref AWS::NoValue]", "0123456789abcdef0123",
            {OURS}),
    Mistake("the function has more patience than Alexa", "Timeout: 8 ", "Timeout: 30 ", {OURS}),
    Mistake("the function runs on a Python that nobody mends", "Runtime: python3.11", "Runtime: python3.8", {LINT}),
    Mistake("the function is made without a skill", "    Type: AWS::Lambda::Function\n    Condition: HasSkill\n",
            "    Type: AWS::Lambda::Function\n", {LINT, OURS}),
    Mistake("the function's log is kept for ever", "-skill\"\n      RetentionInDays: 30\n", "-skill\"\n", {CHECKOV, OURS}),
    Mistake("apologies are not looked for", "\"request not answered\"", "\"answered with an apology\"", {OURS}),
    Mistake("the function's errors are another's", "Value: !Ref SkillFunction}", "Value: matinee}", {OURS}),
    # who is told
    Mistake("there is no budget", "Type: AWS::Budgets::Budget", "Type: AWS::Budgets::Budget\n    Condition: HasDomain", {OURS}),
    Mistake("the budget does not look ahead", "NotificationType: FORECASTED", "NotificationType: ACTUAL", {OURS}),
    Mistake("an alarm tells nobody", "AlarmActions: [!Ref Alarms]", "AlarmActions: []", {OURS}),
    Mistake("an alarm watches the wrong table", "Value: !Ref AccountsTable}, {Name: Operation, Value: GetItem}",
            "Value: !Ref MovieTable}, {Name: Operation, Value: GetItem}", {OURS}),
    Mistake("a broken machine stays where it is", "ec2:recover", "ec2:stop", {OURS}),
    Mistake("alarms travel in the open", "      KmsMasterKeyId: !Ref AlarmKey\n", "", {CHECKOV, OURS}),
    Mistake("other accounts write alarms", "            Action: sns:Publish\n            Resource: !Ref Alarms\n"
            "            Condition: {StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}\n",
            "            Action: sns:Publish\n            Resource: !Ref Alarms\n", {OURS}),
    # the template
    Mistake("a reference leads nowhere", "SubnetId: !Ref Subnet\n            Groups", "SubnetId: !Ref Subnets\n            Groups", {LINT}),
    Mistake("an attribute is not there", "!GetAtt Address.AllocationId", "!GetAtt Address.AllocationIds", {LINT}),
    Mistake("a property is missing", "      VpcId: !Ref Network\n      SecurityGroupIngress", "      SecurityGroupIngress", {LINT}),
    Mistake("a property is misspelt", "RetentionInDays: 30", "RetentionDays: 30", {LINT, CHECKOV}),
    Mistake("a parameter takes anything", "    AllowedPattern: ^[A-Za-z0-9][A-Za-z0-9._-]*$\n", "", {OURS}),
    Mistake("a part is in no bill", "      RetentionInDays: 30\n      Tags: [{Key: project, Value: matinee}]\n",
            "      RetentionInDays: 30\n", {OURS}),
    Mistake("a check is skipped without a reason",
            "            comment: Nothing is in the network's default group; the machine names its own.\n",
            "            comment: not needed\n", {OURS}),
]  # fmt: skip


@pytest.fixture(scope="module")
def said_by_tools(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    """Tool and name of a mistake to what was said; UNBROKEN is the template as it is."""
    _skip_without_tools()
    template = TEMPLATE.read_text()
    said: dict[tuple[str, str], list[str]] = {}
    for tool, ask in [(LINT, _of_cfn_lint), (CHECKOV, _of_checkov)]:
        folder = tmp_path_factory.mktemp(tool)
        (folder / f"{UNBROKEN}.yaml").write_text(template)
        for mistake in MISTAKES:
            if tool in mistake.by:
                (folder / f"{mistake.name}.yaml").write_text(template.replace(mistake.old, mistake.new, 1))
        for file, complaint in ask(folder):
            said.setdefault((tool, file.stem), []).append(complaint)
    return said


def _skip_without_tools() -> None:
    """In CI nothing is skipped."""
    if not (TOOLS / "checkov").exists() and not os.environ.get("CI"):
        pytest.skip("cfn-lint and checkov are not here; run `make stack-tools`")


def _of_cfn_lint(folder: Path) -> Iterator[tuple[Path, str]]:
    done = subprocess.run([TOOLS / "cfn-lint", "--format", "json", *folder.iterdir()], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    for each in json.loads(done.stdout):
        yield Path(each["Filename"]), f"{each['Rule']['Id']} {each['Message']}"


def _of_checkov(folder: Path) -> Iterator[tuple[Path, str]]:
    done = subprocess.run(
        [TOOLS / "checkov", "--directory", folder, "--framework", "cloudformation", "--skip-download", "--quiet", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert found["summary"]["parsing_errors"] == 0
    for each in found["results"]["failed_checks"]:
        yield Path(each["file_path"]), f"{each['check_id']} {each['check_name']}"


def _of_our_own(text: str) -> Iterator[str]:
    """The names of the promises that the template breaks: of every test that asks for a stack alone."""
    stack: Stack = read(text)
    for name, test in inspect.getmembers(test_stack, inspect.isfunction):
        if name.startswith("test_") and list(inspect.signature(test).parameters) == ["stack"]:
            try:
                test(stack)
            except (AssertionError, LookupError, ValueError, RecommenderError):
                yield name


def test_the_page_tells_how_many_mistakes_are_planted():
    assert f"{len(MISTAKES)} planted mistakes are caught" in (ROOT / "docs" / "aws.md").read_text()
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES)


def test_the_tools_are_installed_as_pinned_and_nothing_beside_them():
    _skip_without_tools()
    lines = (ROOT / "requirements-stack.txt").read_text().splitlines()
    pinned = dict(line.split("#")[0].strip().split("==") for line in lines if line and not line.startswith("#"))
    [packages] = (TOOLS.parent / "lib").glob("python3*/site-packages")
    found = {canonicalize_name(each.metadata["Name"]): each.version for each in distributions(path=[str(packages)])}

    assert {name: found[name] for name in found if name not in ("pip", "setuptools")} == pinned


def test_the_template_as_it_is_pleases_all_three(said_by_tools):
    assert [said for (_, name), said in said_by_tools.items() if name == UNBROKEN] == []
    assert list(_of_our_own(TEMPLATE.read_text())) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_our_own_promises_see_a_planted_mistake_that_is_theirs_to_see(mistake):
    template = TEMPLATE.read_text()
    assert mistake.old in template, "the mistake has nothing to stand on"

    broken = list(_of_our_own(template.replace(mistake.old, mistake.new, 1)))

    assert bool(broken) is (OURS in mistake.by), broken


@pytest.mark.parametrize(("tool", "name"), [(tool, mistake.name) for mistake in MISTAKES for tool in sorted(mistake.by - {OURS})])
def test_a_tool_sees_a_planted_mistake_that_is_its_to_see(tool, name, said_by_tools):
    assert said_by_tools.get((tool, name)), f"{tool} sees nothing"
