"""Files that arrive cut, flipped, bombed or forged: a sentence or a reading in which every row is accounted for, never anything else."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recommender.data.exports import MOST_BYTES, Export, read_export
from recommender.data.exports.rows import KINDS, LONGEST_TEXT, RATING
from recommender.errors import InvalidInputError
from tests.recommender.data.exports.test_exports import FIXTURES, folder, zip_of

GOOD = {str(path.relative_to(FIXTURES)): path.read_bytes() for path in sorted(FIXTURES.rglob("*")) if path.is_file()}
GOOD["letterboxd.zip"] = zip_of(folder("letterboxd"))
GOOD["trakt.zip"] = zip_of(folder("trakt"))


def damaged(rng: np.random.Generator) -> Iterator[tuple[str, str, bytes]]:
    """What was done, the file's name and what is left of it."""
    for name, content in GOOD.items():
        for share in (0.1, 0.35, 0.6, 0.9, 0.99):
            yield "cut", name, content[: int(len(content) * share)]
        for n_flips in (1, 5, 50):
            flipped = bytearray(content)
            for at in rng.integers(0, len(content), n_flips):
                flipped[at] ^= 1 << int(rng.integers(8))
            yield "flipped", name, bytes(flipped)
        middle = len(content) // 2
        yield "huge cell", name, content[:middle] + b"a" * 300_000 + content[middle:]
        yield "NULs", name, content[:middle] + b"\0" * 500 + content[middle:]
        yield "quote", name, content[:middle] + b'"' + content[middle:]
        yield "headless", name, content.partition(b"\n")[2]
        yield "twice", name, content + content
        yield "newlines", name, content.replace(b"\n", b"\r\r\n\n")
    for name in [name for name in GOOD if name.endswith(".csv")]:
        text = GOOD[name].decode("utf-8", "replace")
        yield "EBCDIC", name, text.encode("cp500", "replace")
        yield "UTF-32", name, text.encode("utf-32")
        yield "odd UTF-16", name, text.encode("utf-16")[:-1]
        yield "fewer columns", name, "\n".join(line.rpartition(",")[0] for line in text.split("\n")).encode()
        yield "no first column", name, "\n".join(line.partition(",")[2] for line in text.split("\n")).encode()
    yield from forged()


@cache
def forged() -> tuple[tuple[str, str, bytes], ...]:
    """Zips and texts that somebody made to do harm."""
    return tuple(_forged())


