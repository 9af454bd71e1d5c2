"""CSV files of clients: what Amazon's guide allows is read, and every damaged row is told with file, row, field and value."""

from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest

from recommender.personalize.columns import Columns
from recommender.personalize.csv_rows import AT_ONCE, Reader
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.schemas import Field, Schema

INTERACTIONS = Schema(
    "INTERACTIONS",
    (
        Field("USER_ID", "string"),
        Field("ITEM_ID", "string"),
        Field("TIMESTAMP", "long"),
        Field("EVENT_VALUE", "float", nullable=True),
        Field("IMPRESSION", "string", nullable=True),
    ),
)
HEAD = b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE,IMPRESSION\n"
ITEMS = Schema(
    "ITEMS",
    (
        Field("ITEM_ID", "string"),
        Field("GENRES", "string", categorical=True),
        Field("YEAR", "int"),
        Field("FREE", "boolean", nullable=True),
    ),
)


def read(*files: bytes, schema: Schema = INTERACTIONS) -> Reader:
    reader = Reader(schema)
    for number, data in enumerate(files):
        reader.take_in(f"s3://films/{number}.csv", io.BytesIO(data), lambda n_bytes: None)
    return reader


def cells(found: Columns) -> list[tuple[object, ...]]:
    return [tuple(found.value(name, row) for name in found.names) for row in range(found.n_rows)]


def refusal(*files: bytes, schema: Schema = INTERACTIONS) -> str:
    with pytest.raises(InvalidInputError) as refused:
        read(*files, schema=schema).columns()
    return str(refused.value)


ONE = [("1", "586", 964982703.0, 4.5, "586|50|47")]


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"1,586,964982703,4.5,586|50|47\n",
        HEAD + b"1,586,964982703,4.5,586|50|47",
        b"\xef\xbb\xbf" + HEAD + b"1,586,964982703,4.5,586|50|47\n",
        (HEAD + b"1,586,964982703,4.5,586|50|47\n").replace(b"\n", b"\r\n"),
        HEAD + b'\n"1","586","964982703","4.5","586|50|47"\n\n',
        b"IMPRESSION,TIMESTAMP,more,ITEM_ID,EVENT_VALUE,USER_ID\n586|50|47,964982703,x,586,45e-1,1\n",
        b'"USER_ID","ITEM_ID","TIMESTAMP","EVENT_VALUE","IMPRESSION"\n1,586,964982703,4.5,586|50|47\n',
    ],
    ids=["plain", "no last line end", "byte order mark", "CRLF", "quotes and blank lines", "another order and one more", "quoted head"],
)
def test_one_row_is_read_however_it_is_written(data: bytes) -> None:
    assert cells(read(data).columns()) == ONE


def test_a_quoted_cell_keeps_commas_quotes_and_line_ends() -> None:
    data = HEAD + b'"a, ""b""\nc",\xc3\xa9,1,,\n2,3,4,,\n'
    found = cells(read(data).columns())
    assert found == [('a, "b"\nc', "é", 1.0, None, None), ("2", "3", 4.0, None, None)]


def test_files_are_read_one_behind_the_other_and_duplicates_kept() -> None:
    reader = read(HEAD + b"1,2,3,,\n1,2,3,,\n", b"ITEM_ID,USER_ID,TIMESTAMP,IMPRESSION,EVENT_VALUE,note\n2,1,5,,0.5,x\n")
    assert cells(reader.columns()) == [("1", "2", 3.0, None, None)] * 2 + [("1", "2", 5.0, 0.5, None)]
    assert reader.ignored == ["note"]


def test_more_rows_than_are_read_at_once_are_all_there() -> None:
    lines = [f"u{n % 997},i{n % 13},{1_600_000_000 + n},{'' if n % 2 else n / 4},\n" for n in range(AT_ONCE + 17)]
    found = read(HEAD + "".join(lines).encode()).columns()
    assert found.n_rows == AT_ONCE + 17
    assert [found.value("USER_ID", row) for row in (0, 997, AT_ONCE)] == ["u0", "u0", f"u{AT_ONCE % 997}"]
    times = found["TIMESTAMP"]
    assert isinstance(times, np.ndarray)
    assert np.array_equal(times, 1_600_000_000 + np.arange(AT_ONCE + 17))
    values = found["EVENT_VALUE"]
    assert isinstance(values, np.ndarray)
    assert np.isnan(values[1::2]).all()


def test_whole_numbers_and_truths_are_read_as_such() -> None:
    data = b"ITEM_ID,GENRES,YEAR,FREE\na,Drama|War,-5,TRUE\nb,War,2147483647,\nc,War,7,false\n"
    assert cells(read(data, schema=ITEMS).columns()) == [
        ("a", "Drama|War", -5.0, "true"),
        ("b", "War", 2147483647.0, None),
        ("c", "War", 7.0, "false"),
    ]


