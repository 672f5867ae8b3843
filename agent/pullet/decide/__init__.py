"""The heart: what to do now and why, and what came of it. Pure functions over frozen data."""

from pullet.decide.plan import decide
from pullet.decide.summary import Outcome, blind, summarise

__all__ = ["Outcome", "blind", "decide", "summarise"]
