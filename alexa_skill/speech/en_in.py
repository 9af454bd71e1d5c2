"""English as spoken in India."""

from alexa_skill.speech.english import English

SPEECH = English()
