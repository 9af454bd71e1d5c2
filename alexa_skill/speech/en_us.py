"""English as spoken in the United States."""

from alexa_skill.speech.english import English

SPEECH = English()
