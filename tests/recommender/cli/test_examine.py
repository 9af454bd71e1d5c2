"""`matinee doctor`."""

from __future__ import annotations

import json

from tests.recommender.cli.commands import Matinee, done, new_person


class TestDoctor:
    def test_all_is_well_after_a_training(self, trained: Matinee) -> None:
        said = done(trained("doctor")).splitlines()

        looked_at = "profiles blobs cache model training backup secret files writing disk clock versions kernels account"
        assert [line.split()[1] for line in said] == looked_at.split()
        assert {line.split()[0] for line in said if line.split()[1] != "kernels"} == {"ok"}  # for those it takes a compiler

    def test_what_is_not_well_is_exit_code_1_and_still_all_is_told(self, matinee: Matinee) -> None:
        result = matinee("doctor")

        assert result.exit_code == 1
        assert "BAD  model      No trained model in file:var/blobs; run `matinee train`." in result.stdout.splitlines()
        assert len([line for line in result.stdout.splitlines() if line.startswith("ok ") and "kernels" not in line]) == 12

    def test_a_note_is_no_failure(self, trained: Matinee) -> None:
        new_person(trained)

        assert "note backup     There has never been one" in done(trained("doctor"))

    def test_programs_get_json(self, matinee: Matinee) -> None:
        result = matinee("doctor", "--json")

        assert result.exit_code == 1
        found = {finding["what"]: finding for finding in json.loads(result.stdout)}
        assert found["model"] == {"what": "model", "state": "BAD", "text": "No trained model in file:var/blobs; run `matinee train`."}

    def test_a_doctor_of_something_else_is_not_this_one(self, matinee: Matinee) -> None:
        assert "stores, model" in done(matinee("doctor", "--help"))
        assert matinee("doctor", "teeth").exit_code == 2
        assert "BAD  model" not in matinee("doctor", "iam", "--write", "policies").output
