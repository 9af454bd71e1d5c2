"""An Echo without Amazon: what is typed is understood by the interaction model, and answered by the very handler that Lambda runs."""

from __future__ import annotations

from alexa_skill.simulator.echo import Answer, Echo
from alexa_skill.simulator.exchange import CardShown, Exchange
from alexa_skill.simulator.interaction_model import InteractionModel, ModelFileError
from alexa_skill.simulator.lint import findings

__all__ = ["Answer", "CardShown", "Echo", "Exchange", "InteractionModel", "ModelFileError", "findings"]
