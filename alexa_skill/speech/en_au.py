"""English as spoken in Australia."""

from alexa_skill.speech.english import English

SPEECH = English()
