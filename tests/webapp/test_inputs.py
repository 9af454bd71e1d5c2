"""What people type and programs send: taken as meant, or refused with the value and what would be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from recommender.errors import InvalidInputError
from webapp import inputs

TOO_LONG = "1" * 5000

NOT_WHOLE = [
    (None, "None"),
    ("", "''"),
    (" ", "' '"),
    ("ten", "'ten'"),
    ("٣", "'٣'"),  # three, in Arabic digits
    ("１０", "'１０'"),  # ten, full width
    ("²", "'²'"),
    ("1.5", "'1.5'"),
    ("1.0", "'1.0'"),
    ("1e3", "'1e3'"),
    ("-3", "'-3'"),
    ("+5", "'+5'"),
    ("0", "'0'"),
    ("1,000", "'1,000'"),
    ("1_000", "'1_000'"),
    ("0x10", "'0x10'"),
    ("1 0", "'1 0'"),
    ("5\n", r"'5\n'"),
    ("5\x00", r"'5\x00'"),
    (TOO_LONG, f"'{'1' * 56}..."),
    ("NaN", "'NaN'"),
    ("<b>5</b>", "'<b>5</b>'"),
]


@pytest.mark.parametrize(("text", "shown"), [*NOT_WHOLE, (str(10**9), "'1000000000'"), ("101", "'101'")])
def test_what_is_no_amount_is_refused_with_what_was_met(text, shown):
    with pytest.raises(InvalidInputError) as refused:
        inputs.whole_number(text, "amount", 100)

    assert str(refused.value) == f"amount must be a whole number from 1 to 100, not {shown}."
    assert (refused.value.field, refused.value.value) == ("amount", text)


@pytest.mark.parametrize(("text", "shown"), [*NOT_WHOLE, (str(2**53 + 1), "'9007199254740993'")])
def test_what_is_no_user_id_is_refused_with_what_was_met(text, shown):
    with pytest.raises(InvalidInputError) as refused:
        inputs.user_id(text)

    assert str(refused.value) == f"user id must be a whole number from 1 to 9007199254740992, not {shown}."


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1", 1), ("10", 10), ("100", 100), (" 5 ", 5), ("007", 7), (None, 10)],  # nothing sent is ten films
)
def test_an_amount_is_taken_as_meant(text, amount):
    assert inputs.amount(text) == amount


def test_an_empty_amount_is_not_the_default():
    with pytest.raises(InvalidInputError, match=r"^amount must be a whole number from 1 to 100, not ''\.$"):
        inputs.amount("")


@given(st.integers(1, 2**53))
def test_every_number_in_range_is_a_user_id(number):
    assert inputs.user_id(str(number)) == number


@given(st.text(max_size=30))
def test_any_text_is_a_number_in_range_or_refused_for_it(text):
    try:
        number = inputs.whole_number(text, "n", 100)
    except InvalidInputError:
        return
    assert 1 <= number <= 100
    assert int(text) == number


@pytest.mark.parametrize(
    ("text", "stars"), [("0.5", 0.5), ("1", 1.0), ("1.0", 1.0), ("3.5", 3.5), ("5", 5.0), ("5.0", 5.0), (" 4.5 ", 4.5)]
)
def test_stars_are_taken_by_halves(text, stars):
    assert inputs.stars(text) == stars


@pytest.mark.parametrize(
    "text",
    [None, "", "0", "0.0", "0.4", "5.5", "6", "-1", "4.25", "4.50", "4.", ".5", "4,5", "four", "٣", "1e0", "nan", "inf", "45", "True"],
)
def test_what_is_no_half_step_is_refused(text):
    with pytest.raises(InvalidInputError) as refused:
        inputs.stars(text)

    assert str(refused.value) == f"rating must be a number from 0.5 to 5 in half steps, not {text!r}."


@pytest.mark.parametrize(("body", "stars"), [(b'{"rating": 4.5}', 4.5), (b'{"rating":4}', 4.0), (b' {"rating" : 5e-1 } ', 0.5)])
def test_a_rating_body_holds_one_json_number(body, stars):
    assert inputs.rating_body(body) == stars


NOT_A_BODY = 'body must be a JSON object like {"rating": 4.5}, not '
NOT_A_RATING = "rating must be a number from 0.5 to 5 in half steps, not "


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", NOT_A_BODY + "''."),
        (b"{", NOT_A_BODY + "'{'."),
        (b"4.5", NOT_A_BODY + "4.5."),
        (b"null", NOT_A_BODY + "None."),
        (b"[4.5]", NOT_A_BODY + "[4.5]."),
        (b"{}", NOT_A_BODY + "{}."),
        (b'{"stars": 4.5}', NOT_A_BODY + "{'stars': 4.5}."),
        (b'{"rating": 4, "note": "x"}', NOT_A_BODY + "{'rating': 4, 'note': 'x'}."),
        (b'{"rating": 1, "rating": 5}', NOT_A_BODY + """'{"rating": 1, "rating": 5}'."""),  # which one was meant?
        (b'{"rating": NaN}', NOT_A_BODY + """'{"rating": NaN}'."""),  # no such thing in JSON
        (b'{"rating": Infinity}', NOT_A_BODY + """'{"rating": Infinity}'."""),
        (b'{"rating": 4.5}x', NOT_A_BODY + """'{"rating": 4.5}x'."""),
        (b"\xff\xfe", NOT_A_BODY + "'��'."),
        (b"[" * 1000, NOT_A_BODY + "'" + "[" * 56 + "...."),
        (b'{"rating": "4"}', NOT_A_RATING + "'4'."),
        (b'{"rating": true}', NOT_A_RATING + "True."),  # which Python would count as 1
        (b'{"rating": null}', NOT_A_RATING + "None."),
        (b'{"rating": [4]}', NOT_A_RATING + "[4]."),
        (b'{"rating": 0}', NOT_A_RATING + "0."),
        (b'{"rating": -0.5}', NOT_A_RATING + "-0.5."),
        (b'{"rating": 5.5}', NOT_A_RATING + "5.5."),
        (b'{"rating": 4.25}', NOT_A_RATING + "4.25."),
        (b'{"rating": 1e400}', NOT_A_RATING + "inf."),
        (b'{"rating": 1' + b"0" * 400 + b"}", NOT_A_RATING + "1" + "0" * 56 + "...."),
    ],
)
def test_any_other_body_is_refused(body, sentence):
    with pytest.raises(InvalidInputError) as refused:
        inputs.rating_body(body)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        ([], ()),
        ([""], ()),
        (["Drama"], ("Drama",)),
        (["Drama,Sci-Fi"], ("Drama", "Sci-Fi")),
        (["Drama", "Sci-Fi"], ("Drama", "Sci-Fi")),
        ([" Drama , ,Drama", "Drama"], ("Drama",)),
        (["(no genres listed)"], ("(no genres listed)",)),
    ],
)
def test_genres_come_repeated_or_joined(texts, names):
    assert inputs.genres(texts) == names


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["x" * 41], f"genre must be a genre's name of at most 40 characters, not '{'x' * 41}'."),
        (["Dra\nma"], r"genre must be a genre's name of at most 40 characters, not 'Dra\nma'."),
        ([",".join(map(str, range(41)))], "genre must be at most 40 genres, not '41 genres'."),
        (["Drama"] * 41, "genre must be at most 40 genres, not '41 genres'."),
    ],
)
def test_what_cannot_be_genres_is_refused(texts, sentence):
    with pytest.raises(InvalidInputError) as refused:
        inputs.genres(texts)

    assert str(refused.value) == sentence


@pytest.mark.parametrize("text", [None, "", "  ", "x" * 201, "a\x00b"])
def test_a_search_needs_some_words(text):
    with pytest.raises(InvalidInputError) as refused:
        inputs.search_words(text)

    assert refused.value.expected == "some words of a title, at most 200 characters"


def test_a_parameter_sent_twice_is_refused_even_if_both_are_equal():
    assert inputs.one(MultiDict([("n", "5")]), "n") == "5"
    assert inputs.one(MultiDict(), "n") is None
    with pytest.raises(InvalidInputError, match=r"^n must be given once, not '5, 5'\.$"):
        inputs.one(MultiDict([("n", "5"), ("n", "5")]), "n")


def test_a_misspelt_parameter_is_refused():
    with pytest.raises(InvalidInputError, match=r"^query parameter must be n or with or without, not 'wiht'\.$"):
        inputs.only(MultiDict([("n", "5"), ("wiht", "Drama")]), "n", "with", "without")


@pytest.mark.parametrize(("sent", "year"), [("1995", 1995), ("1995.0", 1995), ("1.995e3", 1995), ("null", None)])
def test_a_year_is_a_whole_number_however_json_writes_it(sent: str, year: int | None) -> None:
    assert inputs.film_body(f'{{"title": "Heat", "year": {sent}}}'.encode())[1] == year


@pytest.mark.parametrize("sent", ["1995.5", "true", '"1995"', "1e999"])
def test_what_is_no_whole_number_is_no_year(sent: str) -> None:
    with pytest.raises(InvalidInputError):
        inputs.film_body(f'{{"title": "Heat", "year": {sent}}}'.encode())
