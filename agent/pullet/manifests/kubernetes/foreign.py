"""Objects of other API groups: left out with a warning, but for what would lose a workload or open what was closed."""

from __future__ import annotations

from typing import Any

from pullet.manifests.declared import Isolation
from pullet.manifests.kubernetes.kinds import is_built_in
from pullet.manifests.problems import Findings

OPENSHIFT = frozenset(
    {"BuildConfig", "DeploymentConfig", "ImageStream", "ImageStreamTag", "Project", "Route", "Template"}
)
"""Kinds that OpenShift once had in v1."""

ISOLATION_HINT = "remove it, or write isolation: warn in the node's policy"

_KUSTOMIZE = "kustomize.config.k8s.io"
_ISOLATING = frozenset(
    {"AuthorizationPolicy", "NetworkAuthentication", "PeerAuthentication", "ServerAuthorization"}
)
_TEMPLATES = frozenset({"template", "podTemplate", "jobTemplate"})
_DEEPEST = 12


def is_foreign(api_version: str, kind: str) -> bool:
    return not is_built_in(api_version) or (api_version == "v1" and kind in OPENSHIFT)


def judge(api_version: str, kind: str, data: dict[Any, Any], findings: Findings) -> Isolation | None:
    """What becomes of a custom resource is in the findings; what isolates is for the node's policy to judge."""
    group = api_version.rpartition("/")[0] or "OpenShift"
    if group == _KUSTOMIZE:
        findings.error(
            (),
            f"a {kind} of Kustomize needs rendering",
            "commit what kustomize build prints, or list it in .pulletignore",
        )
    elif kind.endswith("NetworkPolicy") or kind in _ISOLATING:
        return foreign_policy(kind, group, findings)
    elif kind == "Template" and isinstance(data.get("objects"), list):
        findings.error(
            (),
            "a Template needs processing",
            "commit what oc process prints, or list the file in .pulletignore",
        )
    elif _holds_pods(data, _DEEPEST):
        findings.error(
            ("kind",),
            f"{kind} of {group} holds pods, and its controller is not here to run them",
            "write a Deployment, StatefulSet, DaemonSet or Job",
        )
    else:
        findings.warn((), f"{kind} of {group} is left out, as its controller is not here")
    return None


def _holds_pods(data: Any, deepest: int) -> bool:
    if not deepest:
        return False
    if isinstance(data, list):
        return any(_holds_pods(item, deepest - 1) for item in data)
    if not isinstance(data, dict):
        return False
    return any(
        (name in _TEMPLATES and _is_template(inside)) or _holds_pods(inside, deepest - 1)
        for name, inside in data.items()
    )


def _is_template(data: Any) -> bool:
    spec = data.get("spec") if isinstance(data, dict) else None
    return isinstance(spec, dict) and isinstance(spec.get("containers"), list)


def foreign_policy(kind: str, group: str, findings: Findings) -> Isolation:
    """A custom resource that isolates; whom, only its own controller knows."""
    findings.loosens(
        (), f"nothing here holds a {kind} of {group}, and what it isolates would stand open", ISOLATION_HINT
    )
    return Isolation(findings.unmet[-1], None)
