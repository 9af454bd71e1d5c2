"""The kernels in C: whether they are built here, and what of this processor they make use of."""

from __future__ import annotations

from recommender.doctor.finding import NOTE, OK, Said
from recommender.models.kernels import native
from recommender.settings import Settings


def look(settings: Settings) -> Said:
    """A note where numpy and scipy do their work, or less of the processor is there than was asked for."""
    found = native.instructions()
    wanted = settings.kernels
    if found is not None and wanted in native.INSTRUCTIONS and found != wanted:
        return NOTE, f"{native.VARIABLE} is {wanted}, and this processor has {found} at most: that is made use of."
    return (NOTE if native.missing() else OK), native.says()
