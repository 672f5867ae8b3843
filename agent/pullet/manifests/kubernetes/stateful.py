"""StatefulSets to their internal form: named instances, each with volumes of its own.

https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
"""

from __future__ import annotations

from dataclasses import replace

from pullet.manifests.declared import Draft, ObjectName, OwnClaim
from pullet.manifests.kubernetes import controllerschema as shapes
from pullet.manifests.kubernetes import storage
from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.kubernetes.selectors import check_template
from pullet.manifests.kubernetes.storageschema import ClaimTemplate
from pullet.manifests.kubernetes.volumeschema import ClaimVolume, Volume
from pullet.manifests.kubernetes.workloads import SPEC, always, templated
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.pod import Pod
from pullet.model.replacement import OnDelete, Replacement, Rolling, Share
from pullet.model.text import Fact, Pieces
from pullet.model.volumes import NamedVolume
from pullet.model.workload import Fixed


def stateful_set(shape: shapes.StatefulSet, findings: Findings) -> Draft:
    spec = shape.spec
    check_template(spec.selector, spec.template, (*SPEC, "selector"), findings)
    always(spec.template.spec, "StatefulSet", findings)
    _claims_apart(spec, findings)
    claims = tuple(
        _claimed(shape, template, (*SPEC, "volumeClaimTemplates", index), findings)
        for index, template in enumerate(spec.volume_claim_templates)
    )
    made = templated(
        shape,
        spec.template.model_copy(update={"spec": _completed(spec)}),
        findings,
        count=Fixed(spec.replicas, start=spec.ordinals.start if spec.ordinals else 0),
        replacement=_strategy(spec.update_strategy or shapes.StatefulSetStrategy(), findings),
        named=True,
        in_order=spec.pod_management_policy != "Parallel",
        min_ready=spec.min_ready_seconds or None,
    )
    pod = _named(made.workload.pod, spec.service_name, shape.metadata.namespace)
    needs = replace(made.needs, own_claims=claims)
    return _own_volumes(Draft(replace(made.workload, pod=pod), needs), shape)


def _claimed(shape: shapes.StatefulSet, template: ClaimTemplate, place: Loc, findings: Findings) -> OwnClaim:
    """What each instance claims by the template at `place`."""
    first = shape.spec.ordinals.start if shape.spec.ordinals else 0
    stem = f"{template.metadata.name}-{shape.metadata.name}"
    return OwnClaim(
        claim=storage.claimed(template.spec, (*place, "spec"), findings),
        stem=ObjectName(shape.metadata.namespace, "PersistentVolumeClaim", stem),
        ordinals=range(first, first + shape.spec.replicas),
        loc=place,
    )


def _named(pod: Pod, service: str, namespace: str) -> Pod:
    """Each instance answers to its name below the Service's."""
    if not service:
        return pod
    below = (
        service,
        f"{service}.{namespace}",
        f"{service}.{namespace}.svc",
        f"{service}.{namespace}.svc.cluster.local",
    )
    names = tuple(Pieces((Fact.POD_NAME, f".{domain}")) for domain in below)
    return replace(pod, names=(*pod.names, *names))


def _completed(spec: shapes.StatefulSetSpec) -> PodSpec:
    """A claim template stands instead of a volume of its name, and the pods' domain is the Service."""
    names = [template.metadata.name for template in spec.volume_claim_templates]
    others = [volume for volume in spec.template.spec.volumes if volume.name not in names]
    claims = [_claim(name) for name in names]
    own = {"volumes": [*others, *claims], "subdomain": spec.service_name}
    return spec.template.spec.model_copy(update=own)


def _claim(name: str) -> Volume:
    return Volume.model_validate({"name": name, "persistentVolumeClaim": ClaimVolume(claimName=name)})


def _own_volumes(made: Draft, shape: shapes.StatefulSet) -> Draft:
    """Each instance has its own volume of each template; with the pod's name behind it, it is named as in a cluster."""
    namespace, name = shape.metadata.namespace, shape.metadata.name
    own = {
        template.metadata.name: NamedVolume(f"{namespace}-{template.metadata.name}", per_instance=True)
        for template in shape.spec.volume_claim_templates
    }
    if not own:
        return made
    claims = {volume: reference for volume, reference in made.needs.claims.items() if volume not in own}
    needs = replace(made.needs, volumes={**made.needs.volumes, **own}, claims=claims)
    where = replace(made.workload.where, pinned=f"the volumes of {name} stay on the node where they are")
    return Draft(replace(made.workload, where=where), needs)


def _claims_apart(spec: shapes.StatefulSetSpec, findings: Findings) -> None:
    seen: set[str] = set()
    for index, template in enumerate(spec.volume_claim_templates):
        name = template.metadata.name
        if name in seen:
            place = (*SPEC, "volumeClaimTemplates", index, "metadata", "name")
            findings.error(place, f'another claim template is named "{name}"')
        seen.add(name)


def _strategy(strategy: shapes.StatefulSetStrategy, findings: Findings) -> Replacement:
    bounds = strategy.rolling_update
    if strategy.type == "OnDelete":
        if bounds is not None:
            findings.error(
                (*SPEC, "updateStrategy", "rollingUpdate"), "may not stand beside type OnDelete", key=True
            )
        return OnDelete()
    bounds = bounds or shapes.StatefulSetBounds()
    if not bounds.max_unavailable.value:
        findings.error((*SPEC, "updateStrategy", "rollingUpdate", "maxUnavailable"), "may not be 0")
    return Rolling(Share(0), bounds.max_unavailable, bounds.partition)
