"""What a training job of SageMaker's factorisation machine may be told, every value a text, and how our machine takes it.

Source: "Factorization Machines Hyperparameters" of SageMaker's developer guide: names, ranges and, for `epochs`, `mini_batch_size` and the
three sigmas, defaults. Rates and decays left out are those of our recipe, since AdaGrad goes other ways than SageMaker's Adam. A decay is
what the square of a weight costs beside the mean loss of a record, so that it is multiplied by the records to be what our recipe calls
regularisation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from recommender.errors import InvalidInputError
from recommender.models.fm_sgd import DEFAULTS
from recommender.models.fm_sgd.films import Ridge
from recommender.models.fm_sgd.learning import CONSTANT, NORMAL, TINY, UNIFORM, Course, OfEach, Start
from recommender.models.fm_sgd.losses import LOGISTIC, SQUARED

CLASSIFIER, REGRESSOR = "binary_classifier", "regressor"
TERMS = ("bias", "linear", "factors")
REQUIRED = ("feature_dim", "num_factors", "predictor_type")
_IGNORED = ("_tuning_objective_metric",)  # what a tuning job adds for itself
_METHODS = {NORMAL: "sigma", UNIFORM: "scale", CONSTANT: "value"}  # and what each of them goes by

_LARGEST_DIM = 10_000_000  # the largest that Amazon advises
_WHOLE = {
    "feature_dim": (1, _LARGEST_DIM),
    "num_factors": (1, 1024),
    "epochs": (1, 10_000),
    "mini_batch_size": (1, 1_000_000),
    "seed": (0, 2**53),  # ours
}
_CHOICES = {"predictor_type": (CLASSIFIER, REGRESSOR), **{f"{term}_init_method": (NORMAL, UNIFORM, CONSTANT) for term in TERMS}}
_NOT_NEGATIVE = tuple(f"{term}_{name}" for term in TERMS for name in ("lr", "wd", "init_sigma", "init_scale"))
_ANY_NUMBER = tuple(f"{term}_init_value" for term in TERMS)
_POSITIVE = ("clip_gradient", "eps", "rescale_grad")
NAMES = (*_WHOLE, *_CHOICES, *_NOT_NEGATIVE, *_ANY_NUMBER, *_POSITIVE)

_DEFAULTS = {"epochs": 1, "mini_batch_size": 1000, "seed": 0, **{name: DEFAULTS[name] for name in DEFAULTS if name.endswith("_sigma")}}
# What the squares of weights and factors cost where no decay is given. The regressor's errors are of another size than the classifier's:
# on a fifth held out of u1.base of ml-100k its RMSE after 20 epochs is .9211; with 3 and 8 it is .9296, with 8 and 20 .9379.
_RIDGES = {
    CLASSIFIER: (DEFAULTS["linear_regularisation"], DEFAULTS["factors_regularisation"]),
    REGRESSOR: (5.0, 12.0),
}
_LEAST_RIDGE = 1e-3  # of whoever is folded in, who would else be anything


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Checked, each under SageMaker's name. texts: as they were given."""

    texts: Mapping[str, str]
    numbers: Mapping[str, float]

    @property
    def feature_dim(self) -> int:
        return int(self.numbers["feature_dim"])

    @property
    def predictor_type(self) -> str:
        return self.texts["predictor_type"]

    @property
    def is_classifier(self) -> bool:
        return self.predictor_type == CLASSIFIER

    @property
    def epochs(self) -> int:
        return int(self._number("epochs"))

    def course(self, n_records: int, mean_label: float) -> Course:
        """How the machine is taught from so many records. mean_label: of them all; what a regressor begins from."""
        linear, factors = self._ridges(n_records)
        rate = DEFAULTS["learning_rate"]
        return Course(
            int(self.numbers["num_factors"]),
            self.epochs,
            int(self._number("mini_batch_size")),
            base=self._start("bias", around=0.0 if self.is_classifier else mean_label),
            weights=self._start("linear"),
            factors=self._start("factors"),
            rates=OfEach(*(self.numbers.get(f"{term}_lr", rate) for term in TERMS)),
            ridges=OfEach(self.numbers.get("bias_wd", 0.0) * n_records, linear, factors),
            seed=int(self._number("seed")),
            loss=LOGISTIC if self.is_classifier else SQUARED,
            tiny=self.numbers.get("eps", TINY),
            rescale=self.numbers.get("rescale_grad", 1.0),
            clip=self.numbers.get("clip_gradient", math.inf),
        )

    def ridge(self, n_records: int) -> Ridge:
        """What the weights of a person cost who is folded in."""
        linear, factors = self._ridges(n_records)
        return Ridge(max(linear, _LEAST_RIDGE), max(factors, _LEAST_RIDGE))

    def _ridges(self, n_records: int) -> tuple[float, float]:
        own = _RIDGES[self.predictor_type]
        linear, factors = (
            self.numbers[name] * n_records if name in self.numbers else ours
            for name, ours in zip(("linear_wd", "factors_wd"), own, strict=True)
        )
        return linear, factors

    def _start(self, term: str, *, around: float = 0.0) -> Start:
        method = self.texts.get(f"{term}_init_method", NORMAL)
        return Start(method, self._number(f"{term}_init_{_METHODS[method]}"), around)

    def _number(self, name: str) -> float:
        return self.numbers.get(name, _DEFAULTS.get(name, 0.0))


def checked(given: Mapping[str, object]) -> Hyperparameters:
    """The hyperparameters of a job; InvalidInputError for the first that is unknown, missing or out of its range, with the value met."""
    texts = {name: str(value) for name, value in given.items() if name not in _IGNORED}
    for name in texts:
        if name not in NAMES:
            raise InvalidInputError("A hyperparameter", name, f"one of {', '.join(NAMES)}")
    for name in REQUIRED:
        if name not in texts:
            raise InvalidInputError(name, None, f"given, {_range_of(name)}")
    numbers = {name: _checked(name, text) for name, text in texts.items() if name not in _CHOICES}
    for name, choices in _CHOICES.items():
        if name in texts and texts[name] not in choices:
            raise InvalidInputError(name, texts[name], _range_of(name))
    for term in TERMS:
        method = texts.get(f"{term}_init_method", NORMAL)
        size = f"{term}_init_{_METHODS[method]}"
        if size not in texts and size not in _DEFAULTS:
            raise InvalidInputError(size, None, f"given, {_range_of(size)}, where {term}_init_method is {method}")
    return Hyperparameters(texts, numbers)


def _checked(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not _is_in_range(name, number):
        raise InvalidInputError(name, text, _range_of(name))
    return number


def _is_in_range(name: str, number: float) -> bool:
    if name in _WHOLE:
        least, most = _WHOLE[name]
        return number.is_integer() and least <= number <= most
    return name in _ANY_NUMBER or number > 0 or (name in _NOT_NEGATIVE and number == 0)


def _range_of(name: str) -> str:
    if name in _CHOICES:
        return f"{', '.join(_CHOICES[name][:-1])} or {_CHOICES[name][-1]}"
    if name in _WHOLE:
        return f"a whole number from {_WHOLE[name][0]} to {_WHOLE[name][1]}"
    return "a number" if name in _ANY_NUMBER else "a number from 0 up" if name in _NOT_NEGATIVE else "a number above 0"
