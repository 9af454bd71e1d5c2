"""Write down anew what the Echo says in the recorded dialogues: `python -m tests.alexa_skill.record [FILE …]`. Read the difference."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.alexa_skill.dialogue import dialogues, files, head, play


def main(chosen: list[str]) -> None:
    for file in [Path(name) for name in chosen] or files():
        played = [play(dialogue) for dialogue in dialogues(file)]
        text = "\n".join((head(file).rstrip("\n") + "\n", *(each.text.rstrip("\n") + "\n" for each in played)))
        changed = text != file.read_text(encoding="utf-8")
        file.write_text(text, encoding="utf-8")
        print(f"{file.name}: {len(played)} dialogues{', changed' if changed else ''}")
        for each in played:
            for made in each.exchanges:
                for finding in made.findings:
                    print(f"  {each.text.splitlines()[0]}: {made.utterance!r}: {finding}")


if __name__ == "__main__":
    main(sys.argv[1:])
