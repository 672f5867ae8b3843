"""A note's text from a report, and back: a first line for people, a blank line, YAML for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from pullet.model.errors import Refused
from pullet.model.report import Report, State

_HEADLINE = re.compile(r"\S+ \S+, \d+ of \d+ instances ready, [\d.]+s(?:: (.*))?")


def note_text(report: Report) -> str:
    headline = " ".join(report.headline.split())
    body = yaml.dump(report.note(), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=1000)
    return f"{headline}\n\n{body}"


def parse_note(text: str) -> dict[str, Any]:
    """The note's keys, and as `message` what its first line ends with. Raises Refused for what Pullet did not write."""
    headline, blank, body = text.partition("\n\n")
    try:
        note = yaml.load(body, Loader=yaml.CSafeLoader) if blank else None
    except yaml.YAMLError:
        note = None
    if not isinstance(note, dict) or not {"node", "commit", "state"} <= note.keys():
        raise Refused(
            f"{text[:40]!r} is not a note of Pullet's", hint="leave refs/notes/pullet/ to the agents"
        )
    message = _HEADLINE.fullmatch(headline)
    return {**note, "message": message[1] if message and message[1] else ""}


def meaning(note: Mapping[str, Any]) -> tuple[object, ...]:
    """What a note says that is worth a new one: nothing that changes while nothing happens.

    The same for the keys of a report (`Report.note`) and of a note that was read.
    """
    workloads = note.get("workloads") or {}
    return (
        note["commit"],
        note["state"],
        tuple((name, *_lasting(about)) for name, about in sorted(workloads.items())),
        tuple(tuple(sorted(problem.items())) for problem in note.get("problems") or ()),
    )


def _lasting(about: Mapping[str, Any]) -> tuple[object, ...]:
    """While a workload moves or fails, its message tells of the next step or the last try.

    That is no news: a note for each try would be a heartbeat.
    """
    passing = about.get("state") in (State.PROGRESSING, State.DEGRADED)
    return about.get("state"), about.get("hash"), "" if passing else about.get("message")
