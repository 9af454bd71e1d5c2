"""Calls held against botocore's model of SageMaker, and sent.

botocore sees to types, to what is required and to unknown names; texts that do not match a pattern, words that are none of a list and texts
that are too long it leaves to Amazon to refuse, so that they are looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from recommender.errors import InvalidInputError
from recommender.sagemaker.calls import Call

if TYPE_CHECKING:
    from botocore.client import BaseClient

_SERVICE = "sagemaker"


def check(calls: list[Call]) -> None:
    """InvalidInputError, in a sentence, for the first fault of the first call that is not as the model wants it."""
    import botocore.session
    from botocore.validate import ParamValidator

    model = botocore.session.get_session().get_service_model(_SERVICE)
    for operation, parameters in calls:
        shape = model.operation_model(operation).input_shape
        for where, value, wanted in _faults(parameters, shape, operation):
            raise InvalidInputError(where, value, wanted)
        report = ParamValidator().validate(parameters, shape)
        if report.has_errors():
            raise InvalidInputError(operation, " ".join(report.generate_report().split()), "as botocore's model of SageMaker has it")


def client_in(region: str) -> BaseClient:
    """boto3's client of SageMaker there."""
    import boto3

    client: BaseClient = boto3.client(_SERVICE, region_name=region)
    return client


def send(calls: list[Call], client: Any) -> list[str]:
    """Make the calls, one after the other; the ARN of everything made. StorageError, in words, for the first that is refused."""
    from botocore.exceptions import BotoCoreError, ClientError

    from recommender.storage.amazon.faults import fault_of

    made: list[str] = []
    for operation, parameters in calls:
        try:
            answer = getattr(client, _snake(operation))(**parameters)
        except (BotoCoreError, ClientError) as error:
            fault = fault_of(error)
            if fault is None:
                raise
            so_far = f", after {', '.join(made)} were made" if made else ""
            raise fault.in_words(f"{operation} of SageMaker{so_far}") from error
        made += [value for name, value in answer.items() if name.endswith("Arn")]
    return made


def _snake(operation: str) -> str:
    """The name of the client's method."""
    from botocore import xform_name

    return str(xform_name(operation))


def _faults(value: Any, shape: Any, where: str) -> Iterator[tuple[str, Any, str]]:
    """Where, the value met and what would be right, of every text that the model would not take."""
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            for name, inner in value.items():
                if name in shape.members:
                    yield from _faults(inner, shape.members[name], f"{where}.{name}")
        case "list" if isinstance(value, list):
            for at, inner in enumerate(value):
                yield from _faults(inner, shape.member, f"{where}[{at}]")
        case "map" if isinstance(value, dict):
            for name, inner in value.items():
                yield from _faults(name, shape.key, f"{where}, the name {name},")
                yield from _faults(inner, shape.value, f"{where}.{name}")
        case "string" if isinstance(value, str):
            least, most, pattern = (shape.metadata.get(name) for name in ("min", "max", "pattern"))
            if shape.enum and value not in shape.enum:
                yield where, value, "one of Amazon's words for it" if len(shape.enum) > 12 else " or ".join(shape.enum)
            elif len(value) < (least or 0) or (most and len(value) > most):
                yield where, value, f"{least or 0} to {most} letters long"
            elif pattern and not _matches(pattern, value):
                yield where, value, f"as {pattern} says"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # some are written in Java's way
        return True
