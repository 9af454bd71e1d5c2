"""Excluding, ordering, cutting and filling up, once for all models."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.ranking import full_top_k, top_k

scores = st.lists(st.one_of(st.just(float("nan")), st.integers(-3, 3).map(float)), min_size=1, max_size=30)


@given(scores, st.integers(0, 15), st.data())
def test_a_list_is_never_padded_never_repeats_and_never_shows_the_excluded(scores: list[float], k: int, data: st.DataObject) -> None:
    exclude = np.array([data.draw(st.booleans()) for _ in scores], dtype=bool)
    best = top_k(np.array(scores), k, exclude=exclude).tolist()
    allowed = [j for j, s in enumerate(scores) if s == s and not exclude[j]]
    assert len(best) == len(set(best)) == min(k, len(allowed))
    assert set(best) <= set(allowed)


@given(scores, st.integers(0, 15))
def test_a_list_is_best_first_and_ties_go_to_the_lower_column(scores: list[float], k: int) -> None:
    best = top_k(np.array(scores), k, exclude=np.zeros(len(scores), dtype=bool)).tolist()
    assert best == sorted((j for j, s in enumerate(scores) if s == s), key=lambda j: (-scores[j], j))[:k]


@given(scores, st.integers(0, 15), st.data())
def test_a_full_list_has_k_items_while_there_are_any(scores: list[float], k: int, data: st.DataObject) -> None:
    exclude = np.array([data.draw(st.booleans()) for _ in scores], dtype=bool)
    otherwise = np.array([data.draw(st.one_of(st.just(float("nan")), st.floats(0, 5))) for _ in scores])
    best = full_top_k(np.array(scores), k, exclude=exclude, neutral=0.0, otherwise=otherwise).tolist()
    assert len(best) == len(set(best)) == min(k, int((~exclude).sum()))
    assert not exclude[best].any()


def test_what_is_unknown_stands_between_the_liked_and_the_disliked() -> None:
    scores = np.array([1.0, np.nan, -1.0, np.nan, 2.0, 0.0])
    otherwise = np.array([9.0, 3.0, 9.0, 4.0, 9.0, 9.0])

    order = full_top_k(scores, 6, exclude=np.zeros(6, dtype=bool), neutral=0.0, otherwise=otherwise)

    assert order.tolist() == [4, 0, 3, 1, 5, 2]
