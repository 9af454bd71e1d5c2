"""A training job on this machine, with everything else as SageMaker has it: from the bucket's channels to the model in the bucket."""

from __future__ import annotations

import re
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from recommender.errors import DataError, InvalidInputError
from recommender.sagemaker import container
from recommender.sagemaker.place import FILES, IDS, TEST, TRAIN, Place

_PACK = "model.tar.gz"
_NAME = re.compile(r"(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*", re.ASCII)  # of a training job, as CreateTrainingJob has it


def run(place: Place, name: str, told: Mapping[str, str], *, say: Callable[[str], None], is_stopped: Callable[[], bool]) -> str:
    """Train on the channels at the place, and put the model where SageMaker would put that of the job called so; that place.

    told: hyperparameters; feature_dim may be left out where the ids are there. say, is_stopped: as in `container.train`.
    DataError where nothing is to be learned from, and the errors of `container.train`.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInputError("name", name, "of letters, digits and hyphens between them, at most 63")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        data = folder / "input" / "data"
        there = [channel for channel in (TRAIN, TEST, IDS) if place.fetch(place.channel(channel), data / channel)]
        if TRAIN not in there:
            raise DataError(f"There is nothing at {place.channel(TRAIN)}; `matinee sagemaker write --to {place.root}` puts it there.")
        if IDS in there and "feature_dim" not in told:
            told = {**told, "feature_dim": str(container.n_features_in(data / IDS / FILES[IDS]))}
        container.lay(folder, told, there)
        container.train(folder, say=say, is_stopped=is_stopped)
        packed = folder / _PACK
        with tarfile.open(packed, "w:gz") as pack:
            for path in sorted((folder / "model").iterdir()):
                pack.add(path, path.name)
        target = place.model_of(name)
        place.put({target: packed})
        return target
