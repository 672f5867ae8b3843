"""A container's environment as the kubelet builds it, and what `$(NAME)` stands for.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from pullet.manifests.declared import AllOf, Given, KeyOf, Literal, Source
from pullet.manifests.kubernetes.referring import Referring
from pullet.model.pod import EnvVar
from pullet.model.text import Fact, Pieces, Quotient, Text

MOST = 2 * 1024 * 1024

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")

Variables = dict[str, EnvVar]
Part = str | Fact | Quotient


class TooMuch(Exception):  # noqa: N818 - what is said of the container
    """More than a process can be given."""


@dataclass(slots=True)
class Budget:
    """What is left, in characters, of what Linux gives a process at its start: a quarter of the usual stack.

    https://man7.org/linux/man-pages/man2/execve.2.html#NOTES
    """

    left: int = MOST

    def take(self, text: str) -> str:
        """Raises TooMuch."""
        self.left -= len(text) + 1
        if self.left < 0:
            raise TooMuch
        return text


def expand(text: str, variables: Mapping[str, EnvVar], budget: Budget) -> tuple[Text, bool]:
    """The text with `$(NAME)` replaced, what is not defined left as it is; and whether a secret is in it now.

    Raises TooMuch.
    """
    budget.take(text)
    if "$" not in text:
        return text, False
    parts: list[Part] = []
    secret, end = False, 0
    for match in _REFERENCE.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        variable = variables.get(match[1]) if match[1] is not None else None
        if variable is None:
            parts.append("$" if match[1] is None else match[0])
        else:
            secret = secret or variable.secret
            parts += _taken(variable.value, budget)
    return joined([*parts, text[end:]]), secret


def expanded(text: Text, variables: Mapping[str, EnvVar], budget: Budget) -> Text:
    """The text with `$(NAME)` replaced; what has facts in it was expanded before. Raises TooMuch."""
    return expand(text, variables, budget)[0] if isinstance(text, str) else text


def undefined(text: str, variables: Mapping[str, EnvVar]) -> set[str]:
    """The names that stand in the text and nowhere else."""
    named = {match[1] for match in _REFERENCE.finditer(text) if match[1] is not None}
    return named - variables.keys()


def joined(parts: Iterable[Part]) -> Text:
    """As few pieces as say the same; plain text where there is no fact among them."""
    whole: list[Part] = []
    for literal, run in groupby(parts, _is_literal):
        if literal:
            whole.append("".join(map(str, run)))
        else:
            whole += run
    fewest = tuple(part for part in whole if part != "")
    if all(map(_is_literal, fewest)):
        return "".join(map(str, fewest))
    return Pieces(fewest)


def _is_literal(part: Part) -> bool:
    """A Fact is a string too."""
    return isinstance(part, str) and not isinstance(part, Fact)


def _taken(value: Text | None, budget: Budget) -> tuple[Part, ...]:
    """Raises TooMuch."""
    parts = value.parts if isinstance(value, Pieces) else (value or "",)
    for part in parts:
        budget.take(str(part))
    return parts


def variables_of(sources: Iterable[Source], budget: Budget, referring: Referring) -> Variables:
    """In the order in which they are defined, as each may use those before it. Raises TooMuch."""
    variables: Variables = {}
    for source in sources:
        for variable in _variables(source, variables, budget, referring):
            variables[variable.name] = variable
    return variables


def _variables(source: Source, known: Variables, budget: Budget, referring: Referring) -> Iterator[EnvVar]:
    if isinstance(source, Literal):
        yield EnvVar(source.name, *expand(source.value, known, budget))
        return
    for variable in _taken_over(source, referring):
        budget.take(variable.name)
        _taken(variable.value, budget)
        yield variable


def _taken_over(source: Given | KeyOf | AllOf, referring: Referring) -> Iterator[EnvVar]:
    """What is taken as it is, without a look for `$(NAME)` in it."""
    if isinstance(source, Given):
        yield EnvVar(source.name, source.value)
        return
    values = referring.values(source.reference)
    if values is None:
        return
    secret = source.reference.target.kind == "Secret"
    match source:
        case KeyOf(name, key, reference):
            if referring.has_text(values, key, reference):
                yield EnvVar(name, values.texts[key], secret)
        case AllOf(prefix, _):
            for key, value in values.texts.items():
                yield EnvVar(prefix + key, value, secret)
