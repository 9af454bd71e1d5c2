"""Filters as Amazon's guide writes them are read; what is no filter is refused with its place."""

import pytest

from recommender.personalize.filters import read_filter
from recommender.personalize.filters.expressions import (
    CURRENT_USER,
    IN,
    INTERACTIONS,
    ITEMS,
    NOT_IN,
    USERS,
    Condition,
    Expression,
    Filter,
    OfCurrentItem,
    Placeholder,
)
from recommender.personalize.refusals import InvalidInputError


def test_an_expression_says_what_is_kept_out() -> None:
    assert read_filter('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")') == Filter(
        ITEMS, (Expression(False, ((Condition(INTERACTIONS, "EVENT_TYPE", IN, ("click", "stream")),),)),)
    )


def test_and_binds_more_than_or_and_an_if_ends_it() -> None:
    read = read_filter(
        'include itemid where Item.GENRES not in ("Drama") and Items.YEAR>=1990 OR Items.YEAR = ($YEAR) '
        "if CurrentUser.AGE < 18.5 and currentuser.X=$Y"
    )
    assert read.expressions == (
        Expression(
            True,
            (
                (Condition(ITEMS, "GENRES", NOT_IN, ("Drama",)), Condition(ITEMS, "YEAR", ">=", (1990.0,))),
                (Condition(ITEMS, "YEAR", "=", (Placeholder("YEAR"),)),),
            ),
            (Condition(CURRENT_USER, "AGE", "<", (18.5,)), Condition(CURRENT_USER, "X", "=", (Placeholder("Y"),))),
        ),
    )
    assert read.placeholders == {"YEAR", "Y"}
    assert read.fields == {(ITEMS, "GENRES"), (ITEMS, "YEAR"), (USERS, "AGE"), (USERS, "X")}


def test_several_expressions_are_joined_by_a_pipe() -> None:
    read = read_filter('INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY) | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    assert [one.includes for one in read.expressions] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        'EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("shoe") AND Items.CATEGORY_L2 NOT IN ("boot")',
        "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE",
        "EXCLUDE UserID WHERE Users.AGE < $AGE",
        'INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("click", "rating")',
        'INCLUDE ItemID WHERE Items.GENRES NOT_IN ("a|b")',
        'EXCLUDE ItemID WHERE Items.A IN ("x",$Y,3)IF CurrentUser.B != "no"',
    ],
)
def test_what_amazons_pages_write_is_read(text: str) -> None:
    assert read_filter(text).expressions
    assert read_filter(f"\n {text}\t") == read_filter(text)


def test_a_field_of_the_current_item_is_told_from_a_text() -> None:
    (expression,) = read_filter("INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE").expressions
    assert expression.any_of[0][0].operands == (OfCurrentItem("PRICE"),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "at character 1, the end: there must be INCLUDE or EXCLUDE."),
        ("EXCLUDE ItemID WHEN x", "at character 16, 'WHEN': there must be WHERE."),
        ("INCLUDE ActionID WHERE", "at character 9, 'ActionID': there must be ItemID or UserID, since there are no actions here."),
        ("INCLUDE ItemID WHERE GENRES IN", "at character 22, 'GENRES': there must be Items.FIELD or Interactions.EVENT_TYPE."),
        ('INCLUDE ItemID WHERE CurrentUser.AGE IN ("a")', "at character 22, 'CurrentUser.AGE': there must be Items.FIELD or"),
        ('INCLUDE ItemID WHERE Users.AGE IN ("a")', "at character 22, 'Users.AGE': there must be Items.FIELD or"),
        (
            "EXCLUDE ItemID WHERE Interactions.DEVICE",
            "at character 22, 'Interactions.DEVICE': there must be Interactions.EVENT_TYPE, the one",
        ),
        ("INCLUDE ItemID WHERE Items.A LIKE", "at character 30, 'LIKE': there must be IN, NOT IN, =, !=, <, <=, > or >=."),
        ("INCLUDE ItemID WHERE Items.A IN (a)", "at character 34, 'a': there must be a value in double quotes, a number or"),
        ('INCLUDE ItemID WHERE Items.A IN ("a"', "at character 37, the end: there must be , and another value, or )."),
        ('INCLUDE ItemID WHERE Items.A IN ("a)', "at character 34, '\"a)': a closing double quote is missing."),
        ("INCLUDE ItemID WHERE Items.A IN 'a'", "at character 33, \"'a'\": nothing of the language begins so."),
        ("INCLUDE ItemID WHERE Items.A NOT IN ($X)", "at character 38, '$X': there must be a value, since NOT IN takes no placeholders"),
        ('INCLUDE ItemID WHERE Items.A = "a" AND Interactions.EVENT_TYPE IN ("x")', "there must be another field of Items, since one"),
        ('INCLUDE ItemID WHERE Items.A = "a" IF CurrentUser.B = 1 OR CurrentUser.C = 2', "there must be AND, since the conditions of"),
        ('INCLUDE ItemID WHERE Items.A = "a" IF Items.B = 1', "at character 39, 'Items.B': there must be CurrentUser.FIELD."),
        ('INCLUDE ItemID WHERE Items.A = "a" "b"', "at character 36, '\"b\"': there must be AND, OR, IF, | before another"),
        (
            "INCLUDE UserID WHERE Users.A = CurrentItem.B",
            "'CurrentItem.B': there must be a value in double quotes, a number or a placeholder",
        ),
        ("EXCLUDE ItemID WHERE Interactions.EVENT_TYPE < 3", "Interactions.EVENT_TYPE is compared by IN, NOT IN, = or !=, not by <."),
        ('INCLUDE ItemID WHERE Items.A = "a" | INCLUDE UserID WHERE Users.B = 1', "must be about ItemID, or all about UserID"),
        ("INCLUDE ItemID WHERE " + " AND ".join(f"Items.A{n} = 1" for n in range(11)), "may ask for 10 fields, and this one asks for 11"),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_filter(text)
    assert sentence in str(refused.value)
    assert str(refused.value).count(". ") == 0
