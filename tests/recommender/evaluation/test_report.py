"""Recipes as they are written, and what is said of the figures."""

from __future__ import annotations

from math import nan
from pathlib import Path

import pytest

from recommender.errors import InvalidInputError
from recommender.evaluation.contenders import Contender, contenders
from recommender.evaluation.figures import Figure
from recommender.evaluation.report import verdict


def test_recipes_are_written_with_commas_and_parameters_after_a_colon() -> None:
    assert contenders("popular, user-cosine:damping=0,n_neighbours=20,user-cosine") == [
        Contender("popular", "popular", {}),
        Contender("user-cosine:damping=0,n_neighbours=20", "user-cosine", {"damping": 0.0, "n_neighbours": 20.0}),
        Contender("user-cosine", "user-cosine", {}),
    ]


def test_what_is_asked_of_all_reaches_those_that_have_it_and_say_nothing_else() -> None:
    popular, plain, own = contenders("popular,user-cosine,user-cosine:damping=1", {"damping": 7.0})

    assert popular.parameters == {}
    assert plain.parameters == {"damping": 7.0}
    assert own.parameters == {"damping": 1.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("magic", "recipe must be user-cosine"),
        ("", "recipe must be user-cosine"),
        ("damping=0", "recipe must be user-cosine"),
        ("user-cosine:luck=7", "parameter must be one of user-cosine's, as n_neighbours=40 damping=50"),
        ("user-cosine:damping", "parameter must be one of user-cosine's"),
        ("user-cosine:", "parameter must be one of user-cosine's"),
        ("user-cosine:damping=x", "parameter damping must be a number, not 'x'"),
        ("popular,popular", "recipe must be named once only, not 'popular'"),
    ],
)
def test_a_slip_in_a_recipe_is_named(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{sentence}"):
        contenders(text)


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (Figure(0.0317, 0.0047, 610), "a is better than b by 0.0317 ±0.0092 of ndcg@10, over 610 people."),
        (Figure(-0.0317, 0.0047, 610), "b is better than a by 0.0317 ±0.0092 of ndcg@10, over 610 people."),
        (Figure(0.002, 0.004, 610), "No difference between a and b can be told by ndcg@10: +0.0020 ±0.0079, over 610 people."),
        (Figure(0.5, 0.0, 1), "ndcg@10 cannot tell a from b over 1 people; that takes 6 at least."),
        (Figure(nan, nan, 0), "ndcg@10 cannot tell a from b over 0 people; that takes 6 at least."),
    ],
)
def test_a_difference_is_said_in_one_honest_sentence(difference: Figure, sentence: str) -> None:
    assert verdict("a", "b", "ndcg@10", difference) == sentence
    assert verdict("a", "b", "ndcg@10", difference, "cold") == sentence.replace(" people", " cold people")


def test_the_documents_define_every_measure_and_split() -> None:
    from recommender.evaluation.judging import LIST_MEASURES, STAR_MEASURES
    from recommender.evaluation.plans import NAMES

    document = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text()

    for split in NAMES:
        assert f"| `{split}` |" in document
    for measure in (*LIST_MEASURES, *STAR_MEASURES, "coverage", "catalogue_coverage"):
        name = measure.partition("@")[0]
        assert f"`{measure}`" in document or f"| `{name}@k` |" in document, measure