GOOD = b"1,2,3,,\n"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"1,2,soon,,", "TIMESTAMP must be a whole number, not 'soon'."),
        (b"1,2,1260759144.0,,", "TIMESTAMP must be a whole number, not '1260759144.0'."),
        (b"1,2,,,", "TIMESTAMP must be a whole number, not ''."),
        (b"1,2, 3,,", "TIMESTAMP must be a whole number, not ' 3'."),
        (b"1,2,1_000,,", "TIMESTAMP must be a whole number, not '1_000'."),
        ("1,2,٣,,".encode(), "TIMESTAMP must be a whole number, not '٣'."),
        (b"1,2,99999999999999999999,,", "TIMESTAMP must be a whole number, not '99999999999999999999'."),
        (b"1,2,1260759144000,,", "TIMESTAMP must be in seconds since 1970, and '1260759144000' seems to be in milliseconds."),
        (b",2,3,,", "USER_ID must not be empty."),
        (b"1,,3,,", "ITEM_ID must not be empty."),
        (b"1,2,3,nan,", "EVENT_VALUE must be a number, not 'nan'."),
        (b"1,2,3,1e999,", "EVENT_VALUE must be a number, not '1e999'."),
        (b"1,2,3,four,", "EVENT_VALUE must be a number, not 'four'."),
        (b"1,2,3", "has 3 cells where the head has 5."),
        (b"1,2,3,,,", "has 6 cells where the head has 5."),
        (b"u" * 257 + b",2,3,,", f"USER_ID must be at most 256 characters long, not '{'u' * 60}…'."),
        (b"u\0,2,3,,", "USER_ID must be text without NUL, not 'u\\x00'."),
    ],
)
def test_a_damaged_row_is_told_with_file_row_field_and_value(row: bytes, says: str) -> None:
    assert refusal(HEAD + GOOD, HEAD + GOOD * 2 + row + b"\n" + GOOD) == f"s3://films/1.csv, row 3: {says} Nothing was imported."


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (b"a,War,2147483648,", "YEAR must be a whole number of 32 bits, not '2147483648'."),
        (b"a,War,7,yes", "FREE must be true or false, not 'yes'."),
        (b"a,,7,", "GENRES must not be empty."),
        (b"a," + b"g" * 1001 + b",7,", f"GENRES must be at most 1000 characters long, not '{'g' * 60}…'."),
    ],
)
def test_the_same_of_metadata(row: bytes, says: str) -> None:
    assert refusal(b"ITEM_ID,GENRES,YEAR,FREE\n" + row + b"\n", schema=ITEMS) == f"s3://films/0.csv, row 1: {says} Nothing was imported."


def test_the_first_damage_is_told_and_the_others_are_counted() -> None:
    assert refusal(HEAD + b"1,2,x,,\n" + GOOD + b",2,3,,\n") == (
        "s3://films/0.csv, row 1: TIMESTAMP must be a whole number, not 'x'. One more row is damaged. Nothing was imported."
    )
    assert "2 more rows are damaged" in refusal(HEAD + b"1,2,3\n" + b"1,2,x,y,\n" * 2)
    assert "x'. 2,999 more rows are damaged." in refusal(HEAD + b"1,2,x,,\n" * 3000)


def test_a_file_with_very_many_damaged_rows_is_not_read_on() -> None:
    assert f"x'. At least {AT_ONCE - 1:,} more rows are damaged." in refusal(HEAD + b"1,2,x,,\n" * 3 * AT_ONCE)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "s3://films/0.csv is empty; it must begin with a head of column names."),
        (b"USER_ID,ITEM_ID,EVENT_VALUE,IMPRESSION\n", "lacks the column TIMESTAMP of the schema; its head is USER_ID,"),
        (b"1,2,3,4,5\n", "lacks the column USER_ID of the schema; its head is 1, 2, 3, 4, 5."),
        (HEAD.replace(b"ITEM_ID", b"USER_ID"), "has the column USER_ID twice."),
        (HEAD, "The files hold no row behind their heads."),
        (HEAD + GOOD + b"\xff,2,3,,\n", "holds bytes that are no UTF-8"),
        (HEAD + GOOD + b'"1,2,3,,\n', "cannot be read as CSV at line 3: unexpected end of data; check its quotes."),
        (HEAD + b'"1"x,2,3,,\n', "cannot be read as CSV at line 2"),
    ],
)
def test_a_file_that_is_none_says_what_is_wrong_with_it(data: bytes, says: str) -> None:
    assert says in refusal(data)


def test_bytes_that_are_no_utf_8_are_told_with_their_row() -> None:
    assert refusal(HEAD + GOOD + b"caf\xe9,2,3,,\n" + GOOD).startswith(
        "s3://films/0.csv, row 2: holds bytes that are no UTF-8 (b'\\xe9,2,')."
    )


def test_a_head_of_very_many_columns_is_read_at_once() -> None:
    more = ",".join(f"c{number}" for number in range(20_000)).encode()
    began = time.thread_time()
    reader = read(b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE,IMPRESSION," + more + b"\nu,i,1,," + b",x" * 20_000 + b"\n")
    assert time.thread_time() - began < 2
    assert reader.columns().n_rows == 1
    assert len(reader.ignored) == 20_000


def test_a_line_without_end_is_not_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: Any) -> int:
            self.given += len(into)
            assert self.given < 100 << 20
            into[:] = b"x" * len(into)
            return len(into)

    reader, endless = Reader(INTERACTIONS), Endless()
    reader.take_in("s3://films/0.csv", io.BufferedReader(endless, 1 << 16), lambda n_bytes: None)
    with pytest.raises(InvalidInputError, match="field larger than field limit"):
        reader.columns()
    assert endless.given < 40 << 20
