"""English as spoken in Canada."""

from alexa_skill.speech.english import English

SPEECH = English()
