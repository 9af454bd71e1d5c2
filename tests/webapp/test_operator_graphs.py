"""Graphs: what is drawn is where its number says, and every graph says in a sentence what it shows."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from webapp.metrics.minutes import BOUNDS
from webapp.operator import graphs
from webapp.operator.report import distribution

ENDS = ("an hour ago", "now")


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def paths(svg: str, name: str) -> list[str]:
    return [path.get("d", "") for path in drawn(svg).iter("path") if name in path.get("class", "").split()]


def test_columns_are_as_tall_as_their_counts_and_the_marked_part_stands_in_them():
    svg = graphs.columns([0, 10, 20], [0, 5, 0], "three minutes", ENDS)

    (whole,), (marked,) = paths(svg, "graph-part"), paths(svg, "graph-marked")
    assert re.findall(r"v-([\d.]+)", whole) == ["50.0", "100.0"]
    assert re.findall(r"v-([\d.]+)", marked) == ["25.0"]


def test_one_in_a_thousand_can_be_seen():
    svg = graphs.columns([1000, 1], [0, 0], "two minutes", ENDS)

    assert re.findall(r"v-([\d.]+)", paths(svg, "graph-part")[0]) == ["100.0", "2.0"]


def test_nothing_counted_is_an_empty_graph():
    svg = graphs.columns([0] * 60, [0] * 60, "nothing", ENDS)

    assert paths(svg, "graph-part") == paths(svg, "graph-marked") == []


def test_a_line_on_decades_rises_a_third_for_each_ten_times():
    svg = graphs.decades([("of-half", [1.0, 10.0, 100.0, 1000.0])], "four minutes", ENDS)

    (line,) = paths(svg, "of-half")
    assert re.findall(r"[\d.]+ ([\d.]+)", line) == ["100.0", "66.7", "33.3", "0.0"]
    assert [text.text for text in drawn(svg).iter("text")][:4] == ["1 ms", "10 ms", "100 ms", "1 s"]


def test_a_gap_breaks_the_line_and_a_value_alone_is_a_dash():
    (line,) = paths(graphs.decades([("of-half", [2.0, 3.0, None, 4.0, None, 5.0])], "six minutes", ENDS), "of-half")

    assert line.count("M") == 3
    assert line.count("L") == 1
    assert line.count("h9") == 2


def test_no_values_draw_no_line():
    assert paths(graphs.decades([("of-half", [None] * 60)], "nothing", ENDS), "of-half") == []


def test_lines_have_a_scale_from_nothing_to_the_top():
    svg = graphs.lines([("of-recipe", [0.05, 0.1])], 0.1, "two trainings", ENDS)

    assert re.findall(r"[\d.]+ ([\d.]+)", paths(svg, "of-recipe")[0]) == ["50.0", "0.0"]
    assert [text.text for text in drawn(svg).iter("text")][:2] == [".050", ".100"]


def test_shares_lie_side_by_side_and_fill_the_bar():
    svg = graphs.shares([("one", 1), ("none", 0), ("three", 3)], "four lists")

    assert paths(svg, "one") == ["M0.00 0h150.00v10H0.00z"]
    assert paths(svg, "none") == []
    assert paths(svg, "three") == ["M150.00 0h450.00v10H150.00z"]


@pytest.mark.parametrize(
    "svg",
    [
        graphs.columns([1], [0], 'it\'s <said> "so"', ENDS),
        graphs.named_columns([1, 2], ["<1", "more"], 'it\'s <said> "so"'),
        graphs.decades([("of-half", [1.0])], 'it\'s <said> "so"', ENDS),
        graphs.lines([("of-half", [1.0])], 1, 'it\'s <said> "so"', ENDS),
        graphs.shares([("one", 1)], 'it\'s <said> "so"'),
    ],
)
def test_every_graph_is_a_picture_that_says_what_it_shows(svg: str):
    assert drawn(svg).get("role") == "img"
    assert drawn(svg).get("aria-label") == 'it\'s <said> "so"'
    assert "style=" not in svg


def test_the_distribution_puts_each_request_up_to_its_milliseconds():
    took = [0] * (len(BOUNDS) + 1)
    for milliseconds, count in ((0.3, 1), (1.0, 2), (1.2, 4), (8.0, 8), (1000, 16), (1100, 32), (60_000, 64)):
        took[next((place for place, bound in enumerate(BOUNDS) if milliseconds / 1000 <= bound), len(BOUNDS))] += count

    counts = dict(distribution(took))
    assert {name: count for name, count in counts.items() if count} == {"1": 3, "2": 4, "8": 8, "1024": 16, "more": 96}
    assert sum(counts.values()) == sum(took)
