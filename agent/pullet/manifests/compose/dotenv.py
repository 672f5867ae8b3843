"""What `.env` and env files say, as Compose reads them.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from collections import ChainMap
from dataclasses import dataclass, field

from pullet.manifests.compose.interpolate import LONGEST, BadTemplate, substitute

_SKIPPED = re.compile(r"(?:\s|\#[^\n]*)*")
_KEY = re.compile(
    r"(?:export[^\S\n]+)?(?P<name>[\w.\-\[\]]+)[^\S\n]*(?:(?P<sign>[=:])[^\S\n]*|(?=\n|\Z))", re.ASCII
)
_REST = re.compile(r"[^\n]*")
_COMMENT = re.compile(r"(?:^|\s)#")
_QUOTED = {mark: re.compile(rf"{mark}((?:[^{mark}\\]|\\.)*){mark}", re.DOTALL) for mark in "'\""}
_ESCAPE = re.compile(r"""\\(?:([abfnrtv$"\\])|0([0-7]{0,3}))""")
_ESCAPED = {**dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)), "$": "$$", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A variable and its line; None is one that is only named, and is passed on from around the file."""

    name: str
    value: str | None = field(repr=False)
    line: int


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong on a line; what is not `grave` is only worth a warning."""

    line: int
    message: str
    hint: str = ""
    grave: bool = True


@dataclass(slots=True)
class Said:
    """What a file says, as far as it can be read."""

    assignments: list[Assignment] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


def parse(content: bytes, around: dict[str, str]) -> Said:
    """Variables in values are those `around`, which are stronger, and those that the file has set before."""
    reader = _Reader(_decoded(content), around)
    reader.read()
    return reader.said


def parse_raw(content: bytes) -> Said:
    """The `raw` format: what stands behind the first `=` of a line, as it stands."""
    said = Said()
    for number, line in enumerate(_decoded(content).split("\n"), start=1):
        name, sign, value = line.lstrip().partition("=")
        if not name or name.startswith("#"):
            if sign and not name:
                said.complaints.append(Complaint(number, "names no variable", "write NAME=value"))
            continue
        if re.search(r"\s", name.rstrip() if not sign else name):
            said.complaints.append(
                Complaint(number, "is no variable: a name has no spaces", "write NAME=value")
            )
            continue
        said.assignments.append(Assignment(name.rstrip(), value if sign else None, number))
    return said


def _decoded(content: bytes) -> str:
    """What is not UTF-8 cannot be the value of a variable that anybody set on purpose, and is replaced."""
    return content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\0", "\ufffd")


@dataclass(slots=True)
class _Reader:
    text: str
    around: dict[str, str]
    at: int = 0
    line: int = 1
    size: int = 0
    own: dict[str, str] = field(default_factory=dict)
    said: Said = field(default_factory=Said)

    def read(self) -> None:
        self._go(_SKIPPED)
        while self.at < len(self.text) and self.size <= LONGEST:
            key = _KEY.match(self.text, self.at)
            if key is None:
                self._complain("is no variable", "write NAME=value, and quote a value of several lines")
                return
            self._assign(key["name"], key.end(), given=bool(key["sign"]))
            self._go(_SKIPPED)
        if self.size > LONGEST:
            self._complain("is more than 1 MiB once its variables are replaced")

    def _assign(self, name: str, begin: int, *, given: bool) -> None:
        line = self.line
        self.at = begin
        value: str | None = None
        try:
            if given:
                value = self._value()
        except BadTemplate as bad:
            self.said.complaints.append(Complaint(line, f"{name} {bad}", bad.hint))
            self._go(_REST)
            return
        if not name[0].isdigit():
            self.said.assignments.append(Assignment(name, value, line))
            self.size += len(value or "")
            if value is not None:
                self.own[name] = value

    def _value(self) -> str:
        mark = self.text[self.at : self.at + 1]
        if mark not in _QUOTED:
            rest = _REST.match(self.text, self.at)
            self._go(_REST)
            bare = rest[0] if rest else ""
            comment = _COMMENT.search(bare)
            return self._expanded((bare[: comment.start()] if comment else bare).rstrip())
        quoted = _QUOTED[mark].match(self.text, self.at)
        if quoted is None:
            raise BadTemplate(f"begins with {mark} and does not end with it", f"close it with {mark}")
        self._go(_QUOTED[mark])
        if mark == "'":
            return quoted[1].replace("\\'", "'")
        return self._expanded(_ESCAPE.sub(_unescaped, quoted[1]))

    def _expanded(self, text: str) -> str:
        line = self.line
        known = ChainMap(self.around, self.own)
        return substitute(text, known, lambda name: self.said.complaints.append(_unset(line, name)))

    def _go(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.line += found[0].count("\n")
            self.at = found.end()

    def _complain(self, message: str, hint: str = "") -> None:
        self.said.complaints.append(Complaint(self.line, message, hint))


def _unset(line: int, name: str) -> Complaint:
    return Complaint(
        line, f"the variable {name} has no value, and counts as empty", f"set {name} before", grave=False
    )


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is not None:
        return _ESCAPED[found[1]]
    return chr(int(found[2] or "0", 8)).replace("\0", "\ufffd").replace("$", "$$")
