"""Charts: what is drawn has the size of what is counted."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from webapp.charts import TALLEST, histogram, match_bar, share_bar, star_gap


@pytest.mark.parametrize(("match", "length"), [(0, 0), (1, 1), (63, 63), (100, 100), (140, 100), (-3, 0)])
def test_a_bar_is_as_long_as_the_match(match: int, length: int) -> None:
    assert f'd="M0 0h{length}v4H0z"' in match_bar(match)
    ElementTree.fromstring(match_bar(match))


def test_columns_are_as_tall_as_their_counts() -> None:
    drawn = histogram((0, 5, 10, 20, 40, 80, 100, 50, 25, 1))

    heights = [float(height) for height in re.findall(r"h30v-([\d.]+)", drawn)]
    assert heights == [share * TALLEST / 100 for share in (5, 10, 20, 40, 80, 100, 50, 25)] + [2]  # one rating can still be seen
    assert drawn.count('class="most"') == 1
    ElementTree.fromstring(drawn)


def test_a_film_that_nobody_rated_has_a_floor_and_no_columns() -> None:
    drawn = histogram((0,) * 10)

    assert "h30v" not in drawn
    assert drawn.count('class="step"') == 10


@pytest.mark.parametrize(("count", "written"), [(999, "999"), (1000, "1.0k"), (9449, "9.4k"), (31_999, "31k"), (1_250_000, "1.2M")])
def test_large_counts_are_written_short(count: int, written: str) -> None:
    assert f">{written}</text>" in histogram((count,) + (0,) * 9)


def test_a_histogram_has_ten_counts() -> None:
    with pytest.raises(ValueError, match="10 counts, not 3"):
        histogram((1, 2, 3))


@pytest.mark.parametrize(
    ("share", "everybody", "most", "bar", "tick"), [(0.3, 0.15, 0.3, "100", "50"), (0.1, 0.4, 0.4, "25", "100"), (0.0, 0.0, 0.0, "0", "0")]
)
def test_a_share_is_drawn_beside_everybodys(share: float, everybody: float, most: float, bar: str, tick: str) -> None:
    drawn = share_bar(share, everybody, most)

    assert f'd="M0 2h{bar}v8H0z"' in drawn
    assert f'd="M{tick} 0v12"' in drawn
    ElementTree.fromstring(drawn)


def test_means_stand_on_a_line_from_half_a_star_to_five() -> None:
    drawn = star_gap(5, 0.5)

    assert 'class="star-gap-own" cx="95"' in drawn
    assert 'class="star-gap-all" cx="5"' in drawn
    ElementTree.fromstring(drawn)


def test_a_mean_that_nobody_else_has_stands_alone() -> None:
    assert "star-gap-all" not in star_gap(2.75, None)
    assert 'cx="50"' in star_gap(2.75, None)
