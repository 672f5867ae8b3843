"""A document to what it declares: which kind it is, whether it can be read, and who reads it.

The reader calls `read` for every document that carries apiVersion and kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from pullet.manifests.declared import Declared, Draft, ObjectName, Reading
from pullet.manifests.kubernetes import foreign, outline, syntax
from pullet.manifests.kubernetes.doors import Convert, door
from pullet.manifests.kubernetes.kinds import GONE, KINDS, Fate, Kind, is_built_in, kind_of_list
from pullet.manifests.kubernetes.settling import settle
from pullet.manifests.problems import AnyShape, Findings, checked, meant
from pullet.manifests.yamldoc import Document, Loc
from pullet.model.catalog import Unreadable

_DEEPEST_LIST = 3
_BODY = {"metadata": dict, "spec": dict, "items": list}


@dataclass(frozen=True, slots=True)
class _Object:
    """One object and where it stands: a document, or an item of a List."""

    document: Document
    loc: Loc
    data: dict[Any, Any]

    @property
    def kind(self) -> str:
        return str(self.data["kind"])

    @property
    def api_version(self) -> str:
        return str(self.data["apiVersion"])


def is_manifest(data: Any) -> bool:
    """Whether a document is meant for Kubernetes: it has both words, or one of them and what an object has besides."""
    if not isinstance(data, dict):
        return False
    words = {"apiVersion", "kind"} & data.keys()
    return len(words) == 2 or (bool(words) and _has_a_body(data))  # noqa: PLR2004


def _has_a_body(data: dict[Any, Any]) -> bool:
    return any(isinstance(data.get(name), kind) for name, kind in _BODY.items())


def read(document: Document) -> Reading:
    """What a document declares, for which `is_manifest` is true."""
    return _read(document, (), document.data, depth=0)


def _read(document: Document, loc: Loc, data: Any, depth: int) -> Reading:
    findings = Findings(document, loc)
    if not isinstance(data, dict):
        findings.error((), "must be an object with apiVersion and kind")
        return _unknown(document, findings)
    for word in ("apiVersion", "kind"):
        if not isinstance(data.get(word), str) or not data[word]:
            findings.error((word,), "is required" if data.get(word) is None else "must be text")
    if findings.failed:
        return _unknown(document, findings)
    return _by_kind(_Object(document, loc, data), findings, depth)


def _by_kind(this: _Object, findings: Findings, depth: int) -> Reading:
    kind = KINDS.get(this.kind)
    if kind is None and _holds_items(this):
        return _items(this, findings, depth)
    if foreign.is_foreign(this.api_version, this.kind):
        return _foreign(this, kind, findings)
    if kind is None:
        gone = this.kind in GONE
        said = f"{this.kind} was removed from Kubernetes" if gone else f"unknown kind {this.kind}"
        findings.error(("kind",), said, "" if gone else meant(this.kind, KINDS))
        return _unknown(this.document, findings)
    if this.api_version not in kind.versions:
        findings.error(
            ("apiVersion",), f"there is no {this.kind} in {this.api_version}", f"write {kind.versions[0]}"
        )
        return _refused(this, kind, findings)
    return _known(this, kind, findings, depth)


def _foreign(this: _Object, kind: Kind | None, findings: Findings) -> Reading:
    group = this.api_version.rpartition("/")[0]
    if (not group and this.kind not in foreign.OPENSHIFT) or (kind is not None and kind.runs):
        hint = f"write {kind.versions[0]}" if kind else meant(this.api_version, ("v1", "apps/v1", "batch/v1"))
        findings.error(("apiVersion",), f"there is no {this.kind} in {this.api_version}", hint)
        return _unknown(this.document, findings) if kind is None else _refused(this, kind, findings)
    isolation = foreign.judge(this.api_version, this.kind, this.data, findings)
    if isolation is None:
        return Reading(problems=tuple(findings.problems))
    name = ObjectName("", f"{this.kind} of {group}", str(findings.origin()))
    return Reading((Declared(name, this.document, this.loc, isolation),), tuple(findings.problems))


def _known(this: _Object, kind: Kind, findings: Findings, depth: int) -> Reading:
    if kind.name == "List":
        return _items(this, findings, depth)
    if kind.fate is Fate.READ:
        shape, convert = door(kind.name)
        return _object(this, kind, checked(shape, this.data, findings), convert, findings)
    outline.check(this.api_version, kind.name, this.data, findings)
    if kind.fate is Fate.REFUSED:
        findings.error(("kind",), f"{kind.name} is not supported: {kind.because}")
        return _refused(this, kind, findings)
    if not findings.failed:
        findings.warn((), f"{kind.name} has no meaning outside a cluster and is left out: {kind.because}")
    return Reading(problems=tuple(findings.problems))


def _holds_items(this: _Object) -> bool:
    """A typed list such as DeploymentList, or one of custom resources."""
    if not this.kind.endswith("List") or "items" not in this.data:
        return False
    held = kind_of_list(this.kind)
    return this.api_version in held.versions if held else not is_built_in(this.api_version)


def _items(this: _Object, findings: Findings, depth: int) -> Reading:
    items = this.data.get("items")
    for name in this.data.keys() - {"apiVersion", "kind", "metadata", "items"}:
        findings.error((name,), "unknown field", meant(str(name), ("items", "metadata")), key=True)
    if items is not None and not isinstance(items, list):
        findings.error(("items",), "must be a list")
    if depth >= _DEEPEST_LIST:
        findings.error((), f"Lists may stand in each other {_DEEPEST_LIST} deep")
    if findings.failed:
        return _unknown(this.document, findings)
    return Reading.of(
        _read(this.document, (*this.loc, "items", index), _typed(this, item), depth + 1)
        for index, item in enumerate(items or ())
    )


def _typed(this: _Object, item: Any) -> Any:
    """The items of a typed list need not repeat what they are."""
    if this.kind == "List" or not isinstance(item, dict):
        return item
    return {"apiVersion": this.api_version, "kind": this.kind.removesuffix("List"), **item}


def _object(
    this: _Object, kind: Kind, shape: AnyShape | None, convert: Convert, findings: Findings
) -> Reading:
    name = _name(this, kind)
    content = None if shape is None else convert(shape, findings)
    if name is None or findings.failed:
        return _refused(this, kind, findings)
    if isinstance(content, Draft) and content.stands_alone:
        content = settle(content, lambda _: None, findings)
        if findings.failed:
            return _refused(this, kind, findings)
    declared = Declared(name, this.document, this.loc, content, runs=kind.runs)
    return Reading((declared,), tuple(findings.problems))


def _refused(this: _Object, kind: Kind, findings: Findings) -> Reading:
    """Declared and not valid: its name is known, or anything that its text mentions may be meant."""
    name = _name(this, kind)
    if name is None:
        return _unknown(this.document, findings)
    declared = Declared(name, this.document, this.loc, valid=False, runs=kind.runs)
    return Reading((declared,), tuple(findings.problems))


def _unknown(document: Document, findings: Findings) -> Reading:
    return Reading(problems=tuple(findings.problems), unreadable=(Unreadable(document.path, document.text),))


def _name(this: _Object, kind: Kind) -> ObjectName | None:
    metadata = this.data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    namespace = (metadata.get("namespace") or "default") if isinstance(metadata, dict) else None
    if not isinstance(name, str) or not isinstance(namespace, str):
        return None
    try:
        syntax.subdomain(name)
        syntax.label(namespace)
    except PydanticCustomError:
        return None
    return ObjectName(namespace if kind.namespaced else "", kind.name, name)
