"""The stack's template, read: CloudFormation's YAML as plain dicts, and its policies as documents without anything left to fill in by AWS.

`python -m tests.deploy.stack` writes deploy/aws/policies anew (`make policies`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "deploy" / "aws" / "template.yaml"
POLICIES = ROOT / "deploy" / "aws" / "policies"

# What an operator fills in who makes the roles by hand.
BY_HAND = {"AWS::Partition": "aws", "AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT", "AWS::StackName": "matinee", "Bucket": "BUCKET"}


class _Loader(yaml.CSafeLoader):
    """!Ref X is {"Ref": "X"}, !Sub text is {"Fn::Sub": text}, !GetAtt A.B is {"Fn::GetAtt": ["A", "B"]}, as in the long form."""


def _short_form(loader: yaml.CSafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt":
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _short_form)


@dataclass(frozen=True)
class Stack:
    """A template as it was read. text: as it was written."""

    text: str
    template: dict[str, Any]

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return self.template["Parameters"]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        return self.template["Resources"]

    def properties(self, name: str) -> dict[str, Any]:
        return self.resources[name]["Properties"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Name to properties of every resource of the type, such as AWS::S3::Bucket."""
        return {name: resource["Properties"] for name, resource in self.resources.items() if resource["Type"] == kind}

    def filled_in(self, value: Any) -> Any:
        """The value with every reference replaced by parameters' defaults and by what BY_HAND says.

        What a text calls by a name of its own stands in it in capitals.
        """
        if isinstance(value, list):
            return [self.filled_in(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "Ref" in value:
            return self._named(value["Ref"])
        if "Fn::GetAtt" in value:
            return self._attribute(*value["Fn::GetAtt"])
        if "Fn::Sub" in value:
            text, own_names = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})
            return re.sub(
                r"\$\{(!?)([^}]+)\}", lambda found: found[2].upper() if found[2] in own_names else self._substitute(*found.groups()), text
            )
        return {name: self.filled_in(each) for name, each in value.items()}

    def _substitute(self, literal: str, name: str) -> str:
        if literal:
            return f"${{{name}}}"
        return self._attribute(*name.split(".")) if "." in name else self._named(name)

    def _named(self, name: str) -> str:
        if name in BY_HAND:
            return BY_HAND[name]
        if name in self.parameters:
            return str(self.parameters[name].get("Default", name))
        if self.resources[name]["Type"] == "AWS::DynamoDB::Table":
            return str(self.filled_in(self.properties(name)["TableName"]))
        if self.resources[name]["Type"] == "AWS::SNS::Topic":
            return f"arn:aws:sns:REGION:ACCOUNT:{name}"  # whose name AWS makes up
        return name

    def _attribute(self, name: str, attribute: str) -> str:
        places = {
            "AWS::S3::Bucket": "arn:aws:s3:::{}",
            "AWS::DynamoDB::Table": "arn:aws:dynamodb:REGION:ACCOUNT:table/{}",
            "AWS::IAM::Role": "arn:aws:iam::ACCOUNT:role/{}",
            "AWS::Logs::LogGroup": "arn:aws:logs:REGION:ACCOUNT:log-group:{}:*",
        }
        assert attribute == "Arn", f"{name}.{attribute} is nothing that a policy or the machine asks for"
        return places[self.resources[name]["Type"]].format(self._named(name))

    def policies(self) -> dict[str, dict[str, Any]]:
        """Name of a file to policy document, of every policy there is, those of trust included."""
        documents = {
            "bucket": self.properties("BucketPolicy")["PolicyDocument"],
            "may-train": self.properties("MayTrain")["PolicyDocument"],
            "alarm-topic": self.properties("AlarmsPolicy")["PolicyDocument"],
            "alarm-key": self.properties("AlarmKey")["KeyPolicy"],
        }
        for name, role in self.of_type("AWS::IAM::Role").items():
            documents[f"trust-of-{name}"] = role["AssumeRolePolicyDocument"]
            documents |= {policy["PolicyName"]: policy["PolicyDocument"] for policy in role["Policies"]}
        return {name: self.filled_in(document) for name, document in documents.items()}


def read(text: str) -> Stack:
    """The stack of a template's text."""
    return Stack(text, yaml.load(text, _Loader))


def documents(stack: Stack) -> dict[Path, str]:
    """File to what must stand in it, of every policy."""
    return {POLICIES / f"{name}.json": json.dumps(document, indent=2) + "\n" for name, document in stack.policies().items()}


if __name__ == "__main__":
    POLICIES.mkdir(exist_ok=True)
    for old in POLICIES.glob("*.json"):
        old.unlink()
    for file, text in documents(read(TEMPLATE.read_text())).items():
        file.write_text(text)
        print(file.relative_to(ROOT))
