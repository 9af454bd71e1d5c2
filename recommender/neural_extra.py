"""PyTorch, by which the neural recipes learn: said when it is missing, and lent so that the same ratings give the same bits.

It is an optional extra. What was learned are plain arrays, so that whoever makes lists by them needs no PyTorch, and no web worker
ever loads it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from math import cos, pi
from typing import Any

from recommender.errors import MissingExtraError

TORCH = "torch"  # what a recipe that learns by it says that it needs
WARM_UP, LOWEST = 0.1, 1e-3  # of all learning, in which its rate rises; and the share of the highest rate that is left at the end
REMEDY = "`make neural-tools` installs it"


def what_is_missing() -> str | None:
    """What learning lacks here, in a few words; None when it can go on."""
    return "it learns by PyTorch, which is not installed" if importlib.util.find_spec(TORCH) is None else None


@contextmanager
def lent_torch(recipe: str, *, seed: int) -> Iterator[Any]:
    """The module torch, on one thread, with its chance from the seed; afterwards both are as they were.

    One thread, because sums that several threads share differ in their last bits, and nets as small as these gain little by more.
    MissingExtraError where it is not installed.
    """
    if missing := what_is_missing():
        raise MissingExtraError(f"The recipe {recipe}", missing, REMEDY)
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield torch
    finally:
        torch.set_num_threads(n_threads)


def set_rate(optimiser: Any, highest: float, done: float) -> None:
    """The learning rate after this share of the learning, 0 to 1: it rises in a line, then falls as a cosine does.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (ICLR 2017), without restarts.
    """
    share = min(done / WARM_UP, 1.0) * 0.5 * (1 + cos(pi * max(done - WARM_UP, 0.0) / (1 - WARM_UP)))
    for weights in optimiser.param_groups:
        weights["lr"] = highest * max(share, LOWEST)
