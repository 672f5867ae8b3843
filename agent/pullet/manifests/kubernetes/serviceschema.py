"""The shapes of Services and NetworkPolicies.

https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
"""

from __future__ import annotations

from typing import Any, Literal

from pullet.manifests.kubernetes.schema import Object, Selector
from pullet.manifests.kubernetes.syntax import HostPort, Labels, OptionalLabel, PortNumber, TargetPort
from pullet.manifests.schema import Shape, honoured, ignored, warned

_ONE_INSTANCE = "each connection reaches any of the instances on this node."
_FAMILY = "addresses are the engine's."
_OUTSIDE = "a Service is not reachable from outside its node yet; a hostPort is."


class ServicePort(Shape):
    """ports[] of a Service"""

    port: PortNumber = honoured("The port that clients use: a warning where the pods listen on another.")
    target_port: TargetPort = honoured("The port that the pods listen on, or the name of one.", None)
    name: OptionalLabel = honoured("Told apart from the others.", "")
    protocol: Literal["TCP", "UDP", "SCTP", ""] = honoured("The transport; TCP without one.", "")
    node_port: HostPort = ignored("Checked; the warning of the type speaks for it, too.")
    app_protocol: Any = warned("nothing here looks into connections.")


class ServiceSpec(Shape):
    """spec of a Service"""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", ""] = honoured(
        "All give a name on the namespace's network of each node; NodePort and LoadBalancer warn that they do no more.",
        "",
    )
    selector: Labels = honoured("Which pods of the namespace answer to the name.", {})
    ports: list[ServicePort] = honoured("Checked; whatever port the pods listen on is reached.", [])
    cluster_ip: str = honoured("None makes it headless, which is the same here; an address is warned of.", "")
    external_name: str = honoured(
        "A Service of the same namespace that this is another name of; else a warning.", ""
    )
    publish_not_ready_addresses: Any = warned(
        "a name reaches instances that are not ready, too.", silent=(True,)
    )
    cluster_ips: Any = warned(_FAMILY, silent=(["None"],))
    external_ips: Any = warned(_OUTSIDE)
    load_balancer_ip: Any = warned(_OUTSIDE)
    load_balancer_class: Any = warned(_OUTSIDE)
    load_balancer_source_ranges: Any = warned(_OUTSIDE)
    allocate_load_balancer_node_ports: Any = warned(_OUTSIDE, silent=(False,))
    health_check_node_port: Any = warned(_OUTSIDE)
    external_traffic_policy: Any = warned(_OUTSIDE)
    internal_traffic_policy: Any = warned("a name reaches the instances on the same node.", silent=("Local",))
    traffic_distribution: Any = warned("a name reaches the instances on the same node.")
    ip_families: Any = warned(_FAMILY)
    ip_family_policy: Any = warned(_FAMILY)
    session_affinity: Any = warned(_ONE_INSTANCE, silent=("None", ""))
    session_affinity_config: Any = warned(_ONE_INSTANCE)
    topology_keys: Any = ignored("Removed from Kubernetes; does nothing there either.")


class Service(Object):
    """Service"""

    spec: ServiceSpec | None = honoured("Which pods answer to its name.", None)


class NetworkPolicySpec(Shape):
    """spec of a NetworkPolicy"""

    pod_selector: Selector = honoured("Whom it isolates: those pods are refused with it.", Selector())
    ingress: Any = ignored("Refused as a whole.")
    egress: Any = ignored("Refused as a whole.")
    policy_types: Any = ignored("Refused as a whole.")


class NetworkPolicy(Object):
    """NetworkPolicy: refused, unless the node's policy says isolation: warn"""

    spec: NetworkPolicySpec | None = honoured("Whom it isolates.", None)
