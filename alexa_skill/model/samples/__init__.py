"""What people say, by intent: the files are named as those of the conversation that answers."""

from __future__ import annotations

from alexa_skill import intents
from alexa_skill.model.samples import answers, built_in, finding, one_film, opening

SAMPLES: dict[str, tuple[str, ...]] = {
    intents.REQUEST: opening.REQUEST,
    intents.SUBMIT: opening.SUBMIT,
    intents.NUMBER_ALONE: answers.NUMBER_ALONE,
    intents.PICK: one_film.PICK,
    intents.ABOUT: one_film.ABOUT,
    intents.WHY: one_film.WHY,
    intents.LIKE: one_film.LIKE,
    intents.BY_GENRE: finding.BY_GENRE,
    intents.BY_DECADE: finding.BY_DECADE,
    intents.BY_MOOD: finding.BY_MOOD,
    intents.POPULAR: finding.POPULAR,
    intents.SURPRISE: finding.SURPRISE,
    intents.MY_LIST: opening.MY_LIST,
    **built_in.ADDED,
}
MAIN = (intents.REQUEST, intents.SUBMIT, intents.PICK, intents.ABOUT, intents.WHY, intents.LIKE, intents.BY_GENRE)
