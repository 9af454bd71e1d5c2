"""A number alone: what was asked decides what it means. No other intent has a sample that is a number and nothing else."""

from __future__ import annotations

from alexa_skill.model.ways import ways

NUMBER_ALONE = ways(
    "{Number}",
    "{Number} (please|thanks|then)",
    "(it is|it's|that is|that's|this is) {Number}",
    "(i said|i say|i meant|i mean) {Number}",
    "(just|only|maybe|perhaps|about|exactly|say|let's say|make it|make that) {Number}",
    "(okay|well|so|um) {Number}",
    "i think [it is|it's] {Number}",
    "the (answer|number) is {Number}",
    "(no|sorry) {Number}",
)
