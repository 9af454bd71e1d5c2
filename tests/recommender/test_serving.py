"""Lists, ratings and films, as asked for by people: privacy, freshness, and what happens at the edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from recommender import lists, training
from recommender.data.movielens import DataSet
from recommender.domain import PERSONAL, POPULAR, Asker, RecommendationList
from recommender.errors import (
    InvalidInputError,
    NoModelError,
    NotAllowedError,
    ReadOnlyError,
    StorageError,
    UnknownMovieError,
    UnknownUserError,
)
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, rating, right_and_wrong, two_tastes

Train = Callable[..., training.Trained]


def ids(made: RecommendationList | None) -> list[int]:
    assert made is not None
    return [line.movie.movie_id for line in made.movies]


class TestAsking:
    def test_a_sample_viewer_gets_the_films_of_their_taste(self, recommender: Recommender) -> None:
        made = recommender.list_for(3)

        assert made.basis == PERSONAL
        assert ids(made) == list(right_and_wrong(3))

    def test_match_and_score_fall_down_the_list(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()
        made = recommender.rate(user_id, 1, 5, asker=Asker(token)).list
        assert made is not None

        scores, matches = [line.score for line in made.movies], [line.match or 0 for line in made.movies]

        assert scores == sorted(scores, reverse=True)
        assert matches == sorted(matches, reverse=True)
        assert all(0 <= match <= 100 for match in matches)

    def test_scores_fall_where_everybody_dislikes_everything_and_films_without_ratings_follow(
        self, var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Train
    ) -> None:
        train(data_set_of((rating(u, m, 0.5) for u in range(1, 6) for m in range(1, 6) if u > m), n_movies=30), recipe="popular")

        scores = [line.score for line in Recommender(var_settings, blobs, profiles).list_for(2, 25).movies]

        assert scores == sorted(scores, reverse=True)

    def test_damping_beyond_measure_leaves_no_film_a_match(self, var_settings: Settings, blobs: Blobs, profiles: Profiles) -> None:
        world = data_set_of(two_tastes())
        training.train(world, blobs, profiles, recipe="user-cosine", parameters={"damping": 1e300})

        assert {line.match for line in Recommender(var_settings, blobs, profiles).list_for(3).movies} == {0}

    @pytest.mark.parametrize("user_id", [0, -3])
    def test_a_user_id_below_one_is_refused_in_words(self, recommender: Recommender, user_id: int) -> None:
        with pytest.raises(InvalidInputError, match=f"user id must be a whole number from 1 up, not {user_id}."):
            recommender.list_for(user_id)

    @pytest.mark.parametrize("n", [0, -3, 101, 10**9])
    def test_an_amount_nobody_can_have_is_refused_in_words(self, recommender: Recommender, n: int) -> None:
        with pytest.raises(InvalidInputError, match=f"amount must be a whole number from 1 to 100, not {n}."):
            recommender.list_for(3, n)

    def test_an_unknown_viewer_hears_which_numbers_there_are(self, recommender: Recommender) -> None:
        with pytest.raises(UnknownUserError, match="no list for viewer 21; the viewers of a small world have numbers from 1 to 20"):
            recommender.list_for(21)

    def test_sample_viewers_can_be_switched_off(self, var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Train) -> None:
        train(data_set_of(two_tastes()))
        closed = Recommender(replace(var_settings, sample_viewers=False), blobs, profiles)

        with pytest.raises(UnknownUserError):
            closed.list_for(3)
        assert closed.sample_viewers() == ()

    def test_before_the_first_training_there_is_a_sentence(self, var_settings: Settings, blobs: Blobs, profiles: Profiles) -> None:
        with pytest.raises(NoModelError, match="run `matinee train`"):
            Recommender(var_settings, blobs, profiles).list_for(3)

    def test_genres_asked_for_are_in_every_film_and_others_in_none(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()
        recommender.rate(user_id, 1, 5, asker=Asker(token))

        horror = recommender.list_for(user_id, 20, with_genres=["Horror"], asker=Asker(token))
        neither = recommender.list_for(user_id, 20, with_genres=["Horror", "Drama"], without_genres=["Horror"], asker=Asker(token))

        assert {g for line in horror.movies for g in line.movie.genres} == {"Horror"}
        assert {g for line in neither.movies for g in line.movie.genres} == {"Drama"}
        assert len(horror.movies) == 10  # all there are

    def test_another_recipe_can_be_asked_for_over_the_same_ratings(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()
        personal = recommender.rate(user_id, 1, 5, asker=Asker(token)).list

        popular = recommender.list_for(user_id, recipe="popular", asker=Asker(token))

        assert popular.basis == POPULAR
        assert 1 not in ids(popular)
        assert recommender.list_for(user_id, asker=Asker(token)) == personal
        with pytest.raises(InvalidInputError, match=r"recipe must be user-cosine, .* or .*, not 'best'"):
            recommender.list_for(user_id, recipe="best", asker=Asker(token))

    def test_years_asked_for_are_in_every_film(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()

        eighties = recommender.list_for(user_id, 20, years=(1905, 1907), asker=Asker(token))
        one_year = recommender.list_for(user_id, 20, years=(1906, 1906), with_genres=["Comedy"], asker=Asker(token))

        assert {line.movie.year for line in eighties.movies} == {1905, 1906, 1907}
        assert [line.movie.year for line in one_year.movies] == [1906]
        assert recommender.list_for(user_id, 20, years=(2001, 2010), asker=Asker(token)).movies == ()

    def test_years_that_end_before_they_begin_are_refused(self, recommender: Recommender) -> None:
        for ask in (lambda: recommender.list_for(3, years=(1990, 1980)), lambda: recommender.well_liked(years=(1990, 1980))):
            with pytest.raises(InvalidInputError, match=r"from must be no later than 1980, the year it goes to, not 1990\."):
                ask()

    def test_well_liked_films_are_chosen_by_genre_and_year_and_keep_their_order(self, recommender: Recommender) -> None:
        everything = recommender.well_liked(100)

        chosen = recommender.well_liked(100, with_genres=["Horror", "Drama"], without_genres=["Horror"], years=(1905, 1920))

        assert chosen == tuple(
            line for line in everything if line.movie.genres == ("Drama",) and line.movie.year and 1905 <= line.movie.year <= 1920
        )
        assert chosen
        with pytest.raises(InvalidInputError, match="genre must be one of Comedy, Drama, Horror, not 'Noir'"):
            recommender.well_liked(with_genres=["Noir"])

    def test_a_genre_that_is_not_in_the_data_is_refused(self, recommender: Recommender) -> None:
        with pytest.raises(InvalidInputError, match="genre must be one of Comedy, Drama, Horror, not 'Noir'"):
            recommender.list_for(3, with_genres=["Noir"])


class TestOwnPeople:
    def test_somebody_without_ratings_gets_well_liked_films(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()

        made = recommender.list_for(user_id, asker=Asker(token))

        assert made.basis == POPULAR
        assert len(made.movies) == 10
        assert all(line.match is None for line in made.movies)

    def test_the_first_rating_makes_the_list_personal(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()

        answer = recommender.rate(user_id, 1, 5, asker=Asker(token))

        assert answer.rev == 1
        assert answer.list is not None
        assert answer.list.basis == PERSONAL
        assert all(m % 2 == 1 for m in ids(answer.list))  # film 1 is loved by those who love odd films
        assert recommender.list_for(user_id, asker=Asker(token)) == answer.list

    def test_a_strangers_private_list_is_as_good_as_none(self, recommender: Recommender) -> None:
        user_id, _ = recommender.new_person()

        with pytest.raises(UnknownUserError) as private:
            recommender.list_for(user_id)
        with pytest.raises(UnknownUserError) as wrong_token:
            recommender.list_for(user_id, asker=Asker("guess"))
        with pytest.raises(UnknownUserError) as nobody:
            recommender.list_for(user_id + 1)

        assert str(private.value) == str(wrong_token.value) == str(nobody.value).replace(str(user_id + 1), str(user_id))

    def test_a_shared_list_can_be_read_by_number_and_not_written(self, recommender: Recommender) -> None:
        user_id, _ = recommender.new_person(shared=True)

        assert len(recommender.list_for(user_id).movies) == 10
        with pytest.raises(NotAllowedError):
            recommender.rate(user_id, 1, 5)

    def test_a_sample_viewer_is_never_written_to(self, recommender: Recommender) -> None:
        with pytest.raises(ReadOnlyError, match="Viewer 3 is a sample"):
            recommender.rate(3, 1, 5, asker=Asker("any"))
        with pytest.raises(ReadOnlyError):
            recommender.unrate(3, 1)

    @pytest.mark.parametrize("stars", [0, 0.4, 5.5, -1, 4.25, float("nan"), float("inf")])
    def test_stars_off_the_scale_are_refused_and_nothing_changes(self, recommender: Recommender, stars: float) -> None:
        user_id, token = recommender.new_person()

        with pytest.raises(InvalidInputError, match=r"rating must be a number of stars from 0\.5 to 5 in half steps"):
            recommender.rate(user_id, 1, stars, asker=Asker(token))

        assert recommender.list_for(user_id, asker=Asker(token)).rev == 0

    def test_a_film_that_is_not_in_the_data_cannot_be_rated(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()

        with pytest.raises(UnknownMovieError, match=r"There is no film 31 in the data in use\."):
            recommender.rate(user_id, 31, 5, asker=Asker(token))

    def test_a_rating_is_acknowledged_even_where_no_list_can_be_built(
        self, recommender: Recommender, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user_id, token = recommender.new_person()

        def fails(*_: object, **__: object) -> None:
            raise StorageError("The disk is gone.")

        with monkeypatch.context() as broken:
            broken.setattr(lists, "made_for", fails)
            answer = recommender.rate(user_id, 1, 5, asker=Asker(token))

        assert answer.rev == 1
        assert answer.list is None
        assert 1 not in ids(recommender.list_for(user_id, asker=Asker(token)))

    def test_a_rating_taken_back_is_as_if_never_given_after_training_too(self, recommender: Recommender, train: Train) -> None:
        user_id, token = recommender.new_person()
        recommender.rate(user_id, 1, 5, asker=Asker(token))
        recommender.rate(user_id, 2, 1, asker=Asker(token))
        train(data_set_of(two_tastes()))
        never_given = recommender.list_for(user_id, asker=Asker(token))

        recommender.rate(user_id, 3, 5, asker=Asker(token))
        train(data_set_of(two_tastes()))  # the model now holds that rating
        taken_back = recommender.unrate(user_id, 3, asker=Asker(token)).list

        assert 3 in ids(never_given)
        assert taken_back is not None
        assert taken_back.generation == 3
        assert taken_back.movies == never_given.movies


class TestFreshness:
    def test_a_longer_list_begins_with_the_kept_one(self, recommender: Recommender) -> None:
        user_id, token = recommender.new_person()
        recommender.rate(user_id, 1, 5, asker=Asker(token))

        assert ids(recommender.list_for(user_id, 25, asker=Asker(token)))[:10] == ids(recommender.list_for(user_id, asker=Asker(token)))

    def test_a_new_model_is_picked_up_and_rolled_back(
        self, recommender: Recommender, blobs: Blobs, profiles: Profiles, train: Train
    ) -> None:
        before = recommender.list_for(3)
        train(data_set_of([*two_tastes(), *(rating(u, 31, 5.0) for u in range(1, 20) if u != 3)]))
        after = recommender.list_for(3)
        training.roll_back(blobs, profiles)
        again = recommender.list_for(3)

        assert [before.generation, after.generation, again.generation] == [1, 2, 3]
        assert 31 in ids(after)
        assert ids(again) == ids(before)
        assert again.model == before.model

    def test_a_new_model_reaches_people_without_ratings_too(self, recommender: Recommender, train: Train) -> None:
        user_id, token = recommender.new_person()
        assert recommender.list_for(user_id, asker=Asker(token)).generation == 1

        train(data_set_of(two_tastes()))

        assert recommender.list_for(user_id, asker=Asker(token)).generation == 2

    def test_a_second_recommender_follows_within_a_second(
        self, var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Train, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(FolderBlobs, "seconds_between_looks", 0.0)
        train(data_set_of(two_tastes()))
        other = Recommender(var_settings, blobs, profiles)
        assert other.in_use().generation == 1

        train(data_set_of(two_tastes()))

        assert other.in_use().generation == 2


class TestFilms:
    def test_a_film_comes_with_what_is_said_of_it(self, recommender: Recommender) -> None:
        details = recommender.movie(2)

        assert details.movie.title == "Film 2"
        assert details.n_ratings == sum(details.histogram) == sum(r.movie_id == 2 for r in two_tastes())
        assert details.histogram[1] + details.histogram[9] == details.n_ratings  # 1 star and 5 stars

    def test_similar_films_are_loved_by_the_same_people_and_never_the_film_itself(self, recommender: Recommender) -> None:
        alike = [s.movie.movie_id for s in recommender.similar(1, 5)]

        assert 1 not in alike
        assert all(m % 2 == 1 for m in alike)

    def test_a_film_can_be_found_by_its_title(self, recommender: Recommender) -> None:
        assert [m.movie_id for m in recommender.search("film 7")] == [7]
        assert recommender.search("nothing of the kind") == ()

    def test_well_liked_films_need_votes(self, var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Train) -> None:
        train(data_set_of([*two_tastes(), rating(1, 31, 5.0)]))  # one vote, five stars

        well_liked = Recommender(var_settings, blobs, profiles).well_liked(10)

        assert 31 not in [line.movie.movie_id for line in well_liked]

    def test_films_of_few_votes_follow_where_the_others_do_not_fill_the_list(
        self, var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Train
    ) -> None:
        train(data_set_of([*two_tastes(), rating(1, 31, 5.0)]))
        recommender = Recommender(var_settings, blobs, profiles)

        assert len(recommender.well_liked(100)) == 31
        assert [line.movie.movie_id for line in recommender.well_liked(10, years=(1931, 1931))] == [31]

    def test_a_film_that_is_not_there_is_said_so(self, recommender: Recommender) -> None:
        for ask in (recommender.movie, recommender.similar):
            with pytest.raises(UnknownMovieError):
                ask(31)


class TestDataSetsThatFollowEachOther:
    def test_other_data_clear_the_sample_viewers_lists(
        self, recommender: Recommender, train: Train, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert recommender.list_for(20).movies
        train(data_set_of([r for r in two_tastes() if r.user_id < 20], name="another world"))

        with pytest.raises(UnknownUserError, match="no list for viewer 20"):  # by a worker that has not looked yet
            recommender.list_for(20)
        monkeypatch.setattr(FolderBlobs, "seconds_between_looks", 0.0)
        with pytest.raises(UnknownUserError, match="another world"):
            recommender.list_for(20)

    def test_ratings_do_not_cross_over_to_data_that_number_films_differently(self, recommender: Recommender, train: Train) -> None:
        user_id, token = recommender.new_person()
        recommender.rate(user_id, 1, 5, asker=Asker(token))
        films = data_set_of(two_tastes(), name="elsewhere")
        renumbered = replace(films, catalogue=_renamed(films))

        with pytest.raises(Exception, match="1 is 'Film 1' now and would be 'Another 1'"):
            train(renumbered)
        assert recommender.in_use().data == "a small world"


def _renamed(films: DataSet) -> object:
    from recommender.data.catalogue import Catalogue, CatalogueEntry

    movies = (films.catalogue.movie(column) for column in range(len(films.catalogue)))
    return Catalogue.of(CatalogueEntry(replace(movie, title=f"Another {movie.movie_id}")) for movie in movies)
