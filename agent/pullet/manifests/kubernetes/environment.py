"""A container's environment as the kubelet builds it, and what `$(NAME)` stands for.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

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

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
Variables = dict[str, EnvVar]


def expand(text: str, variables: Mapping[str, EnvVar]) -> tuple[str, bool]:
    """The text with `$(NAME)` replaced, what is not defined left as it is; and whether a secret is in it now."""
    if "$" not in text:
        return text, False
    secret = False

    def value(match: re.Match[str]) -> str:
        nonlocal secret
        variable = variables.get(match[1]) if match[1] is not None else None
        if variable is None:
            return "$" if match[1] is None else match[0]
        secret = secret or variable.secret
        return variable.value

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
    variables: Variables = {}
    for source in sources:
        for variable in _variables(source, variables, lookup, findings):
            variables[variable.name] = variable
    return replace(
        container,
        env=tuple(variables.values()),
        command=_arguments(container.command, variables),
        args=_arguments(container.args, variables),
    )


def _arguments(words: tuple[str, ...] | None, variables: Variables) -> tuple[str, ...] | None:
    return None if words is None else tuple(expand(word, variables)[0] for word in words)


def _variables(source: Source, before: Variables, lookup: Lookup, findings: Findings) -> Iterator[EnvVar]:
    match source:
        case Literal(name, value):
            yield EnvVar(name, *expand(value, before))
        case KeyOf(name, key, reference):
            values = _values(reference, lookup, findings)
            if values is not None and _has(values, key, reference, findings):
                yield EnvVar(name, values.texts[key], secret=_secret(reference))
        case AllOf(prefix, reference):
            values = _values(reference, lookup, findings)
            for key, value in values.texts.items() if values is not None else ():
                yield EnvVar(prefix + key, value, secret=_secret(reference))


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
