"""What is wrong in the input, as data that can be counted, shown and compared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in the repository: path relative to its root; line and column count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`field` is the dotted path inside the document, `hint` what the author probably meant or could do."""

    origin: Origin
    message: str
    field: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """`file:line:column: severity: message (hint)`, as compilers and editors know it."""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.origin}: {self.severity}: {self.what}{hint}"

    @property
    def what(self) -> str:
        """The message, after the field that it is about."""
        return f"{self.field}: {self.message}" if self.field else self.message

    def as_dict(self) -> dict[str, object]:
        """The shape of `pullet validate -o json` and of the note's `problems`."""
        return {
            "path": self.origin.path,
            "line": self.origin.line,
            "column": self.origin.column,
            "field": self.field,
            "severity": str(self.severity),
            "message": self.message,
            "hint": self.hint,
        }
