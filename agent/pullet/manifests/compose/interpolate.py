"""Variables in the values of a Compose file, in all the forms of its specification.

Used on whole documents, and on what an env file says. https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

DEEPEST = 50
LONGEST = 1 << 20

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-?+]")
_BRACES = re.compile(r"\$\{|\}")


class BadTemplate(Exception):  # noqa: N818 - what is said of the text
    """What is wrong with a text, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def substitute(
    text: str, variables: Mapping[str, str], missing: Callable[[str], None], depth: int = 0
) -> str:
    """`text` with its variables replaced; `missing` hears of those that have no value and count as empty.

    A default or an alternative that is not used is not looked into. Raises BadTemplate.
    """
    if depth > DEEPEST:
        raise BadTemplate(f"has variables nested more than {DEEPEST} levels deep")
    done: list[str] = []
    size = at = 0
    while (dollar := text.find("$", at)) >= 0:
        value, end = _variable(text, dollar, variables, missing, depth)
        done += text[at:dollar], value
        size += dollar - at + len(value)
        if size > LONGEST:
            raise BadTemplate("becomes more than 1 MiB once its variables are replaced")
        at = end
    return "".join([*done, text[at:]])


def _variable(
    text: str, dollar: int, variables: Mapping[str, str], missing: Callable[[str], None], depth: int
) -> tuple[str, int]:
    """What stands for the variable at `dollar`, and where the text goes on behind it."""
    begin = dollar + 1
    if text.startswith("$", begin):
        return "$", begin + 1
    braced = text.startswith("{", begin)
    name = _NAME.match(text, begin + braced)
    if name is None:
        raise _bad()
    if not braced:
        return _value(name[0], variables, missing), name.end()
    end = _closing(text, name.end())
    operator = _OPERATOR.match(text, name.end(), end)
    if operator is None:
        if name.end() != end:
            raise _bad()
        return _value(name[0], variables, missing), end + 1
    word = text[operator.end() : end]
    value = variables.get(name[0])
    given = bool(value) if operator[0].startswith(":") else value is not None
    match operator[0][-1], given:
        case "-", False:
            value = substitute(word, variables, missing, depth + 1)
        case "+", _:
            value = substitute(word, variables, missing, depth + 1) if given else ""
        case "?", False:
            said = substitute(word, variables, missing, depth + 1)
            raise BadTemplate(
                f"needs the variable {name[0]}" + (f": {said}" if said else ""),
                hint=f"set {name[0]} in the file .env of the project",
            )
    return value or "", end + 1


def _value(name: str, variables: Mapping[str, str], missing: Callable[[str], None]) -> str:
    if name not in variables:
        missing(name)
    return variables.get(name, "")


def _closing(text: str, begin: int) -> int:
    """Where the brace closes that was opened before `begin`."""
    opened = 1
    for brace in _BRACES.finditer(text, begin):
        opened += 1 if brace[0] == "${" else -1
        if not opened:
            return brace.start()
    raise _bad()


def _bad() -> BadTemplate:
    return BadTemplate(
        "has a $ that begins no variable",
        hint="write $$ for a single $, or ${NAME} for a variable",
    )
