"""Amazon's recipes: what each is called, which of ours serves it, and what becomes of its hyperparameters.

Source: Amazon Personalize's developer guide, "Choosing a recipe" and the page of each recipe, "VIDEO_ON_DEMAND use cases" and "ECOMMERCE
use cases". The ranges of hyperparameters are Amazon's; what they do to our recipes is said beside each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recommender.personalize.amazon_recipe import (
    ECOMMERCE,
    PERSONALIZED_ACTIONS,
    PERSONALIZED_RANKING,
    RELATED_ITEMS,
    USER_PERSONALIZATION,
    USER_SEGMENTATION,
    VIDEO,
    AmazonRecipe,
)
from recommender.personalize.arns import key_of
from recommender.personalize.hyperparameters import CATEGORICAL, CONTINUOUS, INTEGER, TRANSFORMATION, Hyperparameter
from recommender.personalize.refusals import InvalidInputError, ResourceNotFoundError

SINCE = 1_560_124_800.0  # 10 June 2019, when Amazon Personalize became generally available: what recipes are dated by here
FOR_EVER = 1e6  # as a half life in days, or in steps: nothing fades

_TRUE_FALSE = ("True", "False")
_HISTORY = "accepted without effect: everybody is learned from, whatever the length of their history"


def _lengths(low: str, high: str) -> tuple[Hyperparameter, ...]:
    return tuple(
        Hyperparameter(f"{end}_user_history_length_percentile", value, CONTINUOUS, 0.0, 1.0, where=TRANSFORMATION, says=_HISTORY)
        for end, value in (("min", low), ("max", high))
    )


def _network(hidden: str, says: str, **of_ours: Any) -> Hyperparameter:
    return Hyperparameter("hidden_dimension", hidden, INTEGER, 32, 256, tunable=True, says=says, **of_ours)


def _steps(says: str, **of_ours: Any) -> Hyperparameter:
    return Hyperparameter("bptt", "32", INTEGER, 2, 32, tunable=True, says=says, **of_ours)


def _recency(says: str, ours: str = "", false: float = 0.0) -> Hyperparameter:
    means: dict[str, float | None] = {"True": None, "False": false}
    return Hyperparameter("recency_mask", "True", CATEGORICAL, values=_TRUE_FALSE, tunable=True, ours=ours, means=means, says=says)


_EXPLORING = (
    Hyperparameter("exploration_weight", "0.3", CONTINUOUS, 0.0, 1.0, says="a campaign's own setting counts: explorationWeight"),
    Hyperparameter(
        "exploration_item_age_cut_off", "30", CONTINUOUS, 0.0, 1e6, says="a campaign's own setting counts: explorationItemAgeCutOff"
    ),
)
_ORDERED = (
    _network("149", "the directions in which films are alike from the start (n_factors)", ours="n_factors"),
    _steps("how many steps back count lastingly (lasting_steps)", ours="lasting_steps"),
    _recency("False: the steps just before count no more than those long before (recent_steps)", "recent_steps", 20.0),
)
_RECENCY_OF_BLEND = (
    Hyperparameter(
        "apply_recency_bias",
        "true",
        CATEGORICAL,
        values=("true", "false"),
        says="accepted without effect: the weights of the parts are learned from the data",
    ),
)
_POPULARITY = "accepted without effect: likeness is a cosine, in which popularity is divided out"
_SIMS = (
    Hyperparameter("popularity_discount_factor", "0.5", CONTINUOUS, 0.0, 1.0, tunable=True, says=_POPULARITY),
    Hyperparameter(
        "min_cointeraction_count",
        "3",
        INTEGER,
        0,
        10,
        tunable=True,
        ours="shrinkage",
        by=10 / 3,
        says="how many common users make likeness half certain (shrinkage, ten thirds of it)",
    ),
    *_lengths("0.005", "0.995"),
    *(
        Hyperparameter(
            f"{end}_item_interaction_count_percentile",
            value,
            CONTINUOUS,
            0.0,
            1.0,
            where=TRANSFORMATION,
            says="accepted without effect: every item is learned of",
        )
        for end, value in (("min", "0.01"), ("max", "0.9"))
    ),
)
_SIMILAR = (
    Hyperparameter("popularity_discount_factor", "0.0", CONTINUOUS, 0.0, 1.0, says=_POPULARITY),
    Hyperparameter("item_id_hidden_dim", "100", INTEGER, 30, 200, tunable=True),
    Hyperparameter("item_metadata_hidden_dim", "100", INTEGER, 30, 200, tunable=True),
)
_COUNTING = {"half_life_days": FOR_EVER}  # by which `recent` counts votes that never fade
_AS_LATELY = "False: what was liked long ago counts as much as what was lately (half_life_days)"
_OF_SESSIONS = (
    _network("43", "how many people alike are asked (n_neighbours)", ours="n_neighbours"),
    _steps("how many steps back are looked at, five times recent_steps", ours="recent_steps", by=0.2),
    _recency("accepted without effect: sessions are compared wherever they lie in time"),
)
_OF_METADATA = (
    _network("43", "how many people alike are asked (n_neighbours)", ours="n_neighbours"),
    _steps("accepted without effect: all of a history counts"),
    _recency(_AS_LATELY, "half_life_days", FOR_EVER),
)
_OF_COLD_START = (
    _network("149", "how many people alike are asked (n_neighbours)", ours="n_neighbours"),
    *_OF_METADATA[1:],
    *(
        Hyperparameter(name, value, kind, low, high, values, where=TRANSFORMATION, says="accepted without effect: no item is too cold here")
        for name, value, kind, low, high, values in (
            ("cold_start_max_interactions", "15", INTEGER, 1, 1e9, ()),
            ("cold_start_max_duration", "5", CONTINUOUS, 0, 1e6, ()),
            ("cold_start_relative_from", "latestItem", CATEGORICAL, 0, 0, ("currentTime", "latestItem")),
        )
    ),
)
_PERCENTILES = "JSON-percentile-filtering"
_FREQUENCIES = {"30 minutes": 1.0, "1 hour": 1.0, "2 hours": None, "3 hours": 1.0, "1 day": 1.0}
_TRENDING = (
    Hyperparameter(
        "trend_discovery_frequency",
        "2 hours",
        CATEGORICAL,
        values=tuple(_FREQUENCIES),
        where=TRANSFORMATION,
        ours="short_days",
        means=_FREQUENCIES,
        says="anything but the default: the last days count by a half life of one (short_days); votes are counted by the day",
    ),
)
_BOTH = ("userId", "itemId")

_ALL = (
    AmazonRecipe(
        "aws-user-personalization",
        USER_PERSONALIZATION,
        "Items that a user will most likely interact with next, and new ones that are tried out",
        "ordered",
        hyperparameters=(*_ORDERED, *_lengths("0.0", "0.99"), *_EXPLORING),
        transformation=_PERCENTILES,
        can_update=True,
    ),
    AmazonRecipe(
        "aws-user-personalization-v2",
        USER_PERSONALIZATION,
        "Items that a user will most likely interact with next, by several methods weighed against each other",
        "blend",
        hyperparameters=_RECENCY_OF_BLEND,
    ),
    AmazonRecipe(
        "aws-personalized-ranking",
        PERSONALIZED_RANKING,
        "A given list of items, in the order that is best for a user",
        "ordered",
        hyperparameters=(*_ORDERED, *_lengths("0.0", "0.99")),
        transformation=_PERCENTILES,
    ),
    AmazonRecipe(
        "aws-personalized-ranking-v2",
        PERSONALIZED_RANKING,
        "A given list of items, in the order that is best for a user, by several methods weighed against each other",
        "blend",
        hyperparameters=_RECENCY_OF_BLEND,
    ),
    AmazonRecipe(
        "aws-popularity-count",
        USER_PERSONALIZATION,
        "The items that most users have interacted with, the same for everybody",
        "recent",
        _COUNTING,
        transformation="sims",
    ),
    AmazonRecipe(
        "aws-trending-now",
        USER_PERSONALIZATION,
        "Items that are on the rise, the same for everybody",
        "trending",
        hyperparameters=_TRENDING,
        algorithm="aws-trending-now-custom",
        wants=(),
        batch=False,
    ),
    AmazonRecipe(
        "aws-sims",
        RELATED_ITEMS,
        "Items that the same users have interacted with as with a given one",
        "item-cosine",
        hyperparameters=_SIMS,
        transformation="sims",
        wants=("itemId",),
    ),
    AmazonRecipe(
        "aws-similar-items",
        RELATED_ITEMS,
        "Items like a given one, by who has interacted with them and by what they are",
        "item-cosine",
        hyperparameters=_SIMILAR,
        wants=("itemId",),
        by_content=True,
    ),
    AmazonRecipe(
        "aws-hrnn",
        USER_PERSONALIZATION,
        "What users with like sessions interacted with next (legacy)",
        "session-knn",
        hyperparameters=(*_OF_SESSIONS, *_lengths("0.0", "0.99")),
        transformation=_PERCENTILES,
        can_update=True,
    ),
    AmazonRecipe(
        "aws-hrnn-metadata",
        USER_PERSONALIZATION,
        "What a user will interact with next, by what items are and how new they are (legacy)",
        "timely",
        hyperparameters=(*_OF_METADATA, *_lengths("0.0", "0.99")),
        transformation="featurize_metadata",
    ),
    AmazonRecipe(
        "aws-hrnn-coldstart",
        USER_PERSONALIZATION,
        "What a user will interact with next, new items first (legacy)",
        "timely",
        hyperparameters=(*_OF_COLD_START, *_lengths("0.0", "0.99")),
        transformation="featurize_coldstart",
        can_update=True,
    ),
    AmazonRecipe(
        "aws-item-affinity",
        USER_SEGMENTATION,
        "The users who will most likely interact with a given item",
        "ordered",
        hyperparameters=(Hyperparameter("hidden_dimension", "149", INTEGER, 32, 256, ours="n_factors", says=_ORDERED[0].says),),
        transformation="item-affinity",
        wants=("itemId",),
    ),
    AmazonRecipe(
        "aws-item-attribute-affinity",
        USER_SEGMENTATION,
        "The users who will most likely interact with items of given attributes",
        "ordered",
        hyperparameters=(Hyperparameter("hidden_dimension", "149", INTEGER, 32, 256, ours="n_factors", says=_ORDERED[0].says),),
        transformation="item-attribute-affinity",
        wants=("itemAttributes",),
    ),
    AmazonRecipe(
        "aws-semantic-similarity",
        RELATED_ITEMS,
        "Items whose texts mean the like",
        transformation="aws-semantic-similarity",
        wants=("itemId",),
        refusal="Matinee has no model of language, which aws-semantic-similarity needs; aws-similar-items compares what items are.",
    ),
    AmazonRecipe(
        "aws-next-best-action",
        PERSONALIZED_ACTIONS,
        "What to ask a user to do next",
        refusal="Matinee recommends items, no actions; aws-next-best-action is not served.",
    ),
    AmazonRecipe(
        "aws-vod-top-picks",
        USER_PERSONALIZATION,
        "Top picks for you",
        "blend",
        domain=VIDEO,
        leaves_out="watch",
    ),
    AmazonRecipe(
        "aws-vod-because-you-watched-x",
        RELATED_ITEMS,
        "Because you watched X",
        "item-cosine",
        domain=VIDEO,
        event="watch",
        leaves_out="watch",
        wants=_BOTH,
    ),
    AmazonRecipe(
        "aws-vod-more-like-x",
        RELATED_ITEMS,
        "More like X",
        "item-cosine",
        domain=VIDEO,
        leaves_out="watch",
        wants=_BOTH,
        by_content=True,
    ),
    AmazonRecipe("aws-vod-most-popular", USER_PERSONALIZATION, "Most popular", "recent", _COUNTING, domain=VIDEO, event="watch"),
    AmazonRecipe("aws-vod-trending-now", USER_PERSONALIZATION, "Trending now", "trending", domain=VIDEO, wants=()),
    AmazonRecipe(
        "aws-ecomm-popular-items-by-views", USER_PERSONALIZATION, "Most viewed", "recent", _COUNTING, domain=ECOMMERCE, event="view"
    ),
    AmazonRecipe(
        "aws-ecomm-popular-items-by-purchases",
        USER_PERSONALIZATION,
        "Best sellers",
        "recent",
        _COUNTING,
        domain=ECOMMERCE,
        event="purchase",
    ),
    AmazonRecipe(
        "aws-ecomm-frequently-bought-together",
        RELATED_ITEMS,
        "Frequently bought together",
        "item-cosine",
        domain=ECOMMERCE,
        event="purchase",
        wants=("itemId",),
    ),
    AmazonRecipe(
        "aws-ecomm-customers-who-viewed-x-also-viewed",
        RELATED_ITEMS,
        "Customers who viewed X also viewed",
        "item-cosine",
        domain=ECOMMERCE,
        event="view",
        leaves_out="purchase",
        wants=_BOTH,
    ),
    AmazonRecipe(
        "aws-ecomm-recommended-for-you",
        USER_PERSONALIZATION,
        "Recommended for you",
        "blend",
        domain=ECOMMERCE,
        leaves_out="purchase",
    ),
)
RECIPES: Mapping[str, AmazonRecipe] = {each.name: each for each in _ALL}
# Whom AutoML tries: Amazon's are the three HRNN and popularity-count; its coldstart is our metadata once more.
AUTO_ML: Sequence[str] = ("aws-hrnn", "aws-hrnn-metadata", "aws-popularity-count", "aws-user-personalization")


def recipe_of(arn: str) -> AmazonRecipe:
    """By its ARN; ResourceNotFoundError for what is no recipe of Amazon's."""
    kind, _, name = key_of(arn).partition("/")
    found = RECIPES.get(name) if kind == "recipe" else None
    if found is None:
        raise ResourceNotFoundError(arn)
    return found


def served(arn: str) -> AmazonRecipe:
    """The same, of those that we serve; InvalidInputError in a sentence for another."""
    found = recipe_of(arn)
    if found.refusal:
        raise InvalidInputError(found.refusal)
    return found


def algorithm_of(arn: str) -> AmazonRecipe:
    """The recipe whose algorithm this is; ResourceNotFoundError."""
    return _by(arn, "algorithm_arn")


def transformation_of(arn: str) -> AmazonRecipe:
    """The first recipe whose feature transformation this is; ResourceNotFoundError."""
    return _by(arn, "transformation_arn")


def _by(arn: str, name: str) -> AmazonRecipe:
    for each in _ALL:
        if (named := getattr(each, name)) and key_of(named) == key_of(arn):
            return each
    raise ResourceNotFoundError(arn)
