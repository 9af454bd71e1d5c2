"""How an exchange is shown on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click

from alexa_skill.simulator.exchange import Exchange

INDENT = "         "


def shown(made: Exchange, *, details: bool) -> Iterator[str]:
    """The lines below what was typed. details: with intent, slots, card and time."""
    if details and made.intent:
        slots = "".join(f"  {name}: {value}" for name, value in made.slots.items())
        yield click.style(f"{INDENT}{made.intent}{slots}", dim=True)
    if made.note:
        yield click.style(f"{INDENT}({made.note})", dim=True)
    if made.speech:
        yield f"{click.style('  Echo: ', fg='cyan', bold=True)} {made.speech}"
    if details and made.reprompt:
        yield click.style(f"{INDENT}after silence: {made.reprompt}", dim=True)
    if details and made.card:
        text = made.card.text.replace("\n", f"\n{INDENT}      ")
        yield click.style(f"{INDENT}card: {made.card.title}\n{INDENT}      {text}", dim=True)
    if made.intent == "SessionEndedRequest":
        yield click.style(f"{INDENT}(The session has ended.)", dim=True)
    for finding in made.findings:
        yield click.style(f"{INDENT}! {finding}", fg="yellow")
    if details and made.request:
        yield click.style(f"{INDENT}{made.milliseconds:,.1f} ms, session {'closed' if made.ends else 'open'}", dim=True)
