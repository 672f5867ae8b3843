"""A document to what it declares: which kind it is, whether it can be read, and who reads it.

The reader calls `read` for every document that carries apiVersion and kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from pullet.manifests.declared import Content, Declared, Draft, ObjectName, Reading
from pullet.manifests.kubernetes import configuration, schema, syntax, workloads
from pullet.manifests.kubernetes.kinds import KINDS, Fate, Kind, is_built_in
from pullet.manifests.kubernetes.settling import settle
from pullet.manifests.problems import AnyShape, Findings, checked, meant
from pullet.manifests.schema import Shape
from pullet.manifests.yamldoc import Document, Loc
from pullet.model.catalog import Unreadable

_DEEPEST_LIST = 3
_KUSTOMIZE = "kustomize.config.k8s.io"

Convert = Callable[[Any, Findings], Content | None]


def _nothing(_shape: Shape, _findings: Findings) -> None:
    return None


_DOORS: dict[str, tuple[type[Shape], Convert]] = {
    "ConfigMap": (schema.ConfigMap, configuration.config_map),
    "DaemonSet": (schema.DaemonSet, workloads.daemon_set),
    "Deployment": (schema.Deployment, workloads.deployment),
    "Namespace": (schema.Namespace, _nothing),
    "Node": (schema.Node, workloads.node),
    "Pod": (schema.Pod, workloads.pod),
    "Secret": (schema.Secret, configuration.secret),
}


def shapes() -> tuple[type[Shape], ...]:
    """The shapes of all kinds that are read, for the reference."""
    return tuple(shape for shape, _ in _DOORS.values())


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
    """Whether a document is meant for Kubernetes: it has both words, or one of them and metadata."""
    if not isinstance(data, dict):
        return False
    words = {"apiVersion", "kind"} & data.keys()
    return len(words) == 2 or (bool(words) and isinstance(data.get("metadata"), dict))  # noqa: PLR2004


def read(document: Document) -> Reading:
    """What a document declares, for which `is_manifest` is true."""
    return _read(document, (), document.data, depth=0)


def _read(document: Document, loc: Loc, data: Any, depth: int) -> Reading:
    findings = Findings(document, loc)
    if not isinstance(data, dict):
        findings.error((), "must be an object with apiVersion and kind")
        return _unknown(findings)
    for word in ("apiVersion", "kind"):
        if not isinstance(data.get(word), str) or not data[word]:
            findings.error((word,), "is required" if data.get(word) is None else "must be text")
    if findings.failed:
        return _unknown(findings)
    return _by_kind(_Object(document, loc, data), findings, depth)


def _by_kind(this: _Object, findings: Findings, depth: int) -> Reading:
    kind = KINDS.get(this.kind)
    if this.api_version.startswith(_KUSTOMIZE):
        findings.error(
            (),
            f"a {this.kind} of Kustomize needs rendering",
            "commit what kustomize build prints, or list it in .pulletignore",
        )
        return Reading(problems=tuple(findings.problems))
    if not is_built_in(this.api_version):
        return _foreign(this, kind, findings)
    if kind is None:
        findings.error(("kind",), f"unknown kind {this.kind}", meant(this.kind, KINDS))
        return _unknown(findings)
    if this.api_version not in kind.versions:
        findings.error(
            ("apiVersion",), f"there is no {this.kind} in {this.api_version}", f"write {kind.versions[0]}"
        )
        return _refused(this, kind, findings)
    return _known(this, kind, findings, depth)


def _foreign(this: _Object, kind: Kind | None, findings: Findings) -> Reading:
    group = this.api_version.rpartition("/")[0]
    if not group or (kind is not None and kind.runs):
        hint = f"write {kind.versions[0]}" if kind else meant(this.api_version, ("v1", "apps/v1", "batch/v1"))
        findings.error(("apiVersion",), f"there is no {this.kind} in {this.api_version}", hint)
        return _unknown(findings) if kind is None else _refused(this, kind, findings)
    findings.error(
        ("kind",),
        f"{this.kind} of {group} needs a controller that is not here",
        "remove it, or list its file in .pulletignore",
    )
    return Reading(problems=tuple(findings.problems))


def _known(this: _Object, kind: Kind, findings: Findings, depth: int) -> Reading:
    match kind.fate:
        case Fate.WITHOUT_MEANING:
            findings.warn((), f"{kind.name} has no meaning outside a cluster and is left out")
            return Reading(problems=tuple(findings.problems))
        case Fate.NOT_YET:
            findings.error(("kind",), f"{kind.name} is not supported yet")
            return _refused(this, kind, findings)
    if kind.name == "List":
        return _items(this, findings, depth)
    shape, convert = _DOORS[kind.name]
    return _object(this, kind, checked(shape, this.data, findings), convert, findings)


def _items(this: _Object, findings: Findings, depth: int) -> Reading:
    items = this.data.get("items")
    for name in this.data.keys() - {"apiVersion", "kind", "metadata", "items"}:
        findings.error((name,), "unknown field", meant(str(name), ("items", "metadata")), key=True)
    if items is not None and not isinstance(items, list):
        findings.error(("items",), "must be a list")
    if depth >= _DEEPEST_LIST:
        findings.error((), f"Lists may stand in each other {_DEEPEST_LIST} deep")
    if findings.failed:
        return _unknown(findings)
    return Reading.of(
        _read(this.document, (*this.loc, "items", index), item, depth + 1)
        for index, item in enumerate(items or ())
    )


def _object(
    this: _Object, kind: Kind, shape: AnyShape | None, convert: Convert, findings: Findings
) -> Reading:
    name = _name(this, kind)
    content = None if shape is None else convert(shape, findings)
    if name is None or findings.failed:
        return _refused(this, kind, findings)
    if isinstance(content, Draft) and content.stands_alone:
        content = settle(content, lambda _: None, findings)
    declared = Declared(name, this.document, this.loc, content, runs=kind.runs)
    return Reading((declared,), tuple(findings.problems))


def _refused(this: _Object, kind: Kind, findings: Findings) -> Reading:
    """Declared and not valid: its name is known, or anything that its text mentions may be meant."""
    name = _name(this, kind)
    if name is None:
        return _unknown(findings)
    declared = Declared(name, this.document, this.loc, valid=False, runs=kind.runs)
    return Reading((declared,), tuple(findings.problems))


def _unknown(findings: Findings) -> Reading:
    document = findings.document
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
