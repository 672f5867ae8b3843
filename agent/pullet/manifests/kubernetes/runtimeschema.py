"""The shape of a RuntimeClass.

https://kubernetes.io/docs/concepts/containers/runtime-class/
"""

from __future__ import annotations

from pullet.manifests.kubernetes.affinityschema import TolerationEntry
from pullet.manifests.kubernetes.quantity import Quantity
from pullet.manifests.kubernetes.schema import Named
from pullet.manifests.kubernetes.syntax import Label, Labels
from pullet.manifests.schema import Shape, honoured, warned


class Overhead(Shape):
    """overhead of a RuntimeClass"""

    pod_fixed: dict[str, Quantity] = warned("a pod counts as what its containers ask for.")


class Scheduling(Shape):
    """scheduling of a RuntimeClass"""

    node_selector: Labels = honoured("Joins the nodeSelector of its pods.", {})
    tolerations: list[TolerationEntry] = honoured("Join the tolerations of its pods.", [])


class RuntimeClass(Named):
    """RuntimeClass"""

    handler: Label = honoured("The engine's runtime of that name, where the node's policy allows it.")
    overhead: Overhead | None = honoured("Checked.", None)
    scheduling: Scheduling | None = honoured("Which nodes have the runtime.", None)
