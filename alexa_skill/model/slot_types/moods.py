"""Moods: the words that stand behind "something", for each mood that the skill knows."""

from __future__ import annotations

from alexa_skill.model.slot_types import Value
from alexa_skill.moods import MOODS as KNOWN

_SAID_AS = {
    "funny": ("hilarious", "amusing", "witty", "silly", "that makes me laugh", "to laugh about"),
    "scary": ("frightening", "creepy", "spooky", "terrifying", "that scares me", "for halloween"),
    "romantic": ("about love", "for date night", "for a date", "for valentine's day"),
    "exciting": ("thrilling", "action packed", "fast", "fast paced", "adventurous", "with action", "with a lot of action"),
    "tense": ("suspenseful", "gripping", "nail biting", "nerve racking", "full of suspense", "that keeps me on the edge of my seat"),
    "sad": ("tragic", "heartbreaking", "that makes me cry", "to cry about", "melancholy", "moving"),
    "thoughtful": ("thought provoking", "deep", "serious", "intelligent", "smart", "clever", "to think about", "that makes me think"),
    "cosy": ("cozy", "comforting", "feel good", "relaxing", "heartwarming", "uplifting", "light", "easy", "gentle", "warm", "cheerful"),
    "family": (
        *("for the family", "for the whole family", "for kids", "for the kids", "for children", "for the children"),
        *("family friendly", "kid friendly", "child friendly", "we can all watch"),
    ),
    "strange": ("weird", "odd", "bizarre", "surreal", "unusual", "mind bending", "trippy", "otherworldly"),
    "dark": ("gloomy", "gritty", "bleak", "grim", "sinister"),
    "epic": ("grand", "sweeping", "spectacular", "monumental", "larger than life"),
}

MOODS = tuple(Value(mood, mood, _SAID_AS[mood]) for mood in KNOWN)
