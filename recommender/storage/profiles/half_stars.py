"""Stars as every store keeps them: half stars, the whole numbers 1 to 10."""

from __future__ import annotations

from recommender.domain import Rating, UserId
from recommender.errors import InvalidInputError


def half_stars_of(rating: Rating, user_id: UserId) -> int:
    """Of this person's rating; InvalidInputError for one of somebody else, or off the scale."""
    if rating.user_id != user_id:
        raise InvalidInputError("user id", rating.user_id, f"{user_id}, whose ratings these are")
    half_stars = rating.stars * 2
    if half_stars not in range(1, 11):
        raise InvalidInputError("rating", rating.stars, "0.5 to 5 stars in half steps")
    return int(half_stars)
