"""Whom the Echo speaks for: linking by the code that the site shows, asking, and forgetting."""

from __future__ import annotations

from alexa_skill.intents import CODE
from alexa_skill.model.ways import ways

LINK = ways(
    "link (my|a|the|another) (profile|account)",
    "link (me|us|this echo|my echo|this device)",
    "link my profile to this echo",
    "connect (my|a|another) (profile|account)",
    "connect (me|this echo) [to my profile|to my account]",
    "(i want|i would like|i'd like) to (link|connect) (my|a) (profile|account)",
    "(sign|log) me in",
    "(sign in|log in)",
    "i have a code",
    "(change|switch) [the] (profile|account)",
    # with the code
    "(my|the) (code|link code|linking code) is {Code}",
    "[the] code {Code}",
    "link (my|the) (profile|account) with [the|my] code {Code}",
    "link me with [the|my] code {Code}",
    "link with [the|my] code {Code}",
)

# Heard where the skill has just asked for the code.
OF_SLOTS = {CODE: ways("(it is|it's) code {Code}", "(my|the) code is {Code}", "the digits are {Code}", "code {Code}")}

UNLINK = ways(
    "unlink",
    "unlink (me|us|my profile|my account|this echo|this device|the profile|the account)",
    "(forget|delete) (me|my profile|my account|my link)",
    "forget who i am",
    "(disconnect|remove) (me|my profile|my account|this echo)",
    "(sign|log) me out",
    "(sign out|log out)",
    "(i want|i would like|i'd like) to (unlink|disconnect) (my profile|my account|this echo)",
    "do not speak for me [any more]",
    "stop speaking for me",
)

WHO = ways(
    "who am i",
    "who do you (speak for|know|think i am|think it is)",
    "whom do you speak for",
    "(do you know|tell me) who i am",
    "do you (know|recognize|recognise) me",
    "whose (list|profile|account) is (this|that|it)",
    "(which|what) (profile|account) (is this|is linked|are you using|am i using)",
    "am i (linked|signed in|logged in|connected)",
    "is (my profile|my account|this echo|anybody|anyone) linked",
    "who is (linked|signed in|logged in)",
)
