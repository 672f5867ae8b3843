"""A container's environment as the kubelet builds it, and what `$(NAME)` stands for.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pullet.manifests.declared import (
    AllOf,
    Configuration,
    Draft,
    KeyOf,
    Literal,
    Lookup,
    Reference,
    Source,
    Unknown,
)
from pullet.manifests.problems import Findings
from pullet.model.pod import Container, EnvVar
from pullet.model.workload import Workload

MOST = 2 * 1024 * 1024

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
Variables = dict[str, EnvVar]


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


def expand(text: str, variables: Mapping[str, EnvVar], budget: Budget) -> tuple[str, bool]:
    """The text with `$(NAME)` replaced, what is not defined left as it is; and whether a secret is in it now.

    Raises TooMuch.
    """
    budget.take(text)
    if "$" not in text:
        return text, False
    secret = False

    def value(match: re.Match[str]) -> str:
        nonlocal secret
        variable = variables.get(match[1]) if match[1] is not None else None
        if variable is None:
            return "$" if match[1] is None else match[0]
        secret = secret or variable.secret
        return budget.take(variable.value)

    return _REFERENCE.sub(value, text), secret


def settle(draft: Draft, lookup: Lookup, findings: Findings) -> Workload:
    """The workload with its environment; what is missing is in the findings."""
    pod = draft.workload.pod
    containers = tuple(
        _settled(container, sources, lookup, findings)
        for container, sources in zip(pod.containers, draft.environments, strict=True)
    )
    return replace(draft.workload, pod=replace(pod, containers=containers))


def _settled(
    container: Container, sources: tuple[Source, ...], lookup: Lookup, findings: Findings
) -> Container:
    try:
        return _filled(container, sources, lookup, findings)
    except TooMuch:
        findings.error(
            (),
            f'the environment and command of the container "{container.name}" are more than 2 MiB',
            "use a file",
        )
        return container


def _filled(
    container: Container, sources: tuple[Source, ...], lookup: Lookup, findings: Findings
) -> Container:
    variables: Variables = {}
    budget = Budget()
    for source in sources:
        if isinstance(source, Literal):
            variables[source.name] = EnvVar(source.name, *expand(source.value, variables, budget))
            continue
        for variable in _referred(source, lookup, findings):
            budget.take(variable.name + variable.value)
            variables[variable.name] = variable
    return replace(
        container,
        env=tuple(variables.values()),
        command=_arguments(container.command, variables, budget),
        args=_arguments(container.args, variables, budget),
    )


def _arguments(words: tuple[str, ...] | None, variables: Variables, budget: Budget) -> tuple[str, ...] | None:
    return None if words is None else tuple(expand(word, variables, budget)[0] for word in words)


def _referred(source: KeyOf | AllOf, lookup: Lookup, findings: Findings) -> Iterator[EnvVar]:
    values = _values(source.reference, lookup, findings)
    if values is None:
        return
    secret = _secret(source.reference)
    match source:
        case KeyOf(name, key, reference) if _has(values, key, reference, findings):
            yield EnvVar(name, values.texts[key], secret)
        case AllOf(prefix, _):
            for key, value in values.texts.items():
                yield EnvVar(prefix + key, value, secret)


def _secret(reference: Reference) -> bool:
    return reference.target.kind == "Secret"


def _values(reference: Reference, lookup: Lookup, findings: Findings) -> Configuration | None:
    found = lookup(reference.target)
    match found:
        case Unknown(because):
            findings.error((*reference.loc, "name"), f"{_words(reference)} {because}")
        case None if not reference.optional:
            findings.error(
                (*reference.loc, "name"),
                f"{_words(reference)} does not exist",
                "declare it, or say optional: true",
            )
        case Configuration():
            return found
    return None


def _has(values: Configuration, key: str, reference: Reference, findings: Findings) -> bool:
    if key in values.texts:
        return True
    place = (*reference.loc, "key")
    if key in values.blobs:
        findings.error(
            place, f'the value of "{key}" in {_words(reference)} is not text, as a variable must be'
        )
    elif not reference.optional:
        findings.error(place, f'{_words(reference)} has no key "{key}"', "add it, or say optional: true")
    return False


def _words(reference: Reference) -> str:
    return f"{reference.target.kind} {reference.target.namespace}/{reference.target.name}"
