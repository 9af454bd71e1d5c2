"""What holds for every command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.recommender.cli.commands import Matinee, done, refused


class TestEverywhere:
    def test_a_setting_that_does_not_exist_stops_every_command(self, matinee: Matinee) -> None:
        assert (
            refused(matinee("recommend", 3, profile_url="x"))
            == "There is no setting MATINEE_PROFILE_URL; did you mean MATINEE_PROFILES_URL?"
        )

    def test_help_needs_no_right_settings(self, matinee: Matinee) -> None:
        assert "Films recommended" in done(matinee("-h", port="none"))
        assert "Print the list" in done(matinee("recommend", "--help"))

    def test_what_a_command_does_is_told_in_one_whole_sentence(self, matinee: Matinee) -> None:
        for help_page in (done(matinee("-h")), done(matinee("profile", "-h"))):
            assert "..." not in help_page.partition("Commands:")[2]

    def test_whoever_has_read_enough_may_leave(self, data: Path, tmp_path: Path) -> None:
        command = f"{Path(sys.executable).with_name('matinee')} batch --data '{data}' --output /dev/stdout | true"

        ran = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=tmp_path, check=False)

        assert (ran.returncode, ran.stderr) == (0, "")
