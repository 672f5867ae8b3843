"""Catalog → who runs what: arithmetic over the commit, so that every agent computes the same answer. Pure."""

from pullet.placement.desired import desire, fleet, placed_here
from pullet.placement.filters import objections
from pullet.placement.place import place

__all__ = ["desire", "fleet", "objections", "place", "placed_here"]
