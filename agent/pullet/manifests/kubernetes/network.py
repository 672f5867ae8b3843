"""What a pod is called, how it resolves names, and which namespaces it shares with the node.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pullet.manifests.kubernetes.podschema import DnsConfig, PodSpec
from pullet.manifests.kubernetes.syntax import LONGEST_HOSTNAME
from pullet.manifests.problems import Findings
from pullet.manifests.yamldoc import Loc
from pullet.model.network import Dns

_MOST_SERVERS = 3
_MOST_SEARCHES = 32


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the pod whose specification stands at `loc`; `own` is its name where that is known."""

    spec: PodSpec
    namespace: str
    own: str
    loc: Loc
    findings: Findings

    def hostname(self) -> str:
        """The host name inside, empty for the pod's own name."""
        spec = self.spec
        if spec.hostname_override:
            for field, taken in (
                ("setHostnameAsFQDN", spec.set_hostname_as_fqdn),
                ("hostNetwork", spec.host_network),
            ):
                if taken:
                    self.findings.error(
                        (*self.loc, "hostnameOverride"), f"may not stand beside {field}", key=True
                    )
            return spec.hostname_override
        if spec.set_hostname_as_fqdn and spec.subdomain:
            return self._in_full()
        return spec.hostname

    def _in_full(self) -> str:
        short, place = self.spec.hostname or self.own, (*self.loc, "setHostnameAsFQDN")
        if not short:
            said = "is not supported where each pod has a name of its own"
            self.findings.error(place, said, "write hostname as well", key=True)
        full = f"{short}.{self.domain()}"
        if len(full) > LONGEST_HOSTNAME:
            self.findings.error(place, f"the name {full} is longer than {LONGEST_HOSTNAME} characters")
        return full

    def domain(self) -> str:
        """Where the full name continues, empty without a subdomain."""
        return f"{self.spec.subdomain}.{self.namespace}.svc.cluster.local" if self.spec.subdomain else ""

    def below_service(self) -> tuple[str, ...]:
        """The names by which others find a pod that names itself below a Service."""
        short, service = self.spec.hostname or self.own, self.spec.subdomain
        if not short or not service:
            return ()
        first = f"{short}.{service}"
        return first, f"{first}.{self.namespace}", f"{first}.{self.namespace}.svc", f"{short}.{self.domain()}"

    def hosts(self) -> tuple[tuple[str, str], ...]:
        """(name, address) as /etc/hosts has them."""
        return tuple((name, alias.ip) for alias in self.spec.host_aliases for name in alias.hostnames)

    def dns(self) -> Dns | None:
        """https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy"""
        policy, config = self.spec.dns_policy or "ClusterFirst", self.spec.dns_config
        place = (*self.loc, "dnsPolicy")
        if policy == "None" and not (config and config.nameservers):
            self.findings.error((*self.loc, "dnsConfig"), "needs nameservers where dnsPolicy is None")
        if policy == "Default" or (policy == "ClusterFirstWithHostNet" and self.spec.host_network):
            said = "the names of the namespace are known besides those that the node knows"
            if self.spec.host_network:
                said = "with hostNetwork names are resolved as on the node, so Services are not found by name"
            self.findings.warn(place, said)
        return None if config is None else self._configured(config, policy)

    def _configured(self, config: DnsConfig, policy: str) -> Dns | None:
        place = (*self.loc, "dnsConfig")
        if len(config.nameservers) > _MOST_SERVERS:
            self.findings.error((*place, "nameservers"), f"must be at most {_MOST_SERVERS}")
        if len(config.searches) > _MOST_SEARCHES:
            self.findings.error((*place, "searches"), f"must be at most {_MOST_SEARCHES}")
        if config.nameservers and policy != "None":
            self.findings.warn((*place, "nameservers"), "are asked instead of the node's own, not after them")
        dns = Dns(tuple(config.nameservers), tuple(config.searches), tuple(self._options(config, place)))
        return None if dns == Dns() else dns

    def _options(self, config: DnsConfig, loc: Loc) -> Iterator[str]:
        for index, option in enumerate(config.options):
            if not option.name:
                self.findings.error((*loc, "options", index, "name"), "is required")
            yield f"{option.name}:{option.value}" if option.value else option.name


def check_namespaces(spec: PodSpec, loc: Loc, findings: Findings) -> None:
    """What of the node's namespaces excludes something else."""
    if spec.host_pid and spec.share_process_namespace:
        findings.error((*loc, "shareProcessNamespace"), "may not stand beside hostPID", key=True)
    if not spec.host_users:
        findings.loosens(
            (*loc, "hostUsers"),
            "a single pod has no user namespace of its own here",
            "give the whole engine one, by userns-remap",
        )
