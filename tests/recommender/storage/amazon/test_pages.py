"""DynamoDB answers by pages: what is behind the first is not forgotten."""

from __future__ import annotations

from recommender.domain import MovieId, Rating
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_names import Tables


def test_queries_scans_and_counts_go_on_to_the_last_page(profiles: DynamoProfiles, table: str) -> None:
    alice = profiles.new_person("digest", shared=False, now=0)
    for movie_id in range(1, 8):
        profiles.rate(Rating(alice, MovieId(movie_id), 3.0, 0))
    hers = {"FilterExpression": "userID = :user", "ExpressionAttributeValues": {":user": {"N": str(alice)}}}
    asked = {"TableName": Tables.of(table).ratings, "Limit": 2}
    of_one = {"KeyConditionExpression": "userID = :user", "ExpressionAttributeValues": {":user": {"N": str(alice)}}}

    assert len(list(profiles._at.query(**asked, **of_one))) == 7
    assert len(list(profiles._at.scan(**asked, **hers))) == 7
    assert profiles._at.count(**asked, **hers) == 7
