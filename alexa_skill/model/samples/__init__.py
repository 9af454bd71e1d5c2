"""What people say, by intent: the files are named as those of the conversation that answers."""

from __future__ import annotations

from alexa_skill import intents
from alexa_skill.model.samples import answers, built_in, finding, linking, one_film, opening, opinions, saved

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
    intents.ONE_BY_ONE: saved.ONE_BY_ONE,
    intents.LINK: linking.LINK,
    intents.UNLINK: linking.UNLINK,
    intents.WHO: linking.WHO,
    intents.RATE: opinions.RATE,
    intents.SEEN: opinions.SEEN,
    intents.HIDE: opinions.HIDE,
    intents.SAVE: saved.SAVE,
    intents.UNSAVE: saved.UNSAVE,
    intents.WATCHLIST: saved.WATCHLIST,
    intents.UNDO: opinions.UNDO,
    intents.SAY_YEAR: opinions.SAY_YEAR,
    **built_in.ADDED,
}
OF_SLOTS = {**opening.OF_SLOTS, **linking.OF_SLOTS, **opinions.OF_SLOTS}
MAIN = (intents.REQUEST, intents.SUBMIT, intents.PICK, intents.ABOUT, intents.WHY, intents.LIKE, intents.BY_GENRE, intents.RATE)
