"""What people say of a film: stars, that they have seen it, that they are not interested; and that it was said by mistake."""

from __future__ import annotations

from alexa_skill.intents import STARS, YEAR
from alexa_skill.model.ways import each_with, ways

_SEEN = "(i have|i've|we have|we've) [already] seen"
_WHICH = "(the {Position} one|number {Number}|{Title})"
_GIVEN = "{Stars} (star|stars)"

RATE = ways(
    f"{_GIVEN} [please]",
    f"(i give it|i'd give it|i would give it|give it|it gets|make it|make that|it is|it's|that's) {_GIVEN}",
    f"(i give|i'd give|i would give|give) {_WHICH} {_GIVEN}",
    f"{_GIVEN} (for|to) {_WHICH}",
    f"{_GIVEN} for the movie {{Title}}",
    f"{_GIVEN} for (it|this|that|this one|that one)",
    f"(rate|i rate) (it|this|this one|that one|{_WHICH}) {_GIVEN}",
    f"(rate|i rate) (it|this one|{_WHICH}) with {_GIVEN}",
    f"{_SEEN} (it|this one|that one|that) {_GIVEN}",
    f"{_SEEN} {_WHICH} {_GIVEN}",
    f"{_SEEN} (it|{_WHICH}) and (i give|we give|i'd give) it {_GIVEN}",
    f"seen it {_GIVEN}",
    f"i (saw|watched) (it|{_WHICH}) {_GIVEN}",
    f"[it is|it's|that's] worth {_GIVEN}",
    # without stars, which are asked for then
    f"rate (it|this|this one|that one|{_WHICH})",
    f"i want to rate (it|this one|{_WHICH})",
    f"let me rate (it|this one|{_WHICH})",
)

SEEN = ways(
    f"{_SEEN} (it|this|that|this one|that one|this movie|that movie)",
    f"{_SEEN} {_WHICH}",
    f"{_SEEN} the movie {{Title}}",
    "[already] seen (it|that|this one|that one)",
    "(i|we) [already] (saw|watched) (it|that|this one|that one)",
    f"(i|we) [already] (saw|watched) {_WHICH}",
    "(i have|i've|we have|we've) [already] watched (it|this one|that one)",
    "(i|we) know (it|this one|that one) already",
    "i know this movie",
)

HIDE = ways(
    "not interested",
    "not interested in (it|this|that|this one|that one|that movie)",
    "(i'm|i am|we are|we're) not interested",
    f"(i'm|i am) not interested in (it|this|that|this one|that one|{_WHICH})",
    f"not interested in {_WHICH}",
    f"hide (it|this one|that one|{_WHICH})",
    "(don't|do not|never) (show|recommend|suggest|offer) (it|that|this one|that one) [to] me again",
    "(don't|do not|never) (show|recommend|suggest|offer) (it|that|this one|that one) again",
    f"(don't|do not|never) (recommend|suggest) {_WHICH} again",
    "(it's|that's|this is|that is) not for me",
    "not for me",
    "(i don't|i do not|i never) want to (see|watch) (it|that|this one|that one)",
    f"i never want to (see|watch) {_WHICH}",
)

UNDO = ways(
    "undo [that|it|this]",
    "undo the last (one|thing|rating|change)",
    "(take|i take) (that|it) back",
    "take back (the last one|what i said|that rating)",
    "(that was|it was) (wrong|a mistake|a slip|not right)",
    "(i didn't|i did not) (mean|say) (that|it)",
    "i made a mistake",
    "(that's|that is) (not what i said|not what i meant|wrong)",
    "(bring|put) it back",
    "(no|sorry) undo that",
    "undo (my rating|what i said)",
    "remove (my|that|the last) (rating|stars)",
)

SAY_YEAR = ways(
    "[the] (one|movie|version) (from|of) {Year}",
    "(i mean|i meant|it is|it's) the (one|movie|version) (from|of) {Year}",
    "(it is|it's) from {Year}",
    "the {Year} (one|movie|version)",
    "(i mean|i meant) the {Year} (one|version)",
    "(made|released) in {Year}",
    "the year is {Year}",
)

# Heard where the skill has just asked for the slot.
OF_SLOTS = {
    STARS: (*ways("[just|only|maybe|about] {Stars} (star|stars)"), *each_with(("i'd say", "i would say", "let's say"), ("{Stars}",))),
    YEAR: ways("[the one] from {Year}", "in {Year}"),
}
