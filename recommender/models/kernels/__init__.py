"""The hot loops of the neighbour models: `plain`, one person at a time, and `blocked`, many at once; `fold_in` chooses, for one person,
between `plain` and what is compiled from `native`.

All give the same bits. That is possible because no sum in them depends on its order: products of half stars are whole
numbers, and a similarity is rounded to a multiple of 2^-SIMILARITY_BITS, so that sums of similarities times half stars are
whole multiples of it too, held exactly by a float64 up to MOST_NEIGHBOURS terms. Another kernel can join on the same terms.
"""

from __future__ import annotations

import os

SIMILARITY_BITS = 36
MOST_NEIGHBOURS = 2 ** (53 - SIMILARITY_BITS) // 16  # each adds less than 16 in half stars


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
