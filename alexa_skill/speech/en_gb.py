"""English as spoken in Britain: films, where they are not the movies of Table I."""

from alexa_skill.speech.english import English

SPEECH = English(film="film", films="films")
