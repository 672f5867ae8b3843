"""The shapes of what keeps pods running: Deployment, DaemonSet, StatefulSet, ReplicaSet, ReplicationController, Pod.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.podschema import PodSpec
from pullet.manifests.kubernetes.schema import Object, PodTemplate, Selector
from pullet.manifests.kubernetes.storageschema import ClaimTemplate
from pullet.manifests.kubernetes.syntax import Labels, Natural, OptionalSubdomain, Seconds, Surge, Unavailable
from pullet.manifests.schema import Shape, honoured, warned
from pullet.model.replacement import Share

_SELECTOR = "Checked against the template's labels."
_MIN_READY = "How long a new pod must be ready before it counts, in seconds."
_HISTORY = "the revisions of the repository are the history."


class DeploymentBounds(Shape):
    """strategy.rollingUpdate of a Deployment"""

    max_surge: Surge = honoured("How many may stand above replicas, rounded up.", Share(25, percent=True))
    max_unavailable: Unavailable = honoured("How many may be missing, rounded down.", Share(25, percent=True))


class Strategy(Shape):
    """strategy of a Deployment"""

    type: Literal["RollingUpdate", "Recreate", ""] = honoured(
        "New beside old, or all old before any new; RollingUpdate without one.", ""
    )
    rolling_update: DeploymentBounds | None = honoured("The bounds, on each node.", None)


class DeploymentSpec(Shape):
    """spec of a Deployment"""

    replicas: Natural = honoured("How many in the whole fleet.", 1)
    selector: Selector = honoured(_SELECTOR)
    template: PodTemplate = honoured("What runs.")
    strategy: Strategy | None = honoured("How old ones are replaced.", None)
    min_ready_seconds: Seconds = honoured(_MIN_READY, 0)
    paused: bool = honoured("Holds a rollout.", default=False)
    progress_deadline_seconds: Seconds = honoured(
        "After how many seconds without progress a rollout counts as failed.", 600
    )
    revision_history_limit: Any = warned(_HISTORY)


class Deployment(Object):
    """Deployment"""

    spec: DeploymentSpec = honoured("What runs, how many, and how it is replaced.")


class ReplicaSetSpec(Shape):
    """spec of a ReplicaSet"""

    replicas: Natural = honoured("How many in the whole fleet.", 1)
    selector: Selector = honoured(_SELECTOR)
    template: PodTemplate = honoured("What runs; a change replaces the pods, as in a Deployment.")
    min_ready_seconds: Seconds = honoured(_MIN_READY, 0)


class ReplicaSet(Object):
    """ReplicaSet"""

    spec: ReplicaSetSpec = honoured("What runs, and how many.")


class ReplicationControllerSpec(Shape):
    """spec of a ReplicationController"""

    replicas: Natural = honoured("How many in the whole fleet.", 1)
    selector: Labels = honoured("Checked against the template's labels; those without one.", {})
    template: PodTemplate = honoured("What runs; a change replaces the pods, as in a Deployment.")
    min_ready_seconds: Seconds = honoured(_MIN_READY, 0)


class ReplicationController(Object):
    """ReplicationController"""

    spec: ReplicationControllerSpec = honoured("What runs, and how many.")


class DaemonSetBounds(Shape):
    """updateStrategy.rollingUpdate of a DaemonSet"""

    max_surge: Surge = honoured("How many may stand above one, rounded up.", Share(0))
    max_unavailable: Unavailable = honoured("How many may be missing.", Share(1))


class UpdateStrategy(Shape):
    """updateStrategy of a DaemonSet"""

    type: Literal["RollingUpdate", "OnDelete", ""] = honoured(
        "RollingUpdate, or only where somebody removed the old one.", ""
    )
    rolling_update: DaemonSetBounds | None = honoured("The bounds, on each node.", None)


class DaemonSetSpec(Shape):
    """spec of a DaemonSet"""

    selector: Selector = honoured(_SELECTOR)
    template: PodTemplate = honoured("What runs.")
    update_strategy: UpdateStrategy | None = honoured("How old ones are replaced.", None)
    min_ready_seconds: Seconds = honoured(_MIN_READY, 0)
    revision_history_limit: Any = warned(_HISTORY)


class DaemonSet(Object):
    """DaemonSet"""

    spec: DaemonSetSpec = honoured("What runs on each node that fits.")


class StatefulSetBounds(Shape):
    """updateStrategy.rollingUpdate of a StatefulSet"""

    partition: Natural = honoured("Ordinals below it stay as they are.", 0)
    max_unavailable: Unavailable = honoured("How many may be missing on a node.", Share(1))


class StatefulSetStrategy(Shape):
    """updateStrategy of a StatefulSet"""

    type: Literal["RollingUpdate", "OnDelete", ""] = honoured(
        "RollingUpdate, or only where somebody removed the old one.", ""
    )
    rolling_update: StatefulSetBounds | None = honoured("The bounds, on each node.", None)


class Ordinals(Shape):
    """ordinals of a StatefulSet"""

    start: Natural = honoured("The first ordinal.", 0)


class ClaimRetention(Shape):
    """persistentVolumeClaimRetentionPolicy of a StatefulSet"""

    when_deleted: Literal["Retain", "Delete", ""] = warned("volumes are never deleted.", silent=("Retain",))
    when_scaled: Literal["Retain", "Delete", ""] = warned("volumes are never deleted.", silent=("Retain",))


class StatefulSetSpec(Shape):
    """spec of a StatefulSet"""

    replicas: Natural = honoured("How many in the whole fleet, named by their ordinals.", 1)
    selector: Selector = honoured(_SELECTOR)
    template: PodTemplate = honoured("What runs.")
    service_name: OptionalSubdomain = honoured(
        "The Service below which each pod has a name: web-0.db, web-0.db.shop.svc.cluster.local.", ""
    )
    volume_claim_templates: list[ClaimTemplate] = honoured("A volume for each instance.", [])
    update_strategy: StatefulSetStrategy | None = honoured("How old ones are replaced.", None)
    ordinals: Ordinals | None = honoured("Where counting begins.", None)
    persistent_volume_claim_retention_policy: ClaimRetention | None = honoured("Checked.", None)
    pod_management_policy: Literal["OrderedReady", "Parallel", ""] = honoured(
        "Whether instances come all at once, or each when the one before it is ready, and are replaced last first.",
        "",
    )
    min_ready_seconds: Seconds = honoured(_MIN_READY, 0)
    revision_history_limit: Any = warned(_HISTORY)


class StatefulSet(Object):
    """StatefulSet"""

    spec: StatefulSetSpec = honoured("What runs, how many, under which names and with which volumes.")


class Pod(Object):
    """Pod"""

    spec: PodSpec = honoured("What runs.")
