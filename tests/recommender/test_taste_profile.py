"""What somebody's stars say of them, in worlds where the answer can be read off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from recommender import training
from recommender.domain import HIDDEN, SEEN, Asker
from recommender.errors import NotAllowedError
from recommender.models import History
from recommender.publication import InForce, Published
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles
from recommender.taste_profile import Part, TasteProfile, taste_profile
from tests.worlds import data_set_of, rating, two_tastes

Train = Callable[..., training.Trained]
DRAMA_1, HORROR_2, COMEDY_3, DRAMA_4, HORROR_5, COMEDY_6, UNRATED_DRAMA_7 = range(1, 8)
ALL = range(1, 7)


@pytest.fixture
def lukewarm(blobs: Blobs, train: Train) -> Published:
    """Five viewers gave each of six films 3 stars, viewer 6 gave film 1 alone 5 stars, and nobody has seen film 7."""
    train(data_set_of([*(rating(user, film, 3) for user in range(1, 6) for film in ALL), rating(6, DRAMA_1, 5)], n_movies=7))
    return InForce(blobs).published()


def profile_of(stars: Mapping[int, float], published: Published, own_row: int | None = None) -> TasteProfile:
    columns = np.array([film - 1 for film in sorted(stars)], dtype=np.int32)
    half_stars = np.array([round(stars[film] * 2) for film in sorted(stars)], dtype=np.uint8)
    return taste_profile(History.untimed(columns, half_stars, own_row=own_row), published)


def test_a_genre_is_told_beside_what_everybody_gives_the_same_films(lukewarm: Published) -> None:
    profile = profile_of({HORROR_2: 4, DRAMA_4: 5, HORROR_5: 2}, lukewarm)

    assert profile.genres == (
        Part("Horror", 2, 2 / 3, 10 / 31, 3.0, 3.0),
        Part("Drama", 1, 1 / 3, 11 / 31, 5.0, 3.0),
    )
    assert profile.decades == (Part("1900s", 3, 1.0, 1.0, 11 / 3, 3.0),)


def test_stars_are_counted_by_half_steps(lukewarm: Published) -> None:
    profile = profile_of({DRAMA_1: 0.5, HORROR_2: 5, COMEDY_3: 5}, lukewarm)

    assert profile.histogram == (1, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    assert (profile.n_rated, profile.mean_stars) == (3, 3.5)


def test_agreement_is_the_share_of_films_within_a_star_of_what_the_others_give(lukewarm: Published) -> None:
    profile = profile_of({HORROR_2: 4, COMEDY_3: 2, DRAMA_4: 4.5, HORROR_5: 0.5, UNRATED_DRAMA_7: 5}, lukewarm)

    assert (profile.agreement, profile.n_compared) == (0.5, 4)


def test_films_seen_otherwise_than_most_come_furthest_first_and_at_equal_distance_by_number(lukewarm: Published) -> None:
    profile = profile_of({HORROR_2: 5, COMEDY_3: 4.5, DRAMA_4: 5, HORROR_5: 1, COMEDY_6: 3.5}, lukewarm)

    assert [line.movie.movie_id for line in profile.loved_more] == [HORROR_2, DRAMA_4, COMEDY_3]
    assert [(line.movie.movie_id, line.stars, line.everybody_stars, line.n_others) for line in profile.loved_less] == [(HORROR_5, 1, 3, 5)]


def test_a_viewer_of_the_data_is_none_of_the_others(lukewarm: Published) -> None:
    as_viewer_6 = profile_of({DRAMA_1: 5}, lukewarm, own_row=5)
    as_newcomer = profile_of({DRAMA_1: 5}, lukewarm)

    assert as_viewer_6.everybody_stars == 3.0
    assert as_newcomer.everybody_stars == pytest.approx(20 / 6)
    assert as_viewer_6.loved_more[0].n_others == 5


def test_a_film_that_few_have_rated_says_nothing_of_most_people(blobs: Blobs, train: Train) -> None:
    train(data_set_of([*(rating(user, 1, 3) for user in range(1, 5)), *(rating(user, 2, 3) for user in range(1, 6))]))

    profile = profile_of({1: 5, 2: 5}, InForce(blobs).published())

    assert [line.movie.movie_id for line in profile.loved_more] == [2]
    assert profile.n_compared == 1


def test_whoever_has_rated_nothing_has_an_empty_profile(lukewarm: Published) -> None:
    profile = profile_of({}, lukewarm)

    assert profile == TasteProfile(0, (0,) * 10, None, None, None, 0, (), (), (), (), "")


class TestKindOfViewer:
    @pytest.fixture
    def even(self, blobs: Blobs, train: Train) -> Published:
        """Five viewers gave each of sixty films 3 stars, twenty of each genre."""
        train(data_set_of(rating(user, film, 3) for user in range(1, 6) for film in range(1, 61)))
        return InForce(blobs).published()

    def test_says_what_is_watched_more_and_less_and_with_which_hand_stars_are_given(self, even: Published) -> None:
        horror = dict.fromkeys(range(2, 61, 3), 4.5)

        assert profile_of({**horror, 3: 3}, even).kind == (
            "You watch more Horror than most, and little Comedy. You like Horror better than others do. "
            "You give 1.4 stars more than others give the same films."
        )

    def test_says_so_where_nothing_stands_out(self, even: Published) -> None:
        assert profile_of(dict.fromkeys(range(1, 31), 3), even).kind == (
            "You watch a bit of everything, much as most people do. You give stars much as others do."
        )

    def test_says_nothing_of_four_ratings(self, even: Published) -> None:
        assert profile_of(dict.fromkeys(range(1, 5), 5), even).kind == ""

    def test_a_strict_hand_is_told_as_such(self, even: Published) -> None:
        assert profile_of(dict.fromkeys(range(1, 31), 1.5), even).kind.endswith("You give 1.5 stars less than others give the same films.")


class TestForWhom:
    def test_sample_viewers_can_be_looked_at_by_all(self, recommender: Recommender) -> None:
        profile = recommender.taste_profile(3)

        assert {line.movie.movie_id % 2 for line in profile.loved_more} == {1}

    def test_a_persons_own_is_for_them_alone_even_where_the_list_is_shared(self, recommender: Recommender) -> None:
        person, token = recommender.new_person(shared=True)
        recommender.rate(person, 1, 5, asker=Asker(token))

        assert recommender.taste_profile(person, asker=Asker(token)).n_rated == 1
        with pytest.raises(NotAllowedError):
            recommender.taste_profile(person)


@pytest.fixture
def grouped(blobs: Blobs, train: Train) -> Published:
    """Two tastes of sixty viewers, in groups."""
    train(data_set_of(two_tastes(n_users=60)))
    return InForce(blobs).published()


LOVES_ODD = {film: 5.0 if film % 2 else 1.0 for film in range(1, 11)}


def test_viewers_are_in_groups_of_like_taste_and_the_nearest_comes_first(grouped: Published) -> None:
    profile = profile_of(LOVES_ODD, grouped)

    assert len(profile.groups) == 3  # twenty people in each, more or less
    assert [group.likeness for group in profile.groups] == sorted((group.likeness for group in profile.groups), reverse=True)
    assert sum(group.share for group in profile.groups) == pytest.approx(1)
    assert {movie.movie_id % 2 for movie in profile.groups[0].typical} == {1}
    assert {movie.movie_id % 2 for movie in profile.groups[-1].typical} == {0}
    assert profile.groups[0].likeness > 0.5 > profile.groups[-1].likeness


def test_the_films_of_the_nearest_group_are_those_of_which_nothing_is_said_yet(grouped: Published) -> None:
    profile = profile_of(LOVES_ODD, grouped)

    assert profile.group_films
    assert not {movie.movie_id for movie in profile.group_films} & set(LOVES_ODD)
    assert {movie.movie_id % 2 for movie in profile.group_films} == {1}


def test_a_film_that_was_seen_or_hidden_is_no_news_either(
    var_settings: Settings, blobs: Blobs, profiles: Profiles, grouped: Published
) -> None:
    recommender = Recommender(var_settings, blobs, profiles)
    user_id, token = recommender.new_person()
    for film, stars in LOVES_ODD.items():
        recommender.rate(user_id, film, stars, asker=Asker(token))
    first, second, *_ = recommender.taste_profile(user_id, asker=Asker(token)).group_films
    recommender.mark(user_id, first.movie_id, SEEN, asker=Asker(token))
    recommender.mark(user_id, second.movie_id, HIDDEN, asker=Asker(token))

    after = recommender.taste_profile(user_id, asker=Asker(token)).group_films

    assert after
    assert not {first, second} & set(after)


def test_under_five_ratings_no_group_is_named(grouped: Published) -> None:
    profile = profile_of(dict.fromkeys(range(1, 5), 5.0), grouped)

    assert (profile.groups, profile.group_films) == ((), ())


def test_few_viewers_are_in_no_groups(blobs: Blobs, train: Train) -> None:
    train(data_set_of(two_tastes(n_users=39)))
    published = InForce(blobs).published()

    assert published.groups is None
    assert profile_of(LOVES_ODD, published).groups == ()


def test_viewers_who_are_all_alike_are_told_in_no_groups(blobs: Blobs, train: Train) -> None:
    train(data_set_of([rating(user, film, 4) for user in range(1, 61) for film in range(1, 11)], n_movies=30))

    assert profile_of(LOVES_ODD, InForce(blobs).published()).groups == ()


def test_people_of_this_site_make_no_groups(
    var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Train, grouped: Published
) -> None:
    """Groups are shown to everybody, and a rating taken back would stay in them until the next training."""
    recommender = Recommender(var_settings, blobs, profiles)
    for _ in range(3):
        user_id, token = recommender.new_person()
        for film in range(1, 31):
            recommender.rate(user_id, film, 3, asker=Asker(token))

    train(data_set_of(two_tastes(n_users=60)))

    again = InForce(blobs).published()
    assert again.matrix.n_users == 63
    assert again.groups
    assert grouped.groups
    np.testing.assert_array_equal(again.groups.centres, grouped.groups.centres)


def test_a_model_from_before_there_were_groups_names_none(grouped: Published) -> None:
    assert profile_of(LOVES_ODD, replace(grouped, groups=None)).groups == ()
