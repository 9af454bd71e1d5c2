"""The recorded dialogues: each goes as it is written, and no answer in it would be objected to."""

from __future__ import annotations

import pytest

from tests.alexa_skill.dialogue import Dialogue, dialogues, files, play

ALL = [dialogue for file in files() for dialogue in dialogues(file)]


@pytest.mark.parametrize("dialogue", ALL, ids=[f"{each.file}: {each.name}" for each in ALL])
def test_a_dialogue_goes_as_it_is_written(dialogue: Dialogue) -> None:
    played = play(dialogue)

    assert played.text == dialogue.text, "if that is better than before: python -m tests.alexa_skill.record"
    assert [(made.utterance, made.findings) for made in played.exchanges if made.findings] == []


def test_no_two_dialogues_share_a_name() -> None:
    names = [dialogue.name for dialogue in ALL]

    assert len({*names}) == len(names)
    assert len(names) >= 65
