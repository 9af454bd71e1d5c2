"""Measures in a few plain words, for captions; docs/evaluation.md defines them."""

from __future__ import annotations

_OF = {
    "ndcg": "hits among the first {k}, those further up count more",
    "aws-ndcg": "the same by Amazon's definition, which leaves out what was missed",
    "precision": "hits among the first {k}, by {k}",
    "recall": "of what was to be found, the part among the first {k}",
    "capped-recall": "hits among the first {k}, of those possible there",
    "mrr": "1 by the place of the first hit",
    "map": "the mean precision at each hit",
    "hit": "whether any of the first ten is a hit",
    "auc": "how often a film to be found is scored above another",
    "novelty": "how little known the first ten are, in bits",
    "diversity": "how unlike each other the first ten are, by genre",
    "popularity": "the share of people who have rated the first ten",
    "rewards": "what the best liked of the listed films bring, of all that hits bring",
    "coverage": "the share of rated films that are in anybody's list",
    "catalogue_coverage": "the share of all films that are in anybody's list",
    "rmse": "error of predicted stars, large ones count more; less is better",
    "mae": "error of predicted stars; less is better",
}
KIND = "To the right what fewer people know, upwards what finds more. Whiskers are 95 % intervals."
HISTORY = "People by how many ratings the model was told of them. Whiskers are 95 % intervals."
WHISKERS = "Means over people; ± and whiskers are 95 % intervals."
DIFFERENCES = (
    "B over A, person by person. A line that crosses the middle tells nothing; by luck alone one in twenty does not cross it, so the "
    "sentence at the top goes by one measure."
)
AMAZON = "The same lists by the keys and definitions of Amazon Personalize; they compare with nothing but each other."


def of(measure: str) -> str:
    """A few words on a measure; none for one that is not known."""
    name, _, k = measure.partition("@")
    return _OF.get(name, "").format(k=k)
