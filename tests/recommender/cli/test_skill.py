"""`matinee skill …`."""

from __future__ import annotations

import re

from tests.recommender.cli.commands import Matinee, done


class TestSkillKey:
    def test_a_key_is_made_by_chance_and_it_says_where_it_goes(self, matinee: Matinee) -> None:
        first, second = matinee("skill", "key"), matinee("skill", "key")

        assert re.fullmatch(r"[\w-]{43}\n", done(first))
        assert done(first) != done(second)
        assert first.stderr == (
            "Put it into MATINEE_SKILL_KEY on the site, and into the same variable of the Lambda function where the skill runs; "
            "then start the site again. Both must be the same: a wrong key is refused.\n"
        )
