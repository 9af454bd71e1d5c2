"""`matinee profile …`."""

from __future__ import annotations

import re

import pytest

from recommender.domain import FIRST_OWN_USER_ID
from tests.recommender.cli.commands import NOBODY, Matinee, done, new_person, rate, refused


@pytest.fixture
def trained(trained_before: Matinee) -> Matinee:
    return trained_before


class TestProfiles:
    def test_a_new_person_gets_a_number_of_their_own_and_a_token_and_hears_how_to_rate(self, matinee: Matinee) -> None:
        result = matinee("profile", "new")

        assert re.fullmatch(rf"number  {FIRST_OWN_USER_ID}\ntoken   [\w-]{{43}}\n", done(result))
        assert f"curl -X PUT http://127.0.0.1:8000/api/v1/users/{FIRST_OWN_USER_ID}/ratings/MOVIE_ID" in result.stderr
        assert f"matinee recommend {FIRST_OWN_USER_ID} --token " in result.stderr

    def test_a_new_shared_number_comes_with_the_address_of_its_list(self, matinee: Matinee) -> None:
        said = matinee("profile", "new", "--shared").stderr

        assert said.endswith(f"http://127.0.0.1:8000/result/?user={FIRST_OWN_USER_ID}\n")

    def test_numbers_and_tokens_are_never_given_twice(self, matinee: Matinee) -> None:
        people = [new_person(matinee) for _ in range(3)]
        done(matinee("profile", "forget", people[2][0], "--yes"))
        people.append(new_person(matinee))

        assert len({number for number, _ in people}) == len({token for _, token in people}) == 4

    def test_a_list_is_shared_and_private_again(self, trained: Matinee) -> None:
        user_id, _ = new_person(trained)

        assert done(trained("profile", "share", user_id)) == f"The list of {user_id} is readable by whoever knows the number.\n"
        done(trained("recommend", user_id))
        assert done(trained("profile", "share", user_id, "--off")) == f"The list of {user_id} is private.\n"
        refused(trained("recommend", user_id))

    def test_a_person_may_be_shared_from_the_start(self, trained: Matinee) -> None:
        user_id = done(trained("profile", "new", "--shared")).split()[1]

        done(trained("recommend", user_id))

    def test_forgetting_asks_first_and_then_nothing_is_left(self, trained: Matinee) -> None:
        user_id, token = new_person(trained)
        rate(user_id, token, movie_id=1)

        assert trained("profile", "forget", user_id, typed="n\n").exit_code == 1
        assert "revision 1" in trained("recommend", user_id, "--token", token).stderr
        assert f"{user_id} is forgotten" in done(trained("profile", "forget", user_id, typed="y\n"))
        refused(trained("recommend", user_id, "--token", token))

    @pytest.mark.parametrize("command", [["forget", "--yes"], ["forget"], ["share"], ["share", "--off"]])
    def test_wrong_numbers_are_refused_in_words_before_anybody_is_asked(self, trained: Matinee, command: list[str]) -> None:
        sample, nobody = trained("profile", *command, 3), trained("profile", *command, NOBODY)

        assert refused(sample).startswith("Viewer 3 is a sample from the data set and cannot be changed;")
        assert refused(nobody) == f"There is no list for viewer {NOBODY}; the number was never given, or its person has left."
