"""Which services of a project must stand on one node, and what they share that makes them.

A network, a volume and a namespace are of one engine, so whoever shares one stands beside the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from pullet.manifests.compose.dependencies import shared
from pullet.manifests.compose.deploying import is_everywhere
from pullet.manifests.compose.mounts import bound
from pullet.manifests.compose.service import Service
from pullet.manifests.compose.whole import DEFAULT, Whole, in_repository


@dataclass(frozen=True, slots=True)
class Groups:
    """Services that must stand on one node, by name: each to the others, and what they share."""

    _members: Mapping[str, frozenset[str]]
    _because: Mapping[frozenset[str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, whole: Whole) -> Groups:
        """A global service stands everywhere, so it keeps nobody in a place."""
        groups = {name: {name} for name, one in whole.services.sound.items() if not is_everywhere(one)}
        because: dict[frozenset[str], str] = {}
        for what, users in _ties(whole).items():
            members = [name for name in users if name in groups]
            for one, other in pairwise(members):
                because[frozenset((one, other))] = what
                if groups[one] is not groups[other]:
                    groups[one] |= groups[other]
                    for name in groups[other]:
                        groups[name] = groups[one]
        return cls({name: frozenset(group) for name, group in groups.items()}, because)

    def others(self, name: str) -> list[str]:
        return sorted(self._members.get(name, frozenset()) - {name})

    def word(self, name: str, project: str) -> str:
        """What `Where.together` says: empty for one that shares nothing."""
        return f"{project}/{min(self._members[name])}" if self.others(name) else ""

    def because(self, one: str, other: str) -> str:
        return self._because.get(frozenset((one, other)), "what the services between them share")


def _ties(whole: Whole) -> dict[str, list[str]]:
    """What is shared, in words, and by which services."""
    ties: dict[str, list[str]] = {}
    for name, service in whole.services.sound.items():
        for what in _tied(service, whole):
            ties.setdefault(what, []).append(name)
        for other in shared(service):
            ties.setdefault(f"what {name} takes from {other}", []).extend((name, other))
    return ties


def _tied(service: Service, whole: Whole) -> Iterator[str]:
    if service.network_mode in {"", DEFAULT}:
        yield from (f"the network {key}" for key in service.networks or (DEFAULT,))
    for volume in service.volumes:
        named = whole.volumes.sound.get(volume.source) if volume.type == "volume" else None
        if named is not None and bound(named) is None:
            yield f"the volume {volume.source}"
        elif volume.type == "bind" and volume.source.startswith("."):
            path = in_repository(volume.source)
            if whole.tree.identify(path) is None:
                yield f"the directory {path}"
