"""Pullet: a GitOps pull agent for plain container hosts."""

__version__ = "0.1.0"
