"""Every film of every list can be taken apart into what its score is made of, and the sum is the score shown."""

from __future__ import annotations

import pytest

from recommender.domain import FIRST_OWN_USER_ID, Asker
from recommender.errors import InvalidInputError, NotAllowedError, UnknownMovieError, UnknownUserError
from recommender.serving import Recommender


def test_the_parts_of_every_film_of_a_list_add_up_to_the_score_shown(recommender: Recommender) -> None:
    for viewer in range(1, 21):
        for line in recommender.list_for(viewer).movies:
            why = recommender.why(viewer, line.movie.movie_id)
            assert why.score == line.score
            assert sum(part.amount for part in why.parts) == pytest.approx(line.score, abs=1e-6)


def test_neighbours_stay_without_a_name_and_say_what_they_gave(recommender: Recommender) -> None:
    film = recommender.list_for(1).movies[0].movie.movie_id

    base, *others = recommender.why(1, film).parts

    assert (base.kind, base.amount, base.text) == ("base", 2.5, "Where every film starts.")
    assert {part.kind for part in others} == {"neighbour"}
    assert {part.text for part in others} == {"Somebody of like taste gave it 5 stars."}


def test_whoever_has_rated_nothing_is_told_what_everybody_likes(recommender: Recommender) -> None:
    person, token = recommender.new_person()

    why = recommender.why(person, 1, asker=Asker(token))

    assert why.recipe == "popular"
    assert [part.kind for part in why.parts] == ["base", "popularity"]


def test_a_film_nobody_near_has_rated_has_no_score_and_no_parts(recommender: Recommender) -> None:
    person, token = recommender.new_person()
    recommender.rate(person, 2, 5.0, asker=Asker(token))
    unknown = [film for film in range(1, 31) if recommender.why(person, film, asker=Asker(token)).score is None]

    assert all(recommender.why(person, film, asker=Asker(token)).parts == () for film in unknown)


def test_parts_tell_of_own_ratings_and_are_for_their_owner(recommender: Recommender) -> None:
    person, token = recommender.new_person(shared=True)
    recommender.rate(person, 2, 5.0, asker=Asker(token))

    assert recommender.list_for(person).movies  # the list is for everybody
    with pytest.raises(NotAllowedError):
        recommender.why(person, 1)


@pytest.mark.parametrize(("viewer", "film", "error"), [(0, 1, InvalidInputError), (99, 1, UnknownUserError), (1, 999, UnknownMovieError)])
def test_what_is_not_there_is_refused(recommender: Recommender, viewer: int, film: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        recommender.why(viewer, film)


def test_a_number_that_nobody_has_is_refused_as_a_private_one(recommender: Recommender) -> None:
    with pytest.raises(NotAllowedError):
        recommender.why(FIRST_OWN_USER_ID + 77, 1)
