"""What Lambda starts: everything the skill needs is imported here, since Lambda gives its whole processor to that alone.

A person waits for it whenever Lambda takes one more machine, so it is made as light as it can be.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType

import ask_sdk_model

__all__ = ["lambda_handler"]

SERVICES = "ask_sdk_model.services"


def _without_services() -> ModuleType:
    """Amazon's package of clients, without the clients: they take a fifth of the start, and the skill asks none of Amazon's services.

    The SDK takes three names from it, of which it calls the last only where it was given something to ask with.
    """
    package = ModuleType(SERVICES)
    package.__path__ = [f"{place}/services" for place in ask_sdk_model.__path__]
    sys.modules[SERVICES] = package
    for module, name in (("serializer", "Serializer"), ("api_configuration", "ApiConfiguration")):
        setattr(package, name, getattr(import_module(f"{SERVICES}.{module}"), name))
    package.ServiceClientFactory = None  # type: ignore[attr-defined]
    return package


gc.disable()  # modules leave nothing behind to be collected: looking for it would take a tenth of the start
_without_services()

from alexa_skill import lambda_function, remote  # noqa: E402
from alexa_skill.speech import en_us  # noqa: E402
from recommender.storage.profiles import dynamodb_list  # noqa: E402

AT_THE_FIRST_REQUEST = (remote, en_us, dynamodb_list)  # are asked for by name, and are here by then

gc.freeze()  # and what is here stays
gc.enable()

lambda_handler = lambda_function.lambda_handler
