"""The watchlist: putting films there, hearing what is on it, taking them off; and films one by one."""

from __future__ import annotations

from alexa_skill.model.ways import ways

_LIST = "(my list|my watchlist|my watch list|the list|the watchlist|the watch list)"
_WHICH = "(the {Position} one|number {Number}|{Title})"

SAVE = ways(
    f"(add|put) (it|this|that|this one|that one|this movie) (to|on) {_LIST}",
    f"(add|put) {_WHICH} (to|on) (my list|my watchlist|my watch list|the list)",
    "(save|remember|keep|bookmark) (it|this|that|this one|that one|this movie)",
    f"save {_WHICH}",
    f"(save|keep|remember) {_WHICH} for later",
    "(save|keep|remember) it for later",
    "(i want|i'd like|i would like) to (see|watch) (it|this one|that one) (later|some day|one day)",
    "maybe another time",
)

UNSAVE = ways(
    f"(take|remove|delete|drop) (it|this|that|this one|that one) (off|from) {_LIST}",
    f"take {_WHICH} off (my list|my watchlist|my watch list|the list)",
    f"(remove|delete) {_WHICH} from (my list|my watchlist|my watch list|the list)",
)

WATCHLIST = ways(
    "(what is|what's) on my list",
    "(what is|what's|what do i have) on my (watchlist|watch list)",
    "[read|show|open|tell] [me] my (watchlist|watch list)",
    "(read|give|tell) me my (watchlist|watch list)",
    "(go|take me) to my (watchlist|watch list)",
    "what (did|do) i (want|plan) to (see|watch)",
    "what have i (saved|kept)",
    "(read|tell|give) me what i (saved|wanted to see|wanted to watch)",
    "my (saved|kept) movies",
    "the movies i (saved|kept|wanted to see)",
)

ONE_BY_ONE = ways(
    "one by one",
    "one at a time",
    "one after the other",
    "one (movie|recommendation|suggestion) at a time",
    "(go|let's go|take me) through (my list|them|it) one by one",
    "(give|show|tell|suggest|recommend) [me] (them|movies) one (by one|at a time)",
    "(give|suggest|recommend) me one (movie|at a time|by one)",
    "(suggest|recommend) one",
    "just one [movie|please]",
    "not so many at once",
    "(propose|propose me) (one|a movie)",
)