def _forged() -> Iterator[tuple[str, str, bytes]]:
    table = b"Title,Year\nAlien,1979\n"
    yield "bomb", "bomb.zip", zip_of({"a.csv": b"Title,Year\n" + b" " * (65 << 20)})
    yield "bomb of many", "bomb.zip", zip_of({f"{n}.csv": table + b" " * (5 << 20) for n in range(15)})
    yield "too many", "many.zip", zip_of({f"{n}.csv": table for n in range(21)})
    yield "far too many", "many.zip", zip_of({f"{n}.jpg": b"" for n in range(1_001)})
    yield "nested", "nested.zip", zip_of({"a.csv": table, "inner.zip": zip_of({"a.csv": table})})
    yield "nested, disguised", "nested.zip", zip_of({"ratings.csv": zip_of({"a.csv": table})})
    yield "path tricks", "paths.zip", zip_of({"../../etc/passwd.csv": table, "/abs.csv": table, "C:\\a.csv": table, "..\\b.csv": table})
    yield "bzip2", "packed.zip", zip_of({"a.csv": table}, zipfile.ZIP_BZIP2)
    yield "empty", "empty.zip", zip_of({})
    yield "no films", "pictures.zip", zip_of({"a.jpg": b"x"})
    encrypted = bytearray(zip_of({"a.csv": table}))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    yield "encrypted", "secret.zip", bytes(encrypted)
    lying = bytearray(zip_of({"a.csv": table * 9_000}))
    at = lying.index(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<I", 10)  # says that it unpacks to ten bytes
    yield "lying about its size", "lie.zip", bytes(lying)
    sheet = zip_of({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    yield "spreadsheet", "films.xlsx", sheet
    yield "too large", "large.csv", b"Title\n" + b"a" * MOST_BYTES
    entities = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><recentratings>&b;</recentratings>'
    yield "entities", "lol.xml", entities.encode()
    yield "outside entity", "xxe.xml", b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><recentratings>&x;</recentratings>'
    yield "deep XML", "deep.xml", b"<recentratings>" + b"<film>" * 200_000
    yield "deep JSON", "deep.json", b"[" * 1_000_000
    yield "deep entry", "deep.json", b'[{"movie":' + b"[" * 3_000 + b"]" * 3_000 + b"}]"
    yield "many lists", "lists.json", b"[" + b"[]," * 90_000 + b"[]]"
    yield "long number", "number.json", b'[{"rating":' + b"9" * 50_000 + b',"movie":{"title":"Alien"}}]'
    yield "not a number", "nan.json", b'[{"rating":NaN,"rated_at":1,"movie":{"title":"Alien"}},{"rating":1e999,"movie":{"title":"Alien"}}]'
    yield (
        "wrong kinds",
        "kinds.json",
        b'[{"movie":7},{"movie":{"title":[]},"rating":true},{"movie":{"title":"A","ids":[]},"rating":"8"},3,null]',
    )
    yield "wide", "wide.csv", b"Title," + b"," * 500_000 + b"\nAlien"
    yield "all quotes", "quotes.csv", b"Title\n" + b'"\n' * 90_000
    yield "one line", "line.csv", b'"' * 3_000_000
    yield "script", "x.csv", b"Title,Year\n<script>alert(1)</script>,2000\n"


def n_lines(content: bytes) -> int:
    return sum(1 for line in content.replace(b"\r", b"\n").split(b"\n") if line.strip())


def check(export: Export) -> None:
    assert export.n_rows == len(export.rows) + len(export.skipped)
    assert len({(row.file, row.line) for row in (*export.rows, *export.skipped)}) == export.n_rows, "a row is counted twice"
    for row in export.rows:
        assert row.kind in KINDS
        assert (row.kind == RATING) == (row.stars is not None)
        assert row.stars is None or (row.stars * 2).is_integer()
        assert row.stars is None or 0.5 <= row.stars <= 5
        assert row.title or row.imdb_id or row.tmdb_id or row.movie_id
    for one in (*export.rows, *export.skipped):
        assert len(one.text) <= LONGEST_TEXT
        assert "\n" not in one.text
    for left_out in export.skipped:
        assert left_out.reason.endswith(".")


def sentence_of(name: str, content: bytes) -> str:
    """Why the file is refused; empty where it is read, with every row accounted for."""
    try:
        check(read_export(name, content))
    except InvalidInputError as error:
        return str(error)
    return ""


def test_a_damaged_file_is_refused_in_a_sentence_or_every_row_is_accounted_for(rng: np.random.Generator) -> None:
    outcomes: Counter[str] = Counter()
    slowest = (0.0, "")
    for what, name, content in damaged(rng):
        began = time.perf_counter()
        try:
            sentence = sentence_of(name, content)
        except Exception as error:
            error.add_note(f"{what}: {name}")
            raise
        slowest = max(slowest, (time.perf_counter() - began, f"{what}: {name}"))
        outcomes["refused" if sentence else "read"] += 1
        if sentence:
            assert " must be " in sentence, what
            assert sentence.endswith("."), what
            assert len(sentence) < 300, what

    print(f"{outcomes.total()} files: {outcomes['read']} read, {outcomes['refused']} refused; slowest {slowest[0]:.1f} s ({slowest[1]})")
    assert outcomes.total() >= 300


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("bomb", "bomb.zip must be a zip of at most 64 MiB unpacked, not 'more, in a.csv'."),
        ("too many", "many.zip must be a zip of at most 20 files about films, not '21 files'."),
        ("nested", "nested.zip must be a zip without another zip in it; send the inner one alone, not 'one with inner.zip'."),
        ("nested, disguised", "nested.zip must be a zip without another zip in it; send the inner one alone, not 'one with ratings.csv'."),
        ("path tricks", "paths.zip must be a zip with CSV, JSON or XML files about films, not '4 files of other kinds'."),
        ("encrypted", "secret.zip must be a zip without a password, not 'a.csv, which is encrypted'."),
        ("spreadsheet", "films.xlsx must be a CSV file; save the sheet as CSV, not 'a spreadsheet'."),
        ("too large", "large.csv must be of at most 8 MiB, not '8.0 MiB'."),
        ("entities", "lol.xml must be XML without one, as Criticker writes it, not 'XML with a document type'."),
    ],
)
def test_what_was_made_to_do_harm_is_refused_by_name(what: str, sentence: str) -> None:
    name, content = next((name, content) for kind, name, content in forged() if kind == what)

    with pytest.raises(InvalidInputError) as refused:
        read_export(name, content)

    assert str(refused.value) == sentence


def test_a_bomb_takes_little_memory() -> None:
    content = zip_of({"a.csv": b"\0" * (256 << 20)})

    tracemalloc.start()
    with pytest.raises(InvalidInputError):
        read_export("bomb.zip", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 160 << 20


def test_nothing_is_written_to_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    read_export("paths.zip", zip_of({"../up.csv": b"Title\nAlien\n", "in/down.csv": b"Title\nAlien\n"}))

    assert list(tmp_path.rglob("*")) == []
    assert not (tmp_path.parent / "up.csv").exists()


def test_a_cut_list_says_so_and_keeps_what_came_before() -> None:
    content = GOOD["trakt/ratings/ratings-movies.json"]
    export = read_export("ratings-movies.json", content[: len(content) - 100])

    assert [row.title for row in export.rows] == ["Alien"]
    assert len(export.skipped) == 1


def test_a_broken_entry_of_a_list_costs_that_entry_alone() -> None:
    text = '[{"title": "Alien", "year": 1979}, {"title": "Ja"ws"}, {"title": "Ran", "year": 1985}]'
    export = read_export("films.json", text.encode())

    assert [(row.line, row.title) for row in export.rows] == [(1, "Alien"), (3, "Ran")]
    assert [row.line for row in export.skipped] == [2]


def test_a_row_that_is_counted_twice_would_be_noticed() -> None:
    export = read_export("ratings.csv", GOOD["letterboxd/ratings.csv"])

    with pytest.raises(AssertionError, match="counted twice"):
        check(replace(export, rows=(*export.rows, export.rows[0])))


def test_every_line_of_a_table_is_a_row() -> None:
    for name in ("letterboxd/ratings.csv", "imdb-2025.csv", "movielens.csv", "netflix/Ratings.csv"):
        content = GOOD[name] + b"one,two\n" * 5

        assert read_export(name, content).n_rows == n_lines(content) - 1


def test_a_zip_that_is_flipped_anywhere_is_read_or_refused() -> None:
    content = GOOD["letterboxd.zip"]
    refused = 0
    for at in range(0, len(content), 11):
        flipped = bytearray(content)
        flipped[at] ^= 0xFF
        refused += bool(sentence_of("letterboxd.zip", bytes(flipped)))

    assert refused
