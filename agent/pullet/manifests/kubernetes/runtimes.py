"""RuntimeClasses to runtimes of the engine, and what one means for the pods that name it.

https://kubernetes.io/docs/concepts/containers/runtime-class/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pullet.manifests.declared import Draft, ObjectName, Reference, Runtime, Unknown
from pullet.manifests.kubernetes import runtimeschema as shapes
from pullet.manifests.kubernetes.affinity import tolerated
from pullet.manifests.kubernetes.referring import words
from pullet.manifests.problems import Findings
from pullet.model.pod import Container, Pod
from pullet.model.workload import Workload

Find = Callable[[ObjectName], Runtime | Unknown | None]


def runtime_class(shape: shapes.RuntimeClass, findings: Findings) -> Runtime:
    scheduling = shape.scheduling or shapes.Scheduling()
    tolerations = tuple(
        tolerated(one, ("scheduling", "tolerations", index), findings)
        for index, one in enumerate(scheduling.tolerations)
    )
    return Runtime(shape.handler, dict(scheduling.node_selector), tolerations)


def settle(draft: Draft, find: Find, findings: Findings) -> Draft:
    """The draft with its containers in the runtime that it names.

    One that nobody declares would isolate more than there is here: that is for the node's policy to judge.
    """
    reference = draft.needs.runtime
    if reference is None:
        return draft
    place, name = (*reference.loc, reference.field), reference.target.name
    match find(reference.target):
        case Runtime() as runtime:
            return replace(draft, workload=_within(draft.workload, runtime, reference, findings))
        case Unknown(because, elsewhere=True):
            findings.warn(place, f"{words(reference)} {because}")
        case Unknown(because):
            findings.loosens(place, f"{words(reference)} {because}")
        case None:
            hint = "declare a RuntimeClass whose handler is a runtime of the engine, or remove it"
            findings.loosens(place, f"no runtime is known as {name} here", hint)
    return draft


def _within(workload: Workload, runtime: Runtime, reference: Reference, findings: Findings) -> Workload:
    for key, value in runtime.node_selector.items():
        if workload.node_selector.get(key, value) != value:
            said = f"{words(reference)} is for nodes with {key}={value}, and nodeSelector wants another"
            findings.error((*reference.loc, "nodeSelector", key), said, "remove it from one of the two")
    where = workload.where
    return replace(
        workload,
        pod=_inside(workload.pod, runtime.handler),
        node_selector={**runtime.node_selector, **workload.node_selector},
        where=replace(where, tolerations=(*where.tolerations, *runtime.tolerations)),
    )


def _inside(pod: Pod, handler: str) -> Pod:
    def within(containers: tuple[Container, ...]) -> tuple[Container, ...]:
        return tuple(replace(one, runtime=handler) for one in containers)

    return replace(pod, init=within(pod.init), containers=within(pod.containers))
