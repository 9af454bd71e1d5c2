"""What the Echo says, one file a locale."""

from __future__ import annotations

from alexa_skill.speech.english import English

LOCALES = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")


def speech_for(locale: str) -> English:
    """The speech of the locale; American English for one that is not there, as a new English one may come any day."""
    match locale:
        case "en-GB":
            from alexa_skill.speech.en_gb import SPEECH
        case "en-CA":
            from alexa_skill.speech.en_ca import SPEECH
        case "en-AU":
            from alexa_skill.speech.en_au import SPEECH
        case "en-IN":
            from alexa_skill.speech.en_in import SPEECH
        case _:
            from alexa_skill.speech.en_us import SPEECH
    return SPEECH
