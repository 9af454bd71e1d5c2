"""One recipe of Amazon's: what it is called, which of ours serves it, and what becomes of a solution's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recommender.evaluation.search.space import Choice, Range
from recommender.personalize.arns import amazons
from recommender.personalize.hyperparameters import ALGORITHM, CATEGORICAL, CONTINUOUS, INTEGER, Hyperparameter
from recommender.personalize.refusals import InvalidInputError

USER_PERSONALIZATION, PERSONALIZED_RANKING = "USER_PERSONALIZATION", "PERSONALIZED_RANKING"
RELATED_ITEMS, USER_SEGMENTATION = "RELATED_ITEMS", "USER_SEGMENTATION"
PERSONALIZED_ACTIONS = "PERSONALIZED_ACTIONS"
VIDEO, ECOMMERCE = "VIDEO_ON_DEMAND", "ECOMMERCE"


@dataclass(frozen=True)
class AmazonRecipe:
    """One that a client can name. ours: the recipe that serves it; parameters: of it, where they are not its defaults.

    domain: VIDEO or ECOMMERCE for a recommender's, else empty. transformation: the name of its feature transformation, empty where Amazon
    names none. event: the EVENT_TYPE that alone is learned from; leaves_out: the one after which an item is shown to that user no more;
    both lower case, empty for none. wants: what a request must bring, "userId", "itemId" or both. by_content: whether likeness is that of
    what items are as well. can_update: whether trainingMode UPDATE is taken. refusal: why it is not served, a sentence, or nothing.
    """

    name: str
    kind: str
    says: str
    ours: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    hyperparameters: tuple[Hyperparameter, ...] = ()
    domain: str = ""
    algorithm: str = ""
    transformation: str = ""
    event: str = ""
    leaves_out: str = ""
    wants: tuple[str, ...] = ("userId",)
    by_content: bool = False
    can_update: bool = False
    batch: bool = True
    refusal: str = ""

    @property
    def arn(self) -> str:
        """As clients name it."""
        return amazons("recipe", self.name)

    @property
    def algorithm_arn(self) -> str:
        """Of the algorithm behind it."""
        return amazons("algorithm", self.algorithm or self.name)

    @property
    def transformation_arn(self) -> str:
        """Of its feature transformation; empty where Amazon names none."""
        return amazons("feature-transformation", self.transformation) if self.transformation else ""

    @property
    def tunable(self) -> tuple[Hyperparameter, ...]:
        """Those that a search may choose."""
        return tuple(each for each in self.hyperparameters if each.tunable)

    def known(self, name: str) -> Hyperparameter:
        """By its name; InvalidInputError for one that it has not."""
        for each in self.hyperparameters:
            if each.name == name:
                return each
        has = ", ".join(each.name for each in self.hyperparameters) or "none"
        raise InvalidInputError(f"Recipe {self.name} has no hyperparameter {name!r}; it has: {has}.")

    def defaults(self, where: str = ALGORITHM) -> dict[str, str]:
        """Names with their values as Amazon tells them of an algorithm, or of a feature transformation."""
        return {each.name: each.value for each in self.hyperparameters if each.where == where}

    def ranges(self) -> dict[str, list[dict[str, Any]]]:
        """defaultHyperParameterRanges, as Amazon describes them of an algorithm."""
        found: dict[str, list[dict[str, Any]]] = {f"{kind}HyperParameterRanges": [] for kind in (INTEGER, CONTINUOUS, CATEGORICAL)}
        for each in self.hyperparameters:
            if each.where != ALGORITHM:
                continue
            numbers = (int(each.low), int(each.high)) if each.kind == INTEGER else (each.low, each.high)
            span = {"values": list(each.values)} if each.values else {"minValue": numbers[0], "maxValue": numbers[1]}
            found[f"{each.kind}HyperParameterRanges"].append({"name": each.name, **span, "isTunable": each.tunable})
        return found

    def ours_of(self, config: Mapping[str, Any]) -> dict[str, float]:
        """The parameters of our recipe that a solutionConfig asks for; InvalidInputError for what Amazon would not take."""
        chosen = dict(self.parameters)
        given = {**(config.get("algorithmHyperParameters") or {}), **(config.get("featureTransformationParameters") or {})}
        for name, text in given.items():
            each = self.known(name)
            taken = each.taken(text)
            if each.ours and (value := each.to_ours(taken)) is not None:
                chosen[each.ours] = value
        return chosen

    def space_of(self, config: Mapping[str, Any], own: Mapping[str, float]) -> dict[str, Choice | Range]:
        """Where a search looks, by our parameters: the ranges of hpoConfig, those of Amazon's defaults for what it leaves out.

        own: the defaults of our recipe. What is set by algorithmHyperParameters is fixed. InvalidInputError for a range outside Amazon's.
        """
        asked = (config.get("hpoConfig") or {}).get("algorithmHyperParameterRanges") or {}
        named = {
            each["name"]: each for kind in (INTEGER, CONTINUOUS, CATEGORICAL) for each in asked.get(f"{kind}HyperParameterRanges") or []
        }
        for name, span in named.items():
            self._refuse_range(self.known(name), span)
        fixed = config.get("algorithmHyperParameters") or {}
        return {
            each.ours: each.space(named.get(each.name, {}), own[each.ours])
            for each in self.tunable
            if each.ours and (each.name in named or each.name not in fixed)
        }

    def _refuse_range(self, each: Hyperparameter, span: Mapping[str, Any]) -> None:
        if not each.tunable:
            raise InvalidInputError(f"Hyperparameter {each.name} of {self.name} cannot be tuned; leave it out of the ranges.")
        for text in span.get("values") or [span.get("minValue", each.low), span.get("maxValue", each.high)]:
            each.taken(str(text))
        if not span.get("values") and span.get("minValue", each.low) > span.get("maxValue", each.high):
            raise InvalidInputError(f"minValue of {each.name} must not be above its maxValue, {span.get('maxValue', each.high):g}.")

    def amazons_of(self, ours: Mapping[str, float], own: Mapping[str, float]) -> dict[str, str]:
        """Every algorithm hyperparameter under Amazon's name, with our parameters told in its terms."""
        return {
            each.name: each.to_amazons(ours[each.ours], own[each.ours]) if each.ours in ours else each.value
            for each in self.hyperparameters
            if each.where == ALGORITHM
        }
