"""What the stack on AWS promises, asked of the template itself: an emulator would accept these settings and ignore them.

A test that takes nothing but `stack` is a promise; test_planted_mistakes.py asks it of broken templates too.
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from recommender.settings import read_settings
from tests.deploy.stack import POLICIES, ROOT, TEMPLATE, Stack, documents, read

TABLES = ["MovieTable", "RatingsTable", "AccountsTable"]
ARN = "arn:aws:dynamodb:REGION:ACCOUNT:table/"
MOVIE, RATINGS, ACCOUNTS = f"{ARN}movie", f"{ARN}movie-ratings", f"{ARN}movie-accounts"

# Actions that know no resource, so that * is the narrowest there is. PutMetricData is held to one namespace.
WITHOUT_A_RESOURCE = {
    "cloudwatch:PutMetricData",
    *(f"ssmmessages:{action}" for action in ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")),
    *(
        f"ec2messages:{action}"
        for action in ("AcknowledgeMessage", "DeleteMessage", "FailMessage", "GetEndpoint", "GetMessages", "SendReply")
    ),
}
# Neither has tags on AWS, or they hang on something that has.
WITHOUT_TAGS = {
    "AWS::S3::BucketPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::InstanceProfile",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::EIPAssociation",
    "AWS::EC2::Instance",
    "AWS::SNS::TopicPolicy",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
}
OF_THE_SKILL = {"SkillRole", "SkillFunction", "AlexaAsksTheFunction", "SkillLog", "SkillApologies", "SkillSpeechless"}


@pytest.fixture(scope="module")
def stack() -> Stack:
    return read(TEMPLATE.read_text())


def _statements(stack: Stack, policy: str) -> list[dict[str, Any]]:
    return stack.policies()[policy]["Statement"]


def _several(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _rights(stack: Stack, policy: str) -> dict[str, set[str]]:
    """Resource to the actions that a policy allows on it."""
    rights: dict[str, set[str]] = {}
    for statement in _statements(stack, policy):
        assert statement["Effect"] == "Allow"
        for resource in _several(statement["Resource"]):
            rights.setdefault(resource, set()).update(_several(statement["Action"]))
    return rights


def _on_tables(stack: Stack, policy: str) -> dict[str, set[str]]:
    return {
        resource: {action.removeprefix("dynamodb:") for action in actions}
        for resource, actions in _rights(stack, policy).items()
        if any(action.startswith("dynamodb:") for action in actions)
    }


# What is kept


def test_the_bucket_is_closed_to_the_public(stack):
    bucket = stack.properties("Bucket")

    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "AccessControl" not in bucket


def test_the_bucket_keeps_old_versions_for_a_month_and_broken_uploads_for_two_days(stack):
    bucket = stack.properties("Bucket")
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(rule["Status"] == "Enabled" for rule in rules.values())
    assert all("ExpirationInDays" not in rule and "ExpirationDate" not in rule for rule in rules.values()), "nothing current may expire"
    assert rules["old-versions-go-after-a-month"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rules["uploads-that-broke-off-go-after-two-days"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}


def test_the_bucket_is_encrypted(stack):
    rules = stack.properties("Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rules == [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]


def test_the_bucket_speaks_tls_alone(stack):
    assert stack.properties("BucketPolicy")["Bucket"] == {"Ref": "Bucket"}
    assert _statements(stack, "bucket") == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_what_people_gave_outlives_the_stack(stack):
    for name in ["Bucket", "BucketPolicy", *TABLES]:
        assert stack.resources[name].get("DeletionPolicy") == "Retain", name
        assert stack.resources[name].get("UpdateReplacePolicy") == "Retain", name


def test_the_tables_have_the_names_and_keys_that_the_store_opens(stack):
    def keys(name: str) -> list[tuple[str, str, str]]:
        table = stack.properties(name)
        types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
        return [(key["AttributeName"], types[key["AttributeName"]], key["KeyType"]) for key in table["KeySchema"]]

    assert stack.parameters["Table"]["Default"] == "movie"
    assert {stack.filled_in(stack.properties(name)["TableName"]): keys(name) for name in stack.of_type("AWS::DynamoDB::Table")} == {
        "movie": [("userID", "N", "HASH")],
        "movie-ratings": [("userID", "N", "HASH"), ("movieID", "N", "RANGE")],
        "movie-accounts": [("key", "S", "HASH")],
    }


def test_a_table_can_be_put_back_to_any_second_is_encrypted_and_not_deleted_by_mistake(stack):
    for name in TABLES:
        table = stack.properties(name)
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}, name
        assert table["DeletionProtectionEnabled"] is True, name


def test_a_table_is_paid_by_use_and_has_a_fuse_for_money(stack):
    for table in stack.of_type("AWS::DynamoDB::Table").values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": {"Ref": "MostReads"}, "MaxWriteRequestUnits": {"Ref": "MostWrites"}}
    # As the descriptions of both say: units a second x seconds of a day x dollars for a million units.
    for parameter, price in [("MostReads", 0.125), ("MostWrites", 0.625)]:
        a_day = stack.parameters[parameter]["Default"] * 86_400 * price / 1e6
        assert f"{a_day:.2f} USD a day" in stack.parameters[parameter]["Description"]


def test_no_record_is_deleted_by_time(stack):
    for name, table in stack.of_type("AWS::DynamoDB::Table").items():
        assert "TimeToLiveSpecification" not in table, f"{name}: a revision that restarts lets an old list match again"


# Who may do what


def test_nothing_is_allowed_by_a_wildcard_of_actions(stack):
    for name, document in stack.policies().items():
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                assert "NotAction" not in statement, name
                for action in _several(statement["Action"]):
                    assert "*" not in action, f"{name} allows {action}"


def test_every_resource_is_named_where_aws_knows_resources(stack):
    for name, document in stack.policies().items():
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow" and "Resource" in statement and statement["Resource"] == "*" and name != "alarm-key":
                assert set(_several(statement["Action"])) <= WITHOUT_A_RESOURCE, f"{name}: {statement['Sid']}"


def test_the_site_reads_and_writes_what_it_needs_of_each_table_and_scans_none(stack):
    assert _on_tables(stack, "web") == {
        MOVIE: {"GetItem", "PutItem", "UpdateItem", "DescribeTable"},
        RATINGS: {"Query", "UpdateItem", "DeleteItem", "BatchWriteItem", "DescribeTable"},
        ACCOUNTS: {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem", "DescribeTable"},
    }
    assert _on_tables(stack, "machine") == _on_tables(stack, "may-train") == {}


def test_the_site_reads_models_and_the_release_and_writes_only_what_people_and_programs_bring(stack):
    of_bucket = {
        resource: actions
        for policy in ("web", "machine", "may-train")
        for resource, actions in _rights(stack, policy).items()
        if resource.startswith("arn:aws:s3:::")
    }

    assert of_bucket == {
        "arn:aws:s3:::BUCKET/matinee/*": {"s3:GetObject"},
        "arn:aws:s3:::BUCKET/matinee/imports/*": {"s3:PutObject", "s3:DeleteObject"},
        "arn:aws:s3:::BUCKET/matinee/import-drafts/*": {"s3:PutObject", "s3:DeleteObject"},
        "arn:aws:s3:::BUCKET/matinee/events/*": {"s3:PutObject", "s3:DeleteObject"},
        "arn:aws:s3:::BUCKET/matinee/personalize/resources.json": {"s3:PutObject"},
        "arn:aws:s3:::BUCKET/matinee/personalize/live/*": {"s3:PutObject", "s3:DeleteObject"},
        "arn:aws:s3:::BUCKET/matinee/personalize/asks/*": {"s3:PutObject"},
        "arn:aws:s3:::BUCKET/matinee/personalize/signed/*": {"s3:PutObject", "s3:DeleteObject"},
        "arn:aws:s3:::BUCKET/release/*": {"s3:GetObject"},
        "arn:aws:s3:::BUCKET": {"s3:ListBucket"},
    }


def test_the_trainer_reads_and_writes_every_table_and_models_and_has_no_right_beside(stack):
    moving_house = {"PutItem", "BatchWriteItem"}

    assert _on_tables(stack, "trainer") == {
        MOVIE: {"GetItem", "BatchGetItem", "Scan", "UpdateItem", "DescribeTable", *moving_house},
        ACCOUNTS: {"GetItem", "Scan", "UpdateItem", "DeleteItem", "ConditionCheckItem", "DescribeTable", *moving_house},
        RATINGS: {"Query", "Scan", "DescribeTable", *moving_house},
    }
    assert {resource: actions for resource, actions in _rights(stack, "trainer").items() if resource.startswith("arn:aws:s3:::")} == {
        "arn:aws:s3:::BUCKET/matinee/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"},
        "arn:aws:s3:::BUCKET/data/*": {"s3:GetObject"},
        "arn:aws:s3:::BUCKET": {"s3:ListBucket"},
    }


def test_names_are_listed_by_prefix_and_what_is_missing_is_told_from_what_is_forbidden(stack):
    # IfExists: a GetObject brings no prefix, and without a right to list S3 calls a missing object forbidden.
    for policy, prefixes in [("web", "matinee/*"), ("trainer", ["matinee/*", "data/*"])]:
        [listing] = [each for each in _statements(stack, policy) if each["Action"] == "s3:ListBucket"]
        assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": prefixes}}, policy


def test_the_machine_writes_its_own_log_and_numbers_alone(stack):
    machine = {statement["Sid"]: statement for statement in _statements(stack, "machine")}

    assert machine["LogOfTheInstallation"]["Resource"] == "arn:aws:logs:REGION:ACCOUNT:log-group:LogGroup:*"
    assert set(machine["LogOfTheInstallation"]["Action"]) == {"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}
    assert machine["DiskAndMemory"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Matinee"}}


def test_a_role_is_taken_on_by_one_party_each(stack):
    assert {name: stack.policies()[f"trust-of-{name}"]["Statement"] for name in stack.of_type("AWS::IAM::Role")} == {
        "WebRole": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
        "TrainerRole": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:role/WebRole"}, "Action": "sts:AssumeRole"}],
        "SkillRole": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    assert _rights(stack, "may-train") == {"arn:aws:iam::ACCOUNT:role/TrainerRole": {"sts:AssumeRole"}}
    assert stack.properties("MayTrain")["Roles"] == stack.properties("MachineProfile")["Roles"] == [{"Ref": "WebRole"}]


def test_every_right_is_one_of_the_templates_own_policies(stack):
    for role in stack.of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role
    assert set(stack.of_type("AWS::IAM::Policy")) == {"MayTrain"}
    assert not stack.of_type("AWS::IAM::User")
    assert not stack.of_type("AWS::IAM::ManagedPolicy")


# The machine


def test_the_machine_gives_its_roles_to_nobody_who_only_makes_it_fetch_an_address(stack):
    plan = stack.properties("MachinePlan")["LaunchTemplateData"]

    assert plan["MetadataOptions"] == {
        "HttpEndpoint": "enabled",
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
        "InstanceMetadataTags": "disabled",
    }
    assert stack.properties("Machine") == {
        "LaunchTemplate": {"LaunchTemplateId": {"Ref": "MachinePlan"}, "Version": {"Fn::GetAtt": ["MachinePlan", "LatestVersionNumber"]}}
    }


def test_the_disk_is_encrypted(stack):
    [disk] = stack.properties("MachinePlan")["LaunchTemplateData"]["BlockDeviceMappings"]

    assert disk["Ebs"] == {"VolumeType": "gp3", "VolumeSize": {"Ref": "DiskSize"}, "Encrypted": True, "DeleteOnTermination": True}


def test_the_machine_is_a_small_graviton_that_cannot_become_dear_by_itself(stack):
    assert stack.parameters["MachineType"]["Default"] == "t4g.small"
    assert all(each.startswith("t4g.") for each in stack.parameters["MachineType"]["AllowedValues"])
    assert stack.parameters["CpuCredits"]["Default"] == "standard"
    assert stack.parameters["Image"]["Default"].endswith("/arm64")


def test_the_site_alone_is_open_and_there_is_no_door_for_ssh(stack):
    firewall = stack.properties("Firewall")

    def ports(rules: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
        return [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in rules]

    assert ports(firewall["SecurityGroupIngress"]) == [("tcp", 80, 80), ("tcp", 443, 443)]
    assert ports(firewall["SecurityGroupEgress"]) == [("tcp", 80, 80), ("tcp", 443, 443)]
    assert list(stack.of_type("AWS::EC2::SecurityGroup")) == ["Firewall"]
    assert not stack.of_type("AWS::EC2::SecurityGroupIngress")
    plan = stack.properties("MachinePlan")["LaunchTemplateData"]
    assert plan["NetworkInterfaces"][0]["Groups"] == [{"Ref": "Firewall"}]
    assert "KeyName" not in plan


def test_the_machine_starts_when_it_may_do_everything_and_has_a_way_out(stack):
    assert set(stack.resources["Machine"]["DependsOn"]) == {"WayOut", "RoutesOfSubnet", "MayTrain"}


def _first_boot(stack: Stack) -> str:
    return stack.filled_in(stack.properties("MachinePlan")["LaunchTemplateData"]["UserData"]["Fn::Base64"])


def _written_at_first_boot(stack: Stack) -> dict[str, str]:
    return dict(re.findall(r"^(?:cat >|tee )(\S+)(?: >/dev/null)? <<'END'\n(.*?)^END$", _first_boot(stack), re.MULTILINE | re.DOTALL))


def test_the_machines_settings_are_settings_that_matinee_knows(stack):
    lines = _written_at_first_boot(stack)["/etc/matinee/matinee.env"].splitlines()
    environment = dict(line.split("=", 1) for line in lines)
    settings = read_settings(environment)

    assert settings.profiles_url == "dynamodb://movie"
    assert settings.blobs_url == "s3://BUCKET/matinee"
    assert settings.data == "s3://BUCKET/data/ml-latest-small"
    assert settings.behind_proxy is True
    for kept in (settings.cache_folder, settings.secret_file, settings.operator_file):
        assert kept.startswith("/var/lib/matinee/")
    assert environment["AWS_REGION"] == "REGION"


def test_training_takes_on_the_trainers_role_by_way_of_the_machines(stack):
    written = _written_at_first_boot(stack)
    profile = configparser.ConfigParser()
    profile.read_string(written["/etc/matinee/trainer.ini"])

    assert dict(profile["profile trainer"]) == {
        "role_arn": "arn:aws:iam::ACCOUNT:role/TrainerRole",
        "credential_source": "Ec2InstanceMetadata",
        "region": "REGION",
    }
    [unit] = [text for file, text in written.items() if file.endswith("/role.conf")]
    assert unit == "[Service]\nEnvironment=AWS_CONFIG_FILE=/etc/matinee/trainer.ini AWS_PROFILE=trainer\n"


def test_what_the_machine_runs_can_be_run(stack):
    for text in (_first_boot(stack), _written_at_first_boot(stack)["/usr/local/sbin/matinee-release"]):
        parsed = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
        assert (parsed.returncode, parsed.stderr) == (0, "")
        assert text.startswith("#!/bin/bash\n")
        assert "\nset -euo pipefail\n" in text
        assert "${" not in text.replace("${aws:InstanceId}", ""), "CloudFormation would take this for a name of its own"


def test_the_first_boot_calls_the_installation_as_it_is_called(stack):
    # install.sh keeps settings that are there, and asks for the site's name alone.
    release = _written_at_first_boot(stack)["/usr/local/sbin/matinee-release"]

    assert release.endswith('"$folder/deploy/install.sh" "HOST"\n')
    assert "\nadd awscli certbot curl gcc libc6-dev nginx openssl python3-dev python3-venv\n" in _first_boot(stack)


def test_disk_and_memory_are_watched_under_the_names_that_their_alarms_ask_for(stack):
    agent = json.loads(_written_at_first_boot(stack)["/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"])
    metrics = agent["metrics"]["metrics_collected"]
    sent = {f"{part}_{measurement}" for part, what in metrics.items() for measurement in what["measurement"]}
    asked = {each["MetricName"] for each in stack.of_type("AWS::CloudWatch::Alarm").values() if each.get("Namespace") == "Matinee"}

    assert agent["metrics"]["namespace"] == "Matinee"
    assert sent == asked == {"disk_used_percent", "mem_used_percent"}
    assert {each["Name"] for each in stack.properties("DiskFull")["Dimensions"]} == {"InstanceId", "path", "fstype"}


# The Echo's function


def test_the_function_reads_single_records_and_writes_its_own_log_and_has_no_right_beside(stack):
    assert _rights(stack, "skill") == {
        MOVIE: {"dynamodb:GetItem"},
        ACCOUNTS: {"dynamodb:GetItem"},
        "arn:aws:logs:REGION:ACCOUNT:log-group:SkillLog:*": {"logs:CreateLogStream", "logs:PutLogEvents"},
    }
    assert stack.properties("SkillFunction")["Role"] == {"Fn::GetAtt": ["SkillRole", "Arn"]}
    assert [policy["PolicyName"] for policy in stack.properties("SkillRole")["Policies"]] == ["skill"]


def test_the_skill_alone_may_ask_the_function(stack):
    assert stack.of_type("AWS::Lambda::Permission") == {
        "AlexaAsksTheFunction": {
            "FunctionName": {"Ref": "SkillFunction"},
            "Action": "lambda:InvokeFunction",
            "Principal": "alexa-appkit.amazon.com",
            "EventSourceToken": {"Ref": "SkillId"},
        }
    }
    assert not stack.of_type("AWS::Lambda::Url")


def test_the_functions_settings_are_settings_that_matinee_knows(stack):
    given = stack.properties("SkillFunction")["Environment"]["Variables"]

    assert read_settings(dict.fromkeys(given, "x"))
    assert stack.filled_in(given["MATINEE_PROFILES_URL"]) == "dynamodb://movie"
    assert given["MATINEE_SKILL_ID"] == {"Ref": "SkillId"}
    assert given["MATINEE_SKILL_KEY"] == {"Fn::If": ["HasSkillKey", {"Ref": "SkillKey"}, {"Ref": "AWS::NoValue"}]}
    # Under a name of its own alone has the site a certificate that the function trusts.
    assert given["MATINEE_SITE_URL"] == {"Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Ref": "AWS::NoValue"}]}


def test_the_skills_key_is_shown_to_nobody_who_reads_the_stack(stack):
    assert stack.parameters["SkillKey"]["NoEcho"] is True
    assert [output for output in stack.template["Outputs"].values() if "SkillKey" in str(output)] == []


def test_the_function_has_the_time_that_alexa_waits_and_a_machine_that_is_quick_enough(stack):
    function = stack.properties("SkillFunction")

    assert function["Timeout"] == 8
    assert 256 <= function["MemorySize"] <= 512
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == "alexa_skill.on_lambda.lambda_handler"
    assert function["Code"] == {"S3Bucket": {"Ref": "Bucket"}, "S3Key": "release/matinee-skill.zip"}


def test_the_functions_log_is_its_own_and_kept_for_a_month(stack):
    log = stack.properties("SkillLog")

    assert log["RetentionInDays"] == 30
    assert log["LogGroupName"] == {"Fn::Sub": "/aws/lambda/${AWS::StackName}-skill"}
    assert stack.properties("SkillFunction")["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-skill"}
    assert stack.properties("SkillFunction")["LoggingConfig"] == {"LogGroup": {"Ref": "SkillLog"}}


def test_apologies_of_the_echo_and_errors_of_its_function_are_told(stack):
    told = stack.properties("SkillApologies")
    metrics = [each["MetricStat"]["Metric"] for each in stack.properties("SkillSpeechless")["Metrics"] if "MetricStat" in each]

    assert told["LogGroupName"] == {"Ref": "SkillLog"}
    [counted] = told["MetricTransformations"]
    assert metrics == [
        {"Namespace": counted["MetricNamespace"], "MetricName": counted["MetricName"]},
        {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "SkillFunction"}}]},
    ]
    # What is looked for is what the skill writes when it has to apologise.
    words = re.findall(r'"([^"]+)"', told["FilterPattern"])
    written = "".join((ROOT / "alexa_skill" / file).read_text() for file in ("guard.py", "site.py", "remote.py", "deadline.py"))
    assert len(words) == 3
    assert all(f'("{each}' in written for each in words)


# Who is told


def test_every_alarm_tells_the_topic_both_ways(stack):
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
        assert {"Ref": "Alarms"} in alarm["AlarmActions"], name
        assert alarm["OKActions"] == [{"Ref": "Alarms"}], name
        assert alarm.get("ActionsEnabled", True) is True, name


def test_there_is_an_alarm_for_each_thing_that_breaks(stack):
    about_tables: dict[str, set[str]] = {}
    about_the_machine = set()
    for alarm in stack.of_type("AWS::CloudWatch::Alarm").values():
        for metric in [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]:
            if metric["Namespace"] != "AWS/DynamoDB":
                continue
            table = next(each["Value"]["Ref"] for each in metric["Dimensions"] if each["Name"] == "TableName")
            about_tables.setdefault(table, set()).add(metric["MetricName"])
        if "MetricName" in alarm:
            assert {"Name": "InstanceId", "Value": {"Ref": "Machine"}} in alarm["Dimensions"]
            about_the_machine.add(alarm["MetricName"])

    assert about_tables == {name: {"ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors"} for name in TABLES}
    assert about_the_machine == {
        "StatusCheckFailed_System",
        "StatusCheckFailed_Instance",
        "CPUCreditBalance",
        "disk_used_percent",
        "mem_used_percent",
    }


def test_an_alarm_of_a_table_asks_for_that_table_and_for_calls_that_the_site_makes(stack):
    for name, table in [("Movie", MOVIE), ("Ratings", RATINGS), ("Accounts", ACCOUNTS)]:
        for alarm, n_operations in [(f"{name}Throttled", 0), (f"{name}InError", 2)]:
            dimensions = [
                (each["Name"], each["Value"])
                for metric in stack.properties(alarm)["Metrics"]
                if "MetricStat" in metric
                for each in metric["MetricStat"]["Metric"]["Dimensions"]
            ]
            operations = {value for dimension, value in dimensions if dimension == "Operation"}
            assert [value for dimension, value in dimensions if dimension == "TableName"] == [{"Ref": f"{name}Table"}] * 2, alarm
            assert len(operations) == n_operations
            assert operations <= _on_tables(stack, "web")[table]


def test_a_machine_on_broken_hardware_is_moved_and_one_that_is_stuck_is_started_anew(stack):
    actions = {name: stack.filled_in(stack.properties(name)["AlarmActions"]) for name in ("MachineBroken", "MachineStuck")}

    assert actions == {
        "MachineBroken": ["arn:aws:sns:REGION:ACCOUNT:Alarms", "arn:aws:automate:REGION:ec2:recover"],
        "MachineStuck": ["arn:aws:sns:REGION:ACCOUNT:Alarms", "arn:aws:automate:REGION:ec2:reboot"],
    }


def test_alarms_are_encrypted_and_only_alarms_of_this_account_use_topic_and_key(stack):
    alarms = {"Service": "cloudwatch.amazonaws.com"}
    this_account = {"StringEquals": {"aws:SourceAccount": "ACCOUNT"}}
    [publishing] = _statements(stack, "alarm-topic")
    [administering, encrypting] = _statements(stack, "alarm-key")

    assert stack.properties("Alarms")["KmsMasterKeyId"] == {"Ref": "AlarmKey"}
    assert stack.properties("Alarms")["Subscription"] == [{"Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}]
    assert (publishing["Principal"], publishing["Action"], publishing["Condition"]) == (alarms, "sns:Publish", this_account)
    assert administering["Principal"] == {"AWS": "arn:aws:iam::ACCOUNT:root"}
    assert not {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} & set(administering["Action"])
    assert (encrypting["Principal"], encrypting["Condition"]) == (alarms, this_account)
    assert set(encrypting["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert stack.properties("AlarmKey")["EnableKeyRotation"] is True


def test_the_budget_tells_of_money_spent_and_of_money_that_will_be(stack):
    [budget] = stack.of_type("AWS::Budgets::Budget").values()

    assert budget["Budget"]["BudgetLimit"] == {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"}
    assert (budget["Budget"]["BudgetType"], budget["Budget"]["TimeUnit"]) == ("COST", "MONTHLY")
    assert "CostFilters" not in budget["Budget"], "a budget by tag is blind until the tag is activated"
    told = [
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"]) for each in budget["NotificationsWithSubscribers"]
    ]
    assert told == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    for each in budget["NotificationsWithSubscribers"]:
        assert each["Notification"]["ComparisonOperator"] == "GREATER_THAN"
        assert each["Subscribers"] == [{"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmEmail"}}]


# The template as something to read and to fill in


def test_everything_that_can_bear_a_tag_is_found_in_the_bill(stack):
    tag = {"Key": "project", "Value": "matinee"}
    for name, resource in stack.resources.items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::EC2::LaunchTemplate":
            tagged = {each["ResourceType"] for each in properties["LaunchTemplateData"]["TagSpecifications"] if tag in each["Tags"]}
            assert tagged == {"instance", "volume"}
        elif resource["Type"] not in WITHOUT_TAGS:
            assert tag in properties.get("Tags", properties.get("ResourceTags", [])), name


def test_every_parameter_explains_itself_stands_in_one_group_and_refuses_nonsense(stack):
    interface = stack.template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(stack.parameters) == sorted(interface["ParameterLabels"])
    for name, parameter in stack.parameters.items():
        assert parameter["Description"].endswith("."), name
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & parameter.keys() or name == "Image", f"{name} takes anything"
        assert "ConstraintDescription" in parameter or "AllowedPattern" not in parameter, name


def test_an_address_for_alarms_is_all_that_must_be_said(stack):
    assert [name for name, parameter in stack.parameters.items() if "Default" not in parameter] == ["AlarmEmail"]
    for name, parameter in stack.parameters.items():
        if "AllowedPattern" in parameter and "Default" in parameter:
            assert re.search(parameter["AllowedPattern"], parameter["Default"]) or parameter["Default"] == "", name


@pytest.mark.parametrize(
    ("parameter", "value", "fits"),
    [
        ("DomainName", "films.example.org", True),
        ("DomainName", "https://films.example.org", False),
        ("DomainName", "films.example.org; reboot", False),
        ("DomainName", "localhost", False),
        ("DataSet", "ml-25m", True),
        ("DataSet", "../release", False),
        ("DataSet", "a b", False),
        ("Table", "movie", True),
        ("Table", "mo vie", False),
        ("SkillId", "amzn1.ask.skill.12345678-1234-1234-1234-123456789abc", True),
        ("SkillId", "movie", False),
        ("SkillKey", "k" * 43, True),
        ("SkillKey", "movie", False),
        ("AlarmEmail", "somebody@example.org", True),
        ("AlarmEmail", "somebody", False),
    ],
)
def test_a_value_that_would_break_the_machine_is_refused_before_anything_is_made(stack, parameter, value, fits):
    assert bool(re.search(stack.parameters[parameter]["AllowedPattern"], value)) is fits


def test_the_skills_parts_alone_are_left_out_and_only_where_there_is_no_skill(stack):
    assert {name: resource["Condition"] for name, resource in stack.resources.items() if "Condition" in resource} == dict.fromkeys(
        OF_THE_SKILL, "HasSkill"
    )
    assert stack.template["Conditions"]["HasSkill"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SkillId"}, ""]}]}
    assert stack.parameters["SkillId"]["Default"] == ""


def test_the_outputs_say_where_the_site_the_bucket_and_the_tables_are(stack):
    assert set(stack.template["Outputs"]) == {"Site", "Address", "Bucket", "Tables", "Machine", "TrainerRole", "SkillFunction"}
    assert stack.template["Outputs"]["SkillFunction"]["Condition"] == "HasSkill"
    assert all(output["Description"].endswith(".") for output in stack.template["Outputs"].values())


def test_every_check_that_is_skipped_has_its_reason_beside_it(stack):
    for name, resource in stack.resources.items():
        for tool, skipped in resource.get("Metadata", {}).items():
            assert tool == "checkov", f"{name}: {tool} is not asked to skip anything"
            for each in skipped["skip"]:
                assert len(each["comment"].split()) > 8, f"{name}: {each['id']}"
                assert each["comment"].endswith("."), f"{name}: {each['id']}"


def test_cloudformation_can_read_the_file_since_no_part_of_it_is_an_alias(stack):
    assert not [event for event in yaml.parse(stack.text, yaml.CSafeLoader) if isinstance(event, yaml.AliasEvent)]


def test_the_policies_to_be_read_are_those_of_the_template():
    wanted = documents(read(TEMPLATE.read_text()))

    assert {file: file.read_text() for file in POLICIES.glob("*.json")} == wanted, "make policies writes them anew"


def test_there_is_no_policy_beside_those_of_the_template():
    assert [file.name for file in Path(TEMPLATE).parent.iterdir() if file.suffix == ".json"] == []
