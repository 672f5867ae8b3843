"""What a pod can tell its containers of itself: known at the door, or a fact that the node fills in.

https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pydantic_core import PydanticCustomError

from pullet.manifests.kubernetes.envschema import FieldReference, ResourceFieldReference
from pullet.manifests.kubernetes.podschema import ResourceRequirements
from pullet.manifests.kubernetes.quantity import whole
from pullet.manifests.kubernetes.syntax import annotation_key
from pullet.manifests.problems import Findings, meant
from pullet.manifests.yamldoc import Loc
from pullet.model.text import Fact, Pieces, Quotient, Text

_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")
_FACTS = {
    "metadata.name": Fact.POD_NAME,
    "metadata.uid": Fact.UID,
    "spec.nodeName": Fact.NODE_NAME,
    "status.hostIP": Fact.HOST_IP,
    "status.hostIPs": Fact.HOST_IP,
    "status.podIP": Fact.POD_IP,
    "status.podIPs": Fact.POD_IP,
}
_GIVEN_BY_CONTROLLERS = {
    "apps.kubernetes.io/pod-index": Fact.ORDINAL,
    "batch.kubernetes.io/job-completion-index": Fact.ORDINAL,
    "statefulset.kubernetes.io/pod-name": Fact.POD_NAME,
}
_IN_VOLUMES = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations",
)
_IN_VARIABLES = (*_FACTS, "metadata.namespace", "spec.serviceAccountName")
_NODES = {"cpu": Fact.NODE_CPU, "memory": Fact.NODE_MEMORY}
_RESOURCE = re.compile(r"(limits|requests)\.(cpu|memory|ephemeral-storage)")
_MILLI = Decimal(1) / 1000
_SHORT = dict(zip('"\\\a\b\f\n\r\t\v', '"\\abfnrtv', strict=True))


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a pod at the door; `resources` by the names of its containers, `whole` of the pod itself."""

    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    service_account: str
    resources: Mapping[str, ResourceRequirements]
    whole: ResourceRequirements

    def variable(self, reference: FieldReference, loc: Loc, findings: Findings) -> Text:
        """The value of a fieldRef at `loc`, as an environment variable."""
        return self._field(reference.field_path, _IN_VARIABLES, (*loc, "fieldPath"), findings)

    def file(self, reference: FieldReference, loc: Loc, findings: Findings) -> Text:
        """The value of a fieldRef at `loc`, as a file."""
        match reference.field_path:
            case "metadata.labels":
                return lines(self.labels)
            case "metadata.annotations":
                return lines(self.annotations)
        return self._field(reference.field_path, _IN_VOLUMES, (*loc, "fieldPath"), findings)

    def _field(self, path: str, known: Iterable[str], loc: Loc, findings: Findings) -> Text:
        subscript = _SUBSCRIPT.fullmatch(path)
        if subscript is not None:
            return self._entry(subscript[1], subscript[2], loc, findings)
        if path not in known:
            findings.error(loc, "is not a field that can be given here", _hint(path, known))
            return ""
        match path:
            case "metadata.namespace":
                return self.namespace
            case "spec.serviceAccountName":
                return self.service_account
        return Pieces((_FACTS[path],))

    def _entry(self, which: str, key: str, loc: Loc, findings: Findings) -> Text:
        try:
            annotation_key(key)
        except PydanticCustomError as error:
            findings.error(loc, error.message())
        entries = self.labels if which == "labels" else self.annotations
        fact = _GIVEN_BY_CONTROLLERS.get(key)
        return Pieces((fact,)) if fact is not None and key not in entries else entries.get(key, "")

    def resource(self, reference: ResourceFieldReference, own: str, loc: Loc, findings: Findings) -> Text:
        """The value of a resourceFieldRef at `loc`; `own` is the container that it means where it names none."""
        match = _RESOURCE.fullmatch(reference.resource)
        name = reference.container_name or own
        container = self.resources.get(name)
        if match is None:
            findings.error(
                (*loc, "resource"), "must be limits or requests of cpu, memory or ephemeral-storage"
            )
        elif container is None:
            words = "is required" if not name else f'there is no container named "{name}"'
            findings.error((*loc, "containerName"), words, meant(name, self.resources))
        elif not _divides(reference.divisor, match[2]):
            findings.error((*loc, "divisor"), "must be 1 or 1m for cpu, and 1m for nothing else")
        else:
            found = self._found(container, match[1], match[2])
            if found is not None or match[2] in _NODES:
                return self._amount(match[2], found, reference.divisor)
            findings.error((*loc, "resource"), "is not limited, and the node's whole is not known")
        return ""

    def _amount(self, name: str, found: Decimal | None, divisor: Decimal) -> Text:
        """A limit that is not set is the node's whole."""
        if found is not None:
            return str(whole(found / divisor))
        return Pieces((Quotient(_NODES[name], int(divisor * 1000 if name == "cpu" else divisor)),))

    def _found(self, of: ResourceRequirements, which: str, name: str) -> Decimal | None:
        limit = of.limits.get(name, self.whole.limits.get(name))
        return limit if which == "limits" else of.requests.get(name, of.limits.get(name, Decimal(0)))


def _divides(divisor: Decimal, resource: str) -> bool:
    return divisor in {_MILLI, 1} if resource == "cpu" else divisor >= 1


def _hint(path: str, known: Iterable[str]) -> str:
    whole_map = path in {"metadata.labels", "metadata.annotations"}
    return f"name one of them: {path}['key']" if whole_map else meant(path, known)


def lines(entries: Mapping[str, str]) -> str:
    """A line `key="value"` for each, in the order of their keys, as the kubelet writes them."""
    return "\n".join(f'{key}="{"".join(map(_quoted, entries[key]))}"' for key in sorted(entries))


def _quoted(character: str) -> str:
    """As Go quotes it: https://pkg.go.dev/strconv#Quote"""
    if character in _SHORT:
        return f"\\{_SHORT[character]}"
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:  # noqa: PLR2004 - ASCII
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - four digits
