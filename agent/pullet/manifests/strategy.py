"""Blue/green and canary as manifests ask for them: in annotations on a Deployment, and in a service's `x-pullet`."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.inspection import COMPARISONS, Expectation, Inspection, Query
from pullet.model.pod import Pod
from pullet.model.probe import Exec
from pullet.model.replacement import BlueGreen, Canary, CanaryStep, Share

BLUE_GREEN, CANARY = "blue-green", "canary"
STRATEGIES = (BLUE_GREEN, CANARY)
PROMOTIONS = ("automatic", "manual")

_OF_CANARIES = ("steps", "check")
_OF_BOTH = ("promotion", "promoted")
_ALL = 100
_HASH = re.compile(r"[0-9a-f]{7,64}").fullmatch
_PERCENTAGE = re.compile(r"[0-9]{1,3}%").fullmatch
_PAUSE = re.compile(r"pause(?:\s+(\S+))?").fullmatch
_EXPECTED = re.compile(r"(<=|>=|==|!=|<|>)\s*(\S+)").fullmatch
_SPAN = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h|d))+", re.ASCII).fullmatch
_PARTS = re.compile(r"([\d.]+)(ms|s|m|h|d)", re.ASCII).findall
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_STEPS = 'as in "1, 25%, pause 5m, 50%, pause"'


@dataclass(frozen=True, slots=True)
class Asked:
    """What a manifest says, by the words of `x-pullet`, each with its place; a canary's steps have one each."""

    given: Mapping[str, str]
    places: Mapping[str, Loc]
    steps: Sequence[tuple[Loc, object]] = ()
    check: Inspection | None = None


def strategy(asked: Asked, pod: Pod, findings: Findings) -> BlueGreen | Canary | None:
    """None where none is asked for, or not in a way that can be understood: then the findings say so."""
    name = asked.given.get("strategy", "")
    _needing(asked, name, findings)
    for key, choice in (("strategy", STRATEGIES), ("promotion", PROMOTIONS)):
        word = asked.given.get(key)
        if word is not None and word not in choice:
            hint = meant(word, choice) or f"write {' or '.join(choice)}"
            findings.error(asked.places[key], f"must be {' or '.join(choice)}", hint)
    promoted = asked.given.get("promoted", "")
    if promoted and not _HASH(promoted):
        hint = "write 7 digits or more of the hash that `pullet status` and `pullet plan` show"
        findings.error(asked.places["promoted"], "is not the beginning of a specification's hash", hint)
    manual = asked.given.get("promotion") == "manual"
    if name in STRATEGIES:
        _side_by_side(pod, asked.places["strategy"], findings)
    match name:
        case "blue-green":
            return BlueGreen(manual, promoted)
        case "canary":
            return _canary(asked, promoted, findings, manual=manual)
    return None


def _needing(asked: Asked, name: str, findings: Findings) -> None:
    """Words that say nothing without the strategy that they belong to."""
    for key in (*_OF_BOTH, *_OF_CANARIES):
        if key in asked.places and (not name or (name == BLUE_GREEN and key in _OF_CANARIES)):
            wanted = CANARY if key in _OF_CANARIES else " or ".join(STRATEGIES)
            findings.error(asked.places[key], f"says nothing without the strategy {wanted}", key=True)


def _side_by_side(pod: Pod, place: Loc, findings: Findings) -> None:
    ports = sorted({port for _, _, port in pod.host_ports})
    if ports:
        said = f"two cannot stand side by side, as they need port {ports[0]} of the node: the old one stops first"
        findings.warn(place, said, "let something else publish the port")


def _canary(asked: Asked, promoted: str, findings: Findings, *, manual: bool) -> Canary | None:
    if "steps" not in asked.places:
        findings.error(asked.places["strategy"], "a canary needs steps", _STEPS)
        return None
    steps: list[CanaryStep] = []
    for loc, value in asked.steps:
        _step(value, steps, loc, findings)
    if not steps:
        if not asked.steps:
            findings.error(asked.places["steps"], "must have a step", _STEPS)
        return None
    if manual:
        steps[-1] = replace(steps[-1], manual=True)
    return Canary(tuple(steps), asked.check, promoted)


def _step(value: object, steps: list[CanaryStep], loc: Loc, findings: Findings) -> None:
    """A number begins a step, and a pause belongs to the step before it."""
    text = str(value).strip()
    if isinstance(value, str) and (pause := _PAUSE(text)):
        if not steps:
            findings.error(loc, "must not begin with a pause", _STEPS)
        else:
            steps[-1] = _paused(steps[-1], pause[1], loc, findings)
        return
    share = _share(text) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if share is None:
        said = "each step must be a number from 1 on, a percentage, or a pause"
        findings.error(loc, said, _STEPS)
    elif steps and steps[-1].share.percent == share.percent and steps[-1].share.value >= share.value:
        findings.error(loc, f"{text} must be more than the step before it")
    else:
        steps.append(CanaryStep(share))


def _share(text: str) -> Share | None:
    percent = _PERCENTAGE(text) is not None
    digits = text.removesuffix("%") if percent else text
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:  # noqa: PLR2004
        return None
    share = Share(int(digits), percent)
    return share if share.value and not (percent and share.value > _ALL) else None


def _paused(step: CanaryStep, text: str | None, loc: Loc, findings: Findings) -> CanaryStep:
    if text is None:
        return replace(step, manual=True)
    if not _SPAN(text):
        findings.error(
            loc, f"after pause, {text} is not a duration", "write it as 1m30s, with ms, s, m, h or d"
        )
        return step
    return replace(
        step, pause=step.pause + sum(float(number) * _SECONDS[unit] for number, unit in _PARTS(text))
    )


@dataclass(frozen=True, slots=True)
class Checks:
    """Reads what a canary is asked besides its probes."""

    findings: Findings

    def command(self, given: str | Sequence[str], loc: Loc) -> Exec | None:
        """A text is split into words as a shell does it, and run without one."""
        try:
            words = tuple(shlex.split(given) if isinstance(given, str) else given)
        except ValueError:
            self.findings.error(loc, "has a quotation mark without another", "write the command as a list")
            return None
        if not words:
            self.findings.error(loc, "needs a command", "as in exec: test -f /run/healthy")
            return None
        return Exec(words)

    def query(self, url: str, expected: str | None, loc: Loc, expected_loc: Loc) -> Query | None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _is_port(url):
            self.findings.error(loc, "is not an address", "as in http://127.0.0.1:9090/api/v1/query?query=…")
            return None
        if parts.username is not None:
            self.findings.error(loc, "must not hold a name or a password, as plans and reports show it")
            return None
        if expected is None:
            return Query(url)
        found = _EXPECTED(expected.strip())
        bound = _number(found[2]) if found else None
        if found is None or bound is None:
            words = " ".join(COMPARISONS)
            self.findings.error(expected_loc, f"must be one of {words} and a number", 'as in "< 0.05"')
            return None
        return Query(url, Expectation(found[1], bound))


def _is_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
