"""Speech markup: what is heard of it, and whether an Echo would take it."""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

TAGS = {
    *("speak", "break", "p", "s", "sub", "w", "say-as", "phoneme", "prosody", "emphasis", "audio", "voice", "lang"),
    *("amazon:effect", "amazon:emotion", "amazon:domain", "alexa:name"),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """text: what is heard, without markup; empty where it cannot be read. fault: why an Echo would refuse it; empty where it would not."""

    text: str
    fault: str = ""


def heard(ssml: str) -> Speech:
    """What an Echo makes of the markup."""
    texts: list[str] = []
    tags: list[str] = []

    def no_declarations(*_: object) -> None:
        raise ValueError("it declares a document type")

    # Names are taken as written: an Echo knows the prefixes amazon and alexa without a declaration.
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = no_declarations
    parser.StartElementHandler = lambda name, attributes: tags.append(name)
    parser.CharacterDataHandler = texts.append
    try:
        parser.Parse(ssml, True)
    except (expat.ExpatError, ValueError) as error:
        return Speech("", f"is no well-formed markup: {error}")
    text = " ".join("".join(texts).split())
    if tags[0] != "speak":
        return Speech(text, f"begins with <{tags[0]}>, not <speak>")
    unknown = sorted({*tags} - TAGS) or (["speak inside speak"] if tags.count("speak") > 1 else [])
    return Speech(text, f"holds what an Echo does not know: {', '.join(unknown)}" if unknown else "")


def spoken_part(part: object) -> Speech:
    """What is heard of an outputSpeech, plain or with markup; silence for anything else."""
    if isinstance(part, dict) and part.get("type") == "SSML" and isinstance(part.get("ssml"), str):
        return heard(part["ssml"])
    if isinstance(part, dict) and part.get("type") == "PlainText" and isinstance(part.get("text"), str):
        return Speech(" ".join(part["text"].split()))
    return Speech("")
