"""What filters let through, by hand on a small world and against a reading row by row of thousands of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.filters import Asking, Masks, masks, read_filter, users_let_through
from recommender.personalize.filters.values import read_values
from recommender.personalize.live import LiveEvent
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.trained import Interactions
from tests.recommender.personalize.worlds import COMEDIES, DRAMAS, WATCHED, two_tastes

WORLD = two_tastes("popular")
ANN = WORLD.users.position("ann")


def shown(text: str, values: Mapping[str, str] | None = None, asking: Asking = Asking()) -> set[str]:  # noqa: B008  it is frozen
    wanted = read_filter(text)
    through = Masks(WORLD).let_through(wanted, read_values(values or {}, wanted), asking)
    return set(WORLD.items.texts(np.flatnonzero(through)))


def click(item: str, at: float, kind: str = "click") -> LiveEvent:
    return LiveEvent(f"{item}{at}", "s", kind, item, None, at)


def test_a_value_of_several_by_pipes_is_each_of_them() -> None:
    assert shown('INCLUDE ItemID WHERE Items.GENRES IN ("Comedy")') == set(COMEDIES)
    assert shown('INCLUDE ItemID WHERE Items.GENRES IN ("Drama")') == {"c4", *DRAMAS}
    assert shown('INCLUDE ItemID WHERE Items.GENRES NOT IN ("Drama")') == {"c1", "c2", "c3"}
    assert shown('INCLUDE ItemID WHERE Items.genres = "Comedy|Drama"') == {"c4"}
    assert shown('INCLUDE ItemID WHERE Items.GENRES IN ("drama")') == set()  # only events are told apart without regard to case


def test_numbers_are_compared() -> None:
    assert shown("INCLUDE ItemID WHERE Items.YEAR < 1992") == {"c1", "c2"}
    assert shown("EXCLUDE ItemID WHERE Items.YEAR >= $Y", {"Y": '"1992"'}) == {"c1", "c2"}
    assert shown('INCLUDE ItemID WHERE Items.YEAR IN ("1990", 1997)') == {"c1", "d4"}
    assert shown("EXCLUDE ItemID WHERE Items.YEAR NOT IN (1990, 1997)") == {"c1", "d4"}


def test_events_of_the_user_count_in_any_case_those_put_a_moment_ago_too() -> None:
    watched = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("WATCH")'
    everything = {*COMEDIES, *DRAMAS}
    assert shown(watched, asking=Asking(ANN)) == everything - {"c1", "c2"}
    assert shown(watched, asking=Asking(ANN, [click("d1", 1.0, "Watch"), click("d2", 2.0)])) == everything - {"c1", "c2", "d1"}
    assert shown('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', asking=Asking(ANN, [click("d2", 2.0)])) == {"c1", "c2", "d2"}
    assert shown('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")') == everything
    assert shown('INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("click")', asking=Asking(ANN, [click("d2", 2.0)])) == everything - {
        "d2"
    }


def test_only_the_newest_of_a_type_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "MOST_OF_A_KIND", 2)
    events = [click("d1", 1.0), click("d2", 3.0), click("d3", 2.0)]
    assert shown('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")', asking=Asking(ANN, events)) == {"d2", "d3"}


def test_an_if_asks_the_current_user_and_what_was_put_of_them_since() -> None:
    children = 'EXCLUDE ItemID WHERE Items.GENRES IN ("Drama") IF CurrentUser.AGE < 18'
    assert shown(children, asking=Asking(ANN)) == {*COMEDIES, *DRAMAS}
    assert shown(children, asking=Asking(ANN, fields={"AGE": 12})) == {"c1", "c2", "c3"}
    assert shown(children, asking=Asking()) == {*COMEDIES, *DRAMAS}  # nobody is of no age
    assert shown('INCLUDE ItemID WHERE Items.GENRES IN ("Comedy") IF CurrentUser.AGE = $A', {"A": "20"}, Asking(ANN)) == set(COMEDIES)


def test_expressions_joined_are_a_union_and_exclusions_are_taken_from_it() -> None:
    both = 'INCLUDE ItemID WHERE Items.YEAR = 1997 | INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")'
    assert shown(both, asking=Asking(ANN)) == {"c1", "c2", "d4"}
    assert shown(f"{both} | EXCLUDE ItemID WHERE Items.YEAR < 1991", asking=Asking(ANN)) == {"c2", "d4"}
    assert shown("EXCLUDE ItemID WHERE Items.YEAR < 1996 | EXCLUDE ItemID WHERE Items.YEAR > 1996") == {"d3"}


def test_an_exclusion_without_its_values_leaves_that_part_out_and_an_inclusion_is_refused() -> None:
    assert shown("EXCLUDE ItemID WHERE Items.GENRES IN ($G)") == {*COMEDIES, *DRAMAS}
    assert shown("EXCLUDE ItemID WHERE Items.GENRES IN ($G) AND Items.YEAR < 1992") == {"c3", "c4", *DRAMAS}
    with pytest.raises(InvalidInputError, match="filterValues must give G, which an INCLUDE of the filter needs"):
        shown("INCLUDE ItemID WHERE Items.GENRES IN ($G)")


def test_the_item_in_the_request_gives_its_fields() -> None:
    older = "INCLUDE ItemID WHERE Items.YEAR < CurrentItem.YEAR AND Items.GENRES IN CurrentItem.GENRES"
    assert shown(older, asking=Asking(item=WORLD.items.position("d2"))) == {"c4", "d1"}
    with pytest.raises(InvalidInputError, match="is for lists of related items"):
        shown(older, asking=Asking(ANN))


def test_users_are_let_into_a_segment() -> None:
    def segment(text: str) -> set[str]:
        return set(WORLD.users.texts(np.flatnonzero(users_let_through(read_filter(text), {}, WORLD))))

    assert segment("INCLUDE UserID WHERE Users.AGE >= 50") == {"dan", "eve", "fay"}
    assert segment('INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("Watch")') == set(WATCHED)
    assert segment('EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("*")') == {"new"}


@pytest.mark.parametrize(
    ("text", "values", "sentence"),
    [
        ("INCLUDE ItemID WHERE Items.COLOUR = 3", {}, "Items have no field COLOUR that a filter may ask for; theirs are: GENRES, YEAR."),
        ("INCLUDE ItemID WHERE Items.GENRES < 3", {}, "GENRES holds texts, and < compares numbers; use IN or =."),
        ('INCLUDE ItemID WHERE Items.YEAR = "old"', {}, "YEAR holds numbers, and must be compared with one, not with 'old'."),
        ("INCLUDE ItemID WHERE Items.YEAR = $Y", {"Y": "1,2"}, "YEAR = takes one value, not 2: 1, 2."),
        ("INCLUDE ItemID WHERE Items.YEAR = $Y", {"Z": "1"}, "filterValues names 'Z', and the filter's placeholders are: Y."),
        ("INCLUDE ItemID WHERE Items.YEAR = $Y", {"Y": '"1'}, "filterValues must give Y values in double quotes with commas between"),
        ("INCLUDE ItemID WHERE Items.YEAR = $Y", {"Y": ""}, "filterValues must give Y values in double quotes with commas between"),
        ("INCLUDE UserID WHERE Users.AGE = 1", {}, "A filter of UserID is for segments of users"),
    ],
)
def test_what_cannot_be_asked_is_refused(text: str, values: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        shown(text, values)
    assert sentence in str(refused.value)


def test_values_may_hold_commas_in_quotes_and_come_without_any() -> None:
    wanted = read_filter("INCLUDE ItemID WHERE Items.GENRES IN ($G)")
    assert read_values({"G": '"a, b","c" , d e ,3'}, wanted) == {"G": ("a, b", "c", "d e", "3")}


# --- against a reading row by row ---------------------------------------------------------------------------------------------------------

GENRES, KINDS = ("Comedy", "Drama", "Horror"), ("watch", "Click", "rate")
GENRE_CELL = st.none() | st.lists(st.sampled_from(GENRES), min_size=1, max_size=2, unique=True).map("|".join)
YEAR_CELL = st.none() | st.integers(1990, 1994)
ROW = st.fixed_dictionaries({"GENRES": GENRE_CELL, "YEAR": YEAR_CELL})
EVENTS = st.lists(st.tuples(st.integers(0, 7), st.sampled_from(KINDS), st.integers(0, 50)), max_size=12)
GENRE_CONDITION = st.tuples(st.just("GENRES"), st.sampled_from(("IN", "NOT IN")), st.lists(st.sampled_from(GENRES), min_size=1, max_size=2))
YEAR_CONDITION = st.tuples(
    st.just("YEAR"), st.sampled_from(("=", "!=", "<", "<=", ">", ">=")), st.lists(st.integers(1989, 1995), min_size=1, max_size=1)
) | st.tuples(st.just("YEAR"), st.sampled_from(("IN", "NOT IN")), st.lists(st.integers(1989, 1995), min_size=1, max_size=3))
EVENT_CONDITION = st.tuples(
    st.just("EVENT_TYPE"), st.sampled_from(("IN", "NOT IN")), st.lists(st.sampled_from((*KINDS, "WATCH", "*")), min_size=1, max_size=2)
)
ITEM_GROUPS = st.lists(st.lists(GENRE_CONDITION | YEAR_CONDITION, min_size=1, max_size=2), min_size=1, max_size=2)
EVENT_GROUPS = st.lists(st.lists(EVENT_CONDITION, min_size=1, max_size=2), min_size=1, max_size=2)
EXPRESSION = st.tuples(st.booleans(), ITEM_GROUPS | EVENT_GROUPS, st.none() | YEAR_CONDITION)
Said = tuple[str, str, list[Any]]


def written(said: Said, dataset: str) -> str:
    name, operator, operands = said
    listed = ", ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in operands)
    return f"{dataset}.{name} {operator} " + (f"({listed})" if "IN" in operator else listed)


def holds(said: Said, row: Mapping[str, Any], happened: Sequence[str]) -> bool:
    """By the words of the guide, one row at a time. happened: the types of the user's events with the item."""
    name, operator, operands = said
    if name == "EVENT_TYPE":
        among = any(one == "*" or kind.lower() == one.lower() for kind in happened for one in operands)
        return among if operator == "IN" else not among
    value = row[name]
    if name == "GENRES":
        among = value is not None and any(one in operands for one in value.split("|"))
        return among if operator == "IN" else not among
    if value is None:
        return operator in ("!=", "NOT IN")
    if "IN" in operator:
        return (value in operands) == (operator == "IN")
    wanted = operands[0]
    return bool(
        {"=": value == wanted, "!=": value != wanted, "<": value < wanted, "<=": value <= wanted, ">": value > wanted}.get(
            operator, value >= wanted
        )
    )


