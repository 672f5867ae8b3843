"""What only the node can finish of a specification's texts, at the moment when a container is created. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pullet.model.placement import Instance
from pullet.model.pod import Container
from pullet.model.text import Fact, Quotient, Text, mentions
from pullet.model.volumes import Files

Facts = Mapping[Fact, str]


def facts_of(instance: Instance, node: str, uid: str) -> dict[Fact, str]:
    """What follows from the instance's name and place alone."""
    return {
        Fact.POD_NAME: instance.name.pod,
        Fact.NAMESPACE: instance.name.workload.namespace,
        Fact.UID: uid,
        Fact.ORDINAL: instance.name.number,
        Fact.NODE_NAME: node,
    }


def finished(text: Text, facts: Facts) -> str:
    """The text with each fact in its place; what is not known is empty, as in Kubernetes before it is known."""
    if isinstance(text, str):
        return text
    return "".join(_part(part, facts) for part in text.parts)


def asks(containers: Iterable[Container], fact: Fact) -> bool:
    """Whether any text of theirs cannot be finished without the fact."""
    return any(mentions(text, fact) for text in _texts(containers))


def _texts(containers: Iterable[Container]) -> Iterator[Text | None]:
    for container in containers:
        yield from (variable.value for variable in container.env)
        yield from (*(container.command or ()), *(container.args or ()))
        for mount in container.mounts:
            yield mount.sub_path
            if isinstance(mount.source, Files):
                yield from (one.content for one in mount.source.files if not isinstance(one.content, bytes))


def _part(part: str | Fact | Quotient, facts: Facts) -> str:
    match part:
        case Quotient(fact=fact, divisor=divisor):
            return str(-(-int(facts.get(fact, "0")) // divisor))
        case Fact():
            return facts.get(part, "")
        case _:
            return part
