"""One film, by its place, its number in the list, its title, or as the one that was just spoken of."""

from __future__ import annotations

from alexa_skill.model.ways import each_with, ways

PLACED = ("the {Position} one", "number {Number}")
NAMED = (*PLACED, "{Title}")
MEANT = (*NAMED, "this one", "that one")

PICK = (
    *ways(
        "[the] {Position} [one|movie]",
        "the {Position} one please",
        "[the] [movie] number {Number}",
        "number {Number} please",
        "{Title}",
        "{Title} please",
        "the movie {Title}",
        "the (one|movie) called {Title}",
        "(i want|i'd like|i would like|give me) (the {Position} one|number {Number})",
        "i want to (watch|see|hear) (the {Position} one|number {Number}|{Title})",
        "let's (watch|see) (the {Position} one|number {Number}|{Title})",
        "(watch|open) (the {Position} one|number {Number}|{Title})",
    ),
    *each_with(
        ways("(i|i'll) (choose|pick|take)", "choose", "pick", "select", "take", "[let's] go with", "let's take", "i mean", "i meant"),
        PLACED,
    ),
    *each_with(ways("i (choose|pick)", "i'll take", "choose", "pick", "select", "take", "go with", "i mean", "i meant"), ("{Title}",)),
)

ABOUT = (
    *each_with(
        ways(
            "tell me [more] about",
            "[more] about",
            "give me (information about|more information about|the details of)",
            "[more] (information|details) about",
            "i want to (know|hear) more about",
            "let me hear about",
            "i'd like to hear [more] about",
            "what can you tell me about",
            "what do you know about",
            "can you tell me about",
        ),
        (*MEANT, "it"),
    ),
    *each_with(ways("describe", "what is", "what's"), (*PLACED, "this one")),
    *ways(
        "(what is|what's) (the {Position} one|number {Number}|{Title}|this one|that one|it) about",
        "(what kind of movie|what genre) is (the {Position} one|number {Number}|{Title}|this one|that one|it)",
        "when was (the {Position} one|number {Number}|{Title}|this one|it) made",
        "how (good|old) is (the {Position} one|number {Number}|{Title}|this one|it)",
        "how is (the {Position} one|number {Number}|{Title}|this one) rated",
        "is (the {Position} one|number {Number}|{Title}|this one|it) any good",
        "do you know {Title}",
        "describe (it|{Title})",
        "tell me more",
        "tell me about the movie {Title}",
        "about the movie {Title}",
    ),
)

WHY = (
    *each_with(
        ways(
            "why",
            "why did you (choose|pick|recommend)",
            "why do you (recommend|suggest)",
            "why would i like",
            "why should i watch",
            "tell me why you (chose|recommend)",
            "(what is|what's) the reason for",
            "explain [to me]",
            "what makes you think i would like",
            "how did you come up with",
        ),
        MEANT,
    ),
    *ways(
        "why (did you|do you) (choose|pick|recommend|suggest) it",
        "why (would i like|should i watch|should i like) it",
        "why is (the {Position} one|number {Number}|{Title}|this one|that one|it) (on|in) my list",
        "why (this|that) movie",
        "why is that",
        "why [did you choose that]",
        "tell me why",
        "(what is|what's) the reason",
        "explain (it|that)",
        "for what reason",
        "what makes you think so",
    ),
)

LIKE = (
    *each_with(
        ways(
            "more like",
            "[more] movies like",
            "(something|anything) like",
            "(find|show) me (more|movies) like",
            "give me (more|something) like",
            "i want (more|something) like",
            "recommend something like",
            "[movies] similar to",
            "what else is like",
            "a movie like",
            "are there more like",
            "do you have anything like",
        ),
        (*MEANT, "this", "it"),
    ),
    *ways(
        "more like that",
        "what should i watch after (this one|the {Position} one|number {Number}|{Title})",
        "what (do|would) people who like (the {Position} one|number {Number}|{Title}|this one|it) [also] like",
        "if i like (the {Position} one|number {Number}|{Title}|this one|it) what else would i like",
        "i (like|liked|love|loved) {Title} what else is there",
        "more of (this|that) kind",
        "more of the same [kind]",
        "more like this movie",
        "similar movies",
    ),
)
