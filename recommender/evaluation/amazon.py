"""The figures that Amazon Personalize tells of a solution version, under its names and by its definitions.

Source: "Evaluating an Amazon Personalize solution version with metrics" and "Optimizing a solution for an additional objective" in its
developer guide. Differences: the people and the cut are those of our split, where Personalize judges a tenth of the people; and the
objective of the rewards is the mean stars of a film on the learning side, over lists of 100.
"""

from __future__ import annotations

from recommender.evaluation.trials import Trial

KEYS = {
    "coverage": "catalogue_coverage",
    "mean_reciprocal_rank_at_25": "mrr@25",
    **{f"normalized_discounted_cumulative_gain_at_{k}": f"aws-ndcg@{k}" for k in (5, 10, 25)},
    **{f"precision_at_{k}": f"precision@{k}" for k in (5, 10, 25)},
    "average_rewards_at_k": "rewards@25",
}


def told_as_amazon(trial: Trial, seconds: float) -> dict[str, float]:
    """Every one of KEYS and how long the training took; NaN where there is nobody to tell of, and nothing for a trial of stars."""
    figures = trial.figures()
    if any(measure not in figures for measure in KEYS.values()):
        return {}
    return {**{key: figures[measure].mean for key, measure in KEYS.items()}, "training_seconds": seconds}
