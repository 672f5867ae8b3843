"""Snapshot to catalog: the doors through which text becomes workloads or problems.

`Reader.read` is what the loop and the verbs call. Pure: no I/O, no logging, no git, no docker.
"""
