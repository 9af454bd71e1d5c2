"""The built-in sample: what Matinee shows where there is neither data nor a network. Real films, made-up viewers."""

from __future__ import annotations

NAME = "built-in sample"
CREDIT = "The built-in sample: real films, simulated viewers; their ratings are made up."
