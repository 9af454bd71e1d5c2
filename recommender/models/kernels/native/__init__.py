"""The kernels in C. Each is absent where it could not be built: then the same work is done by numpy and scipy, to the same bits.

MATINEE_KERNELS=plain in the environment leaves them out; MATINEE_KERNELS=generic, avx2, avx512 or vnni keeps them to what such a
processor can do, so that every way through them is tested on one machine.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

VARIABLE = "MATINEE_KERNELS"
PLAIN, WIDEST = "plain", "widest"
INSTRUCTIONS = ("generic", "avx2", "avx512", "vnni")  # in the order of kernel.h, from the narrowest up
NAMES = ("neighbours", "fold_in", "per_film")
WANTING = "a C compiler and the headers of Python (on Debian: apt-get install gcc libc6-dev python3-dev)"


def kernel(name: str) -> ModuleType | None:
    """The kernel of that name, such as "fold_in"; None where it is not built, or not wanted."""
    if os.environ.get(VARIABLE) == PLAIN:
        return None
    try:
        return import_module(f"{__name__}._{name}")
    except ImportError:
        return None


def missing() -> list[str]:
    """Those that are not built here, or not wanted."""
    return [name for name in NAMES if kernel(name) is None]


def instructions() -> str | None:
    """What the kernels make use of, one of INSTRUCTIONS; None where none is there."""
    there = next((found for name in NAMES if (found := kernel(name))), None)
    return INSTRUCTIONS[there.instructions()] if there else None


def says() -> str:
    """Which kernels there are, in a sentence or two."""
    if not (absent := missing()):
        return f"The kernels in C are built, and make use of {instructions()}."
    if os.environ.get(VARIABLE) == PLAIN:
        return f"{VARIABLE} is {PLAIN}: numpy and scipy do the work of the kernels in C, to the same numbers."
    return (
        f"{'No kernel in C is' if len(absent) == len(NAMES) else 'Not all kernels in C are'} built here ({', '.join(absent)} missing): "
        f"numpy and scipy do the work, to the same numbers, but slower. To build them, install {WANTING}, and then Matinee again "
        "(in a clone: touch pyproject.toml && make env)."
    )
