"""The kernels in C. Each is absent where it could not be built: then the same work is done by numpy and scipy, to the same bits.

MATINEE_KERNELS=plain in the environment leaves them out; MATINEE_KERNELS=generic, avx2, avx512 or vnni keeps them to what such a
processor can do, so that every way through them is tested on one machine.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

VARIABLE = "MATINEE_KERNELS"
PLAIN = "plain"


def kernel(name: str) -> ModuleType | None:
    """The kernel of that name, such as "fold_in"; None where it is not built, or not wanted."""
    if os.environ.get(VARIABLE) == PLAIN:
        return None
    try:
        return import_module(f"{__name__}._{name}")
    except ImportError:
        return None
