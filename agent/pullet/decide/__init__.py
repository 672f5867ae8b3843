"""The heart: what to do now and why, and what came of it. Pure functions over frozen data."""

from pullet.decide.canary import questions
from pullet.decide.fallback import fall_back, to_recall
from pullet.decide.foresee import foresee
from pullet.decide.judge import judge
from pullet.decide.plan import decide
from pullet.decide.rollout import rollouts
from pullet.decide.scene import Scene
from pullet.decide.summary import Outcome, blind, summarise
from pullet.decide.upkeep import needed, superfluous
from pullet.decide.verdict import culprit

__all__ = [
    "Outcome",
    "Scene",
    "blind",
    "culprit",
    "decide",
    "fall_back",
    "foresee",
    "judge",
    "needed",
    "questions",
    "rollouts",
    "summarise",
    "superfluous",
    "to_recall",
]
