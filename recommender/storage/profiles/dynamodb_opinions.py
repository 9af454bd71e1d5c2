"""What people say of films in DynamoDB: ratings and marks, items of one table that one Query reads for a person."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from recommender.domain import FilmMark, MovieId, Rating, UserId
from recommender.storage.profiles.changes import Checked
from recommender.storage.profiles.dynamodb_calls import DynamoCalls
from recommender.storage.profiles.dynamodb_items import (
    KIND_PLACES,
    Item,
    is_mark,
    mark_key,
    mark_of,
    rating_key,
    rating_of,
    wire,
    wire_mark,
    wire_rating,
)

FEW = 4  # ratings and marks that are put one by one, for which nobody's whole opinions are read first
RATINGS = "userID > :none AND movieID >= :none"  # which items of the table are ratings; those of nobody are added films
MARKS = "userID > :none AND movieID < :none"


def of(at: DynamoCalls, user_id: UserId) -> tuple[tuple[Rating, ...], tuple[FilmMark, ...]]:
    """Every rating of a person by film, and every mark by film and kind."""
    ratings: list[Rating] = []
    marks: list[FilmMark] = []
    for item in at.opinions_of(user_id):
        if is_mark(item):
            marks.append(mark_of(item))
        else:
            ratings.append(rating_of(item))
    return tuple(ratings), tuple(sorted(marks, key=lambda mark: (mark.movie_id, mark.kind)))


def make(at: DynamoCalls, table: str, user_id: UserId, change: Checked) -> list[Item]:
    """Put what is new or other than it is, and take away what is to go; the keys of what was put, for who must take it back."""
    ratings, marks = change.ratings, change.marks
    if len(ratings) + len(marks) > FEW:
        there, marked = of(at, user_id)
        same = {(one.movie_id, round(one.stars * 2)) for one in there}
        marks_there = {(one.movie_id, one.kind) for one in marked}
        items = [wire_rating(one) for one, half_stars in ratings.values() if (one.movie_id, half_stars) not in same]
        items += [wire_mark(mark) for key, mark in marks.items() if key not in marks_there]
        at.put_all(table, items)
    else:
        for rating, half_stars in ratings.values():
            put_rating(at, table, rating, half_stars)
        for mark in marks.values():
            _put_mark(at, table, mark)
    gone = [rating_key(user_id, movie_id) for movie_id in change.unrated]
    at.delete_all(table, gone + [mark_key(user_id, movie_id, kind) for movie_id, kind in change.unmarked])
    return [*(rating_key(user_id, movie_id) for movie_id in ratings), *(mark_key(user_id, *mark) for mark in marks)]


def put_rating(at: DynamoCalls, table: str, rating: Rating, half_stars: int) -> None:
    """Put one rating."""
    # Refused: equal stars keep their time.
    at.write_if(
        TableName=table,
        Key=rating_key(rating.user_id, rating.movie_id),
        UpdateExpression="SET half_stars = :half_stars, rated_at = :rated_at",
        ConditionExpression="attribute_not_exists(half_stars) OR half_stars <> :half_stars",
        ExpressionAttributeValues={":half_stars": wire(half_stars), ":rated_at": wire(rating.rated_at)},
    )


def _put_mark(at: DynamoCalls, table: str, mark: FilmMark) -> None:
    # Refused: an equal mark keeps its time.
    at.write_if(
        TableName=table,
        Key=mark_key(mark.user_id, mark.movie_id, mark.kind),
        UpdateExpression="SET film = :film, kind = :kind, marked_at = :marked_at",
        ConditionExpression="attribute_not_exists(marked_at)",
        ExpressionAttributeValues={":film": wire(mark.movie_id), ":kind": wire(mark.kind), ":marked_at": wire(mark.marked_at)},
    )


def all_ratings(at: DynamoCalls, table: str, people: set[UserId]) -> Iterator[Rating]:
    """Those of these people, by user and film. DynamoDB has no order over its keys: they are gathered, 32 bytes each, and sorted."""
    found = map(rating_of, _scanned(at, table, RATINGS))
    # Not what a rater who died in the middle left of a person who has gone.
    rows = ((one.user_id, one.movie_id, round(one.stars * 2), one.rated_at) for one in found if one.user_id in people)
    for user_id, movie_id, half_stars, rated_at in _sorted(rows):
        yield Rating(UserId(user_id), MovieId(movie_id), half_stars / 2, rated_at)


def all_marks(at: DynamoCalls, table: str, people: set[UserId]) -> Iterator[FilmMark]:
    """Those of these people, by user, film and kind, gathered as ratings are."""
    kinds = sorted(KIND_PLACES)
    found = map(mark_of, _scanned(at, table, MARKS))
    rows = ((one.user_id, one.movie_id, kinds.index(one.kind), one.marked_at) for one in found if one.user_id in people)
    for user_id, movie_id, kind, marked_at in _sorted(rows):
        yield FilmMark(UserId(user_id), MovieId(movie_id), kinds[kind], marked_at)


def count(at: DynamoCalls, table: str, which: str) -> int:
    """How many items there are. which: RATINGS or MARKS."""
    return at.count(TableName=table, FilterExpression=which, ExpressionAttributeValues={":none": wire(0)})


def _scanned(at: DynamoCalls, table: str, which: str) -> Iterator[Item]:
    return at.scan(TableName=table, FilterExpression=which, ExpressionAttributeValues={":none": wire(0)})


def _sorted(rows: Iterator[tuple[int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """By the first three of each row; the third is small."""
    columns = array("q"), array("q"), array("b"), array("q")
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    first, second, third, fourth = columns
    for at in sorted(range(len(first)), key=lambda at: (first[at], second[at], third[at])):
        yield first[at], second[at], third[at], fourth[at]