@given(
    rows=st.lists(ROW, min_size=8, max_size=8),
    trained=EVENTS,
    put=EVENTS,
    of_user=YEAR_CELL,
    expressions=st.lists(EXPRESSION, min_size=1, max_size=3),
)
def test_masks_are_what_a_reading_row_by_row_gives(
    rows: list[dict[str, Any]],
    trained: list[tuple[int, str, int]],
    put: list[tuple[int, str, int]],
    of_user: int | None,
    expressions: list[tuple[bool, list[list[Said]], Said | None]],
) -> None:
    trained.sort(key=lambda one: one[2])
    columns, kinds, times = ([one[at] for one in trained] for at in range(3))
    world = replace(
        WORLD,
        interactions=Interactions(
            np.array([0, len(trained), *[len(trained)] * 6]),
            np.array(columns, dtype=np.int32),
            np.array([KINDS.index(kind) for kind in kinds], dtype=np.int32),
            np.array(times, dtype=np.int64),
            KINDS,
        ),
        item_fields=Columns(
            {
                "GENRES": TextColumn.of([row["GENRES"] for row in rows]),
                "YEAR": np.array([np.nan if row["YEAR"] is None else row["YEAR"] for row in rows], dtype=np.float64),
            },
            8,
        ),
        user_fields=Columns({"YEAR": np.array([np.nan if of_user is None else of_user, *[np.nan] * 6])}, 7),
    )
    text = " | ".join(
        f"{'INCLUDE' if includes else 'EXCLUDE'} ItemID WHERE "
        + " OR ".join(
            " AND ".join(written(one, "Interactions" if one[0] == "EVENT_TYPE" else "Items") for one in group) for group in groups
        )
        + (f" IF {written(only_if, 'CurrentUser')}" if only_if else "")
        for includes, groups, only_if in expressions
    )
    events = [LiveEvent(f"{n}", "s", kind, WORLD.items.text(column), None, float(at)) for n, (column, kind, at) in enumerate(put)]

    met = Masks(world).let_through(read_filter(text), {}, Asking(0, events))

    happened = [[kind for column, kind, _ in (*trained, *put) if column == item] for item in range(8)]
    in_force = [one for one in expressions if one[2] is None or holds(one[2], {"YEAR": of_user}, [])]
    for item, row in enumerate(rows):
        named = [
            (includes, any(all(holds(one, row, happened[item]) for one in group) for group in groups)) for includes, groups, _ in in_force
        ]
        included = any(meets for includes, meets in named if includes) or not any(includes for includes, _ in named)
        excluded = any(meets for includes, meets in named if not includes)
        assert met[item] == (included and not excluded), (text, row)
