"""From what a schema finds to problems in plain words, with the place in the file and what to do.

Messages never show a value that may be a secret: only names and words from a fixed choice are repeated.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from pullet.manifests.schema import Shape, Verdict, alternative, fields, shape_at, verdict, warnings
from pullet.manifests.yamldoc import Loc, Located, dotted
from pullet.model.problem import Origin, Problem, Severity

AnyShape = TypeVar("AnyShape", bound=Shape)

_MOST = 100

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "too_short": ("a list with entries, at least", "min_length"),
}


@dataclass(slots=True)
class Findings:
    """What is wrong with one object, which stands at `loc` of its document.

    `unmet` is what it asks for to be isolated and what nothing here can hold: whether that refuses it or only warns is
    for the node's policy to say.
    """

    document: Located
    loc: Loc = ()
    problems: list[Problem] = field(default_factory=list)
    unmet: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def origin(self, loc: Loc = ()) -> Origin:
        return self.document.locate((*self.loc, *loc))

    def error(self, loc: Loc, message: str, hint: str = "", *, key: bool = False) -> None:
        self._add(loc, message, hint, Severity.ERROR, key=key)

    def warn(self, loc: Loc, message: str, hint: str = "", *, key: bool = False) -> None:
        self._add(loc, message, hint, Severity.WARNING, key=key)

    def loosens(self, loc: Loc, message: str, hint: str = "", *, key: bool = False) -> None:
        """What tightens isolation and cannot be held here is never warned away, unless the node says so."""
        place = (*self.loc, *loc)
        self.unmet.append(Problem(self.document.locate(place, key=key), message, dotted(place), hint))

    def _add(self, loc: Loc, message: str, hint: str, severity: Severity, *, key: bool) -> None:
        if len(self.problems) > _MOST:
            return
        if len(self.problems) == _MOST:
            loc, message, hint, severity = (), "has more problems than are shown", "", Severity.ERROR
        place = (*self.loc, *loc)
        origin = self.document.locate(place, key=key)
        self.problems.append(Problem(origin, message, dotted(place), hint, severity))


def checked(shape: type[AnyShape], data: Any, findings: Findings) -> AnyShape | None:
    """The object in its shape, or None; what is wrong and what is warned of is in the findings."""
    try:
        value = shape.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False)[: _MOST + 1]:
            _translate(shape, detail, findings)
        return None
    for loc, info in warnings(value):
        findings.warn(loc, _warning(info), key=True)
    return value


def _warning(info: FieldInfo) -> str:
    if verdict(info) is Verdict.LATER:
        return "is read and checked; this version does not act upon it yet"
    return f"has no meaning here: {(info.description or '').rstrip('.')}"


def meant(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word that was probably meant, or nothing."""
    by_case = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_case, n=1, cutoff=0.6)
    return f"did you mean {by_case[close[0]]}?" if close else ""


def _translate(shape: type[Shape], detail: ErrorDetails, findings: Findings) -> None:
    loc, kind = detail["loc"], detail["type"]
    context = detail.get("ctx", {})
    if loc and loc[-1] == "[key]":
        message = context.get("message", "the key must be text")
        hint = context.get("hint") or ("" if "message" in context else "write the key in quotes")
        findings.error(loc[:-1], message, hint, key=True)
        return
    match kind:
        case "missing":
            findings.error(loc, "is required")
        case "extra_forbidden":
            _unknown(shape, loc, findings)
        case "refused":
            _refused(shape, loc, findings)
        case "wrong":
            findings.error(
                loc, context["message"], context["hint"], key=context["message"] == "is not supported yet"
            )
        case "literal_error":
            _choice(detail, findings)
        case _ if kind in _BOUNDS:
            words, bound = _BOUNDS[kind]
            findings.error(loc, f"must be {words} {context[bound]}")
        case _:
            findings.error(loc, *_type(kind, detail))


def _unknown(shape: type[Shape], loc: Loc, findings: Findings) -> None:
    around = shape_at(shape, loc[:-1])
    hint = meant(str(loc[-1]), fields(around)) if around else ""
    findings.error(loc, "unknown field", hint, key=True)


def _refused(shape: type[Shape], loc: Loc, findings: Findings) -> None:
    around = shape_at(shape, loc[:-1])
    info = fields(around).get(str(loc[-1])) if around else None
    reason = (info.description or "").rstrip(".") if info else ""
    findings.error(loc, f"is not supported: {reason}", alternative(info) if info else "", key=True)


def _choice(detail: ErrorDetails, findings: Findings) -> None:
    words = [word for word in re.findall(r"'([^']*)'", str(detail.get("ctx", {})["expected"])) if word]
    value = detail["input"]
    hint = meant(value, words) if isinstance(value, str) else ""
    findings.error(detail["loc"], f"must be {' or '.join(words)}", hint)


def _type(kind: str, detail: ErrorDetails) -> tuple[str, str]:
    wanted, value = _WANTED.get(kind), detail["input"]
    if wanted is None:
        return detail["msg"], ""
    hint = ""
    if wanted == "text" and isinstance(value, bool | int | float):
        hint = "write it in quotes"
    elif isinstance(value, str) and (
        wanted == "a whole number" or value.lower() in {"yes", "no", "on", "off"}
    ):
        hint = "write it without quotes" if wanted == "a whole number" else "write true or false"
    return f"must be {wanted}, not {described(value)}", hint


def described(value: Any) -> str:
    """What kind of thing a value is; never the value itself."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
    return "a mapping"
