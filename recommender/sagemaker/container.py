"""What SageMaker agrees with a container that trains: where it lays its orders and data, and where it looks for what has become of them.

    input/config/hyperparameters.json      texts by name
    input/config/inputdataconfig.json      the channels, and how each of them is laid
    input/config/resourceconfig.json       which machines there are, and which of them this is
    input/data/CHANNEL/…                   the files of a channel
    model/…                                what is packed as model.tar.gz afterwards, of a job that was stopped too
    output/failure                         why the job failed, the first 1,024 letters of which DescribeTrainingJob tells

All below /opt/ml. Source: "How Amazon SageMaker AI Runs Your Training Image" and the pages beside it in SageMaker's developer guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from recommender.data.recordio.record import CONTENT_TYPE
from recommender.errors import DataError, InvalidInputError
from recommender.sagemaker.channels import Samples, first_film, read_channel
from recommender.sagemaker.hyperparameters import Hyperparameters, checked
from recommender.sagemaker.learning import Lesson, films_learned, measured, with_people, without_people
from recommender.sagemaker.machine import Machine, save
from recommender.sagemaker.one_hot import Ids
from recommender.sagemaker.place import FILES, IDS, TEST, TRAIN
from recommender.storage.disk import in_words

FOLDER = Path("/opt/ml")
LONGEST_REASON = 1024  # letters
METRICS = {  # the name of a tuning job's objective → what finds it in the lines that are printed
    f"{channel}:{name}": rf"#quality_metric: host=\S+, {channel} {name} <score>=(\S+)"
    for channel in (TRAIN, TEST)
    for name in ("binary_classification_accuracy", "binary_classification_cross_entropy", "binary_f_beta", "rmse")
}
_WILD = 1e15  # weights beyond it make sums of squares that are no numbers any more
_MODES = ("File", "FastFile")  # a Pipe can be read once, and we go through everything many times
_CHANNELS = (TRAIN, TEST, IDS)


@dataclass(frozen=True, slots=True)
class Orders:
    """What a job has been told. host: which machine this is. channels: those that there are."""

    hyperparameters: Hyperparameters
    channels: tuple[str, ...]
    host: str


def read_orders(folder: Path) -> Orders:
    """Of the job in the folder; InvalidInputError and DataError, in a sentence, for what it cannot do."""
    config = folder / "input" / "config"
    hyperparameters = checked(_object(config / "hyperparameters.json"))
    channels = _object(config / "inputdataconfig.json")
    for name, told in channels.items():
        _check_channel(name, told if isinstance(told, dict) else {})
    if TRAIN not in channels:
        raise InvalidInputError("The channels", ", ".join(channels) or "none", f"{TRAIN}, and {TEST} and {IDS} if you like")
    machines = _object(config / "resourceconfig.json")
    hosts = machines.get("hosts") or ["algo-1"]
    if len(hosts) != 1:
        raise InvalidInputError("InstanceCount", len(hosts), "1, since this machine learns on one")
    return Orders(hyperparameters, tuple(channels), str(machines.get("current_host", hosts[0])))


def train(folder: Path, *, say: Callable[[str], None], is_stopped: Callable[[], bool]) -> Machine:
    """Do what the job in the folder asks for: learn, measure both channels, leave the model.

    say: told the lines that a tuning job reads. is_stopped: asked before every mini-batch; then what was learned so far becomes the model.
    InvalidInputError, DataError and StorageError, in a sentence, for what cannot be done; nothing is left then.
    """
    orders = read_orders(folder)
    data = folder / "input" / "data"
    hyperparameters = orders.hyperparameters
    channels = {
        name: read_channel(data / name, hyperparameters.feature_dim, is_classifier=hyperparameters.is_classifier)
        for name in orders.channels
        if name in (TRAIN, TEST)
    }
    ids = _ids(data / IDS / FILES[IDS], hyperparameters.feature_dim) if IDS in orders.channels else None
    lesson = Lesson(channels[TRAIN], _first_film(channels, ids), hyperparameters, ids)
    progress = _Progress(orders, say, is_stopped)
    with np.errstate(over="ignore", invalid="ignore"):  # looked at below
        films = films_learned(lesson, progress.goes_on)
    progress.end()
    _refuse_endless(without_people(lesson, films), hyperparameters)
    facts = {"hyperparameters": dict(hyperparameters.texts), "records": len(lesson.samples), "epochs": progress.epochs}
    if progress.was_stopped:
        # There are two minutes; folding in everybody may take longer.
        save(replace(without_people(lesson, films), facts=facts), folder / "model")
        say(f"Stopped after {progress.epochs} of {hyperparameters.epochs} epochs; what was learned until then is the model.")
    try:
        machine = replace(with_people(lesson, films), facts=facts)
    except np.linalg.LinAlgError:
        raise _gone_wild(hyperparameters) from None
    _refuse_endless(machine, hyperparameters)
    save(machine, folder / "model")
    for name, samples in channels.items():
        for metric, figure in measured(machine, samples).items():
            say(f"#quality_metric: host={orders.host}, {name} {metric} <score>={figure!r}")
    return machine


def _refuse_endless(machine: Machine, hyperparameters: Hyperparameters) -> None:
    """A model of numbers that are none, or beyond all bounds, would answer nothing."""
    if not all(
        np.isfinite(part).all() and np.abs(part).max(initial=0) < _WILD for part in (machine.base, machine.weights, machine.factors)
    ):
        raise _gone_wild(hyperparameters)


def _gone_wild(hyperparameters: Hyperparameters) -> InvalidInputError:
    told = {name: text for name, text in hyperparameters.texts.items() if name.endswith(("_lr", "_wd", "_sigma", "_scale", "_value"))}
    return InvalidInputError("The hyperparameters", told, "such that weights stay within bounds, as smaller rates and starts let them")


def tell_failure(folder: Path, reason: str) -> None:
    """Write why the job failed where SageMaker looks for it. StorageError where it cannot be written."""
    path = folder / "output" / "failure"
    with in_words("written", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(reason[:LONGEST_REASON])


def lay(folder: Path, hyperparameters: Mapping[str, str], channels: Collection[str]) -> None:
    """Orders as SageMaker lays them, for a job on this machine."""
    config = folder / "input" / "config"
    files = {
        "hyperparameters": hyperparameters,
        "inputdataconfig": {name: {"TrainingInputMode": _MODES[0], "RecordWrapperType": "None"} for name in channels},
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
    }
    with in_words("written", config):
        config.mkdir(parents=True, exist_ok=True)
        for name, told in files.items():
            (config / f"{name}.json").write_text(json.dumps(told))


def n_features_in(path: Path) -> int:
    """As many as a file of ids names people and films; DataError for what is no such file."""
    return _ids(path).n_features


class _Progress:
    """epochs: how many are done. was_stopped: whether somebody wanted it to end before its time."""

    def __init__(self, orders: Orders, say: Callable[[str], None], is_stopped: Callable[[], bool]) -> None:
        self._all, self._host = orders.hyperparameters.epochs, orders.host
        self._say, self._is_stopped = say, is_stopped
        self.epochs, self.was_stopped = 0, False

    def goes_on(self, epochs: int) -> bool:
        self._reach(epochs)
        self.was_stopped = self._is_stopped()
        return not self.was_stopped

    def end(self) -> None:
        if not self.was_stopped:
            self._reach(self._all)

    def _reach(self, epochs: int) -> None:
        if 100 * epochs // self._all > 100 * self.epochs // self._all:
            self._say(f"#progress_metric: host={self._host}, completed {100 * epochs // self._all} % of {self._all} epochs")
        self.epochs = epochs


def _first_film(channels: Mapping[str, Samples], ids: Ids | None) -> int:
    first = first_film(*channels.values())
    if ids is None:
        return first
    if first > len(ids.user_ids) or min(int(samples.what.min()) for samples in channels.values()) < len(ids.user_ids):
        raise DataError(
            f"The ids are of {len(ids.user_ids)} people, and the records of others; write both anew with `matinee sagemaker write`."
        )
    return len(ids.user_ids)


def _check_channel(name: str, told: Mapping[str, Any]) -> None:
    if name not in _CHANNELS:
        raise InvalidInputError("A channel", name, " or ".join(_CHANNELS))
    if (mode := told.get("TrainingInputMode", _MODES[0])) not in _MODES:
        raise InvalidInputError(f"TrainingInputMode of the channel {name}", mode, " or ".join(_MODES))
    if name != IDS and (content := told.get("ContentType") or CONTENT_TYPE) != CONTENT_TYPE:
        raise InvalidInputError(f"ContentType of the channel {name}", content, CONTENT_TYPE)
    if (wrapper := told.get("RecordWrapperType") or "None") != "None":
        raise InvalidInputError(f"RecordWrapperType of the channel {name}", wrapper, "None, since its records are framed already")


def _ids(path: Path, feature_dim: int | None = None) -> Ids:
    said = _object(path)
    try:
        ids = Ids(np.array(said["user_ids"], dtype=np.int32), np.array(said["movie_ids"], dtype=np.int32))
        is_good = all(each.ndim == 1 and (np.diff(each) > 0).all() for each in (ids.user_ids, ids.movie_ids))
    except (KeyError, TypeError, ValueError, OverflowError):
        is_good = False
    if not is_good:
        raise DataError(f"{path} does not name user_ids and movie_ids, ascending whole numbers; write it with `matinee sagemaker write`.")
    if feature_dim not in (None, ids.n_features):
        raise InvalidInputError("feature_dim", feature_dim, f"{ids.n_features}, as many as {path.name} has ids")
    return ids


def _object(path: Path) -> dict[str, Any]:
    with in_words("read", path):
        data = path.read_bytes()
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is no JSON ({error}).") from error
    if not isinstance(said, dict):
        raise DataError(f"{path} must hold an object of JSON, not {data[:40].decode(errors='replace')!r}.")
    return said
