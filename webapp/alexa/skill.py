"""The skill that this process serves, made when it is first asked for: nobody else loads Amazon's SDK."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from alexa_skill.lambda_function import skill
from recommender.serving import Recommender
from recommender.sign_in import SignIn
from webapp.alexa.films import EngineFilms
from webapp.alexa.verification import Verifier

if TYPE_CHECKING:
    from alexa_skill.guard import Guard
    from webapp.metrics.tally import Tally

Json = dict[str, Any]

THREADS = 4  # that ask for films at once; who finds none free in time hears an apology


class ServedSkill:
    """The handler that runs on Lambda, over the recommender handed in, behind the verification that Lambda spares it."""

    def __init__(
        self, recommender: Recommender, sign_in: Callable[[], SignIn], verifier: Verifier | None = None, *, tally: Tally | None = None
    ) -> None:
        """sign_in: gives what knows for whom an Echo speaks. tally: where lists and opinions are counted."""
        skill_id = recommender.settings.skill_id
        self.verifier = verifier or Verifier(skill_id)
        self._guard = skill_over(recommender, sign_in, skill_id, tally=tally)

    def answer(self, said: Json) -> Json:
        """The answer to a request that was verified."""
        return self._guard.answer(said)


def skill_over(recommender: Recommender, sign_in: Callable[[], SignIn], skill_id: str = "", *, tally: Tally | None = None) -> Guard:
    """The skill over the recommender, for requests of that skill; of any where it is empty."""
    threads = ThreadPoolExecutor(THREADS, "echo")
    return skill(lambda seconds, caller: EngineFilms(recommender, sign_in, caller, seconds, threads, tally=tally), skill_id=skill_id)
