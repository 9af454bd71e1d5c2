"""A page of figures says all there is to say, and needs nothing from elsewhere."""

from __future__ import annotations

import re
from html import unescape
from itertools import count

import pytest

from recommender.data.ratings import RatingTable
from recommender.evaluation.comparison import Comparison
from recommender.evaluation.contenders import Contender, contenders
from recommender.evaluation.figures import Figure
from recommender.evaluation.plans import plan
from recommender.evaluation.report import Report, report_of
from recommender.figures_page import comparison_page, marks, report_page
from tests.worlds import data_set_of, rating, two_tastes

PROVENANCE = {"data": "two <tastes> & more", "ratings": 560, "people": 20, "films": 30, "date": "2026-11-29", "command": "matinee evaluate"}


def report(split: str = "newest", named: str = "user-cosine,user-cosine:damping=0") -> Report:
    films = data_set_of([], n_movies=30).catalogue
    newcomer = [rating(99, m, 4.0, 31 + (m > 10)) for m in range(1, 31)]
    ratings = RatingTable.of([*two_tastes(), *newcomer])
    ticks = count()
    return report_of(plan(split, ratings), films, contenders(named), PROVENANCE, clock=lambda: float(next(ticks)))


@pytest.mark.parametrize("split", ["newest", "rolling", "strangers", "folds"])
def test_every_contender_and_measure_and_where_they_come_from_stand_on_the_page(split: str) -> None:
    made = report(split)
    page = unescape(re.sub(r"<[^>]+>", " ", report_page(made)))

    for sentence in made.sentences():
        assert sentence in page
    for name, figures in made.figures().items():
        assert name in page
        assert all(measure in page for measure in figures)
    for value in ("two <tastes> & more", "560", "2026-11-29", "matinee evaluate", made.plan.says):
        assert value in page


def test_known_and_new_people_have_graphs_of_their_own() -> None:
    page = report_page(report("rolling"))

    assert "people with a history (warm)" in page
    assert "new people, after ten ratings (cold)" in page


def test_what_is_shown_and_what_amazon_says_belong_to_lists_alone() -> None:
    assert "mean_reciprocal_rank_at_25" in report_page(report())
    assert "novelty in bits" in report_page(report())
    assert "mean_reciprocal_rank_at_25" not in report_page(report("folds"))


@pytest.mark.parametrize("kind", ["report", "comparison"])
def test_the_page_needs_nothing_from_elsewhere_and_is_for_both_themes(kind: str) -> None:
    made = report()
    page = report_page(made) if kind == "report" else comparison_page(Comparison(made, "popular", "user-cosine"))

    assert "light-dark(" in page
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<img|<iframe|\bsrc=", page.replace("<!doctype html>", ""))


def test_names_are_text_and_never_markup() -> None:
    made = report(named="popular")
    wild = Report(made.plan, [type(one)(Contender("<b>&", "popular"), one.trial, one.seconds) for one in made.outcomes], PROVENANCE)
    wild_pair = Report(made.plan, [*wild.outcomes, *made.outcomes], PROVENANCE)

    for page in (report_page(wild_pair), comparison_page(Comparison(wild_pair, "<b>&", "popular"))):
        assert "<b>" not in page
        assert "&lt;b&gt;&amp;" in page


def test_a_comparison_tells_every_difference() -> None:
    made = Comparison(report(), "popular", "user-cosine")
    page = comparison_page(made)

    for sentence in made.sentences():
        assert sentence in unescape(page)
    for row in made.rows()[""]:
        assert f'<th scope="row">{row.measure}</th>' in page


def test_a_bar_is_as_long_as_its_mean_and_its_whisker_as_its_interval() -> None:
    drawn = marks.bar(Figure(0.5, 0.1, 1000), 1.0)

    assert "M0 1h50v12H0z" in drawn
    assert re.search(r"M30\.38 7H69\.62", drawn)  # 1.9623 standard errors to each side
    assert "path" not in marks.bar(Figure(float("nan"), float("nan"), 0), 1.0)
    assert "whisker" not in marks.bar(Figure(0.5, float("nan"), 1), 1.0)


def test_a_difference_that_tells_nothing_crosses_the_middle() -> None:
    def ends(figure: Figure) -> tuple[float, float]:
        found = re.search(r'whisker" d="M([\d.]+) 7H([\d.]+)M', marks.difference(figure))
        assert found
        return float(found[1]), float(found[2])

    left, right = ends(Figure(0.01, 0.02, 100))
    assert left < 50 < right
    left, right = ends(Figure(0.1, 0.02, 100))
    assert 50 < left < right
    left, right = ends(Figure(-0.1, 0.02, 100))
    assert left < right < 50
    assert "whisker" not in marks.difference(Figure(0.1, float("nan"), 1))


def test_the_best_stands_highest_and_the_least_known_rightmost() -> None:
    across = {"a": Figure(1.0, 0.0, 9), "b": Figure(3.0, 0.0, 9)}
    up = {"a": Figure(0.1, 0.0, 9), "b": Figure(0.4, 0.0, 9)}

    places = re.findall(r'<circle cx="([\d.]+)%" cy="([\d.]+)"', marks.scatter(across, up, "across", "up"))

    (x_a, y_a), (x_b, y_b) = ((float(x), float(y)) for x, y in places)
    assert x_a < x_b
    assert y_b < y_a


def test_one_dot_alone_is_drawn_too() -> None:
    assert marks.scatter({"a": Figure(0.0, 0.0, 9)}, {"a": Figure(0.0, 0.0, 9)}, "across", "up").count("<circle") == 1
    assert "<circle" not in marks.scatter({"a": Figure(float("nan"), 0.0, 0)}, {"a": Figure(0.0, 0.0, 9)}, "across", "up")
