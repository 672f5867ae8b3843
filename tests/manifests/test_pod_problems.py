"""Every kind of problem of a pod, word for word, with its line and column."""

from __future__ import annotations

import pytest

from pullet.model.names import WorkloadName
from tests.lab.snapshots import catalog

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: c
      image: i:1
"""

CASES: list[tuple[str, list[str]]] = [
    ("      resources: {limits: {vendor.example/fpga: 1}}",
     [("8:28: error: spec.containers[0].resources.limits[vendor.example/fpga]: is not supported: no driver "
      "of that name hands out devices here (those that there are: nvidia.com/gpu, amd.com/gpu)")]),
    ("      resources: {limits: {hugepages-2Mi: 4Mi}}",
     [("8:28: error: spec.containers[0].resources.limits.hugepages-2Mi: is not supported: the engine does "
      "not hand out huge pages (remove it)")]),
    ("      resources: {limits: {nvidia.com/gpu: 500m}}",
     ["8:44: error: spec.containers[0].resources.limits[nvidia.com/gpu]: must be a whole number"]),
    ("      resources: {requests: {amd.com/gpu: 1}}",
     [("8:43: error: spec.containers[0].resources.requests[amd.com/gpu]: must be the same in limits (write "
      "it in limits alone)")]),
    ("      resources: {limits: {ephemeral-storage: 1Gi}}",
     [("8:28: warning: spec.containers[0].resources.limits.ephemeral-storage: the node's disk is neither "
      "counted nor bounded here")]),
    ("      resources: {claims: [{name: gpu}]}",
     [("8:19: error: spec.containers[0].resources.claims: is not supported: devices are not handed out by "
      "claims here (ask for nvidia.com/gpu or amd.com/gpu in limits)")]),
    ("      readinessProbe: {}",
     [("8:23: error: spec.containers[0].readinessProbe: must have exactly one of httpGet, tcpSocket, exec "
      "or grpc, not 0")]),
    ("      readinessProbe: {terminationGracePeriodSeconds: 5, grpc: {port: 5}}",
     [("8:24: error: spec.containers[0].readinessProbe.terminationGracePeriodSeconds: may not be set for a "
      "readiness probe")]),
    ("      readinessProbe: {grpc: {port: web}}",
     [("8:37: error: spec.containers[0].readinessProbe.grpc.port: must be a whole number, not text (write "
      "it without quotes)")]),
    ("      livenessProbe: {exec: {command: [x]}, successThreshold: 2}",
     ["8:63: error: spec.containers[0].livenessProbe.successThreshold: must be 1 here"]),
    ("      lifecycle: {preStop: {}}",
     [("8:28: error: spec.containers[0].lifecycle.preStop: must have exactly one of exec, httpGet, "
      "tcpSocket or sleep, not 0")]),
    ("      lifecycle: {preStop: {sleep: {seconds: 60}}}",
     [("8:46: error: spec.containers[0].lifecycle.preStop.sleep.seconds: must be at most "
      "terminationGracePeriodSeconds, which is 30")]),
    ("      lifecycle: {stopSignal: TERM}",
     ['8:31: error: spec.containers[0].lifecycle.stopSignal: "TERM" is not a signal such as SIGTERM']),
    ("      restartPolicyRules: [{action: Restart}]",
     [("8:7: error: spec.containers[0].restartPolicyRules: is not supported: the engine restarts by policy, "
      "not by exit code (let the command decide by its exit code)")]),
    ("      volumeDevices: [{name: a, devicePath: /dev/xvda}]",
     [("8:7: error: spec.containers[0].volumeDevices: is not supported: block devices are not handed to "
      "containers as volumes (use a hostPath of type BlockDevice)")]),
    ("      terminationMessagePath: /dev/last",
     [("8:7: warning: spec.containers[0].terminationMessagePath: has no meaning here: nothing shows the "
      "last words of a container but its log")]),
    ("      resizePolicy: [{resourceName: cpu}]",
     ["8:22: error: spec.containers[0].resizePolicy[0].restartPolicy: is required"]),
    ("      env: [{name: A, valueFrom: {}}]",
     [("8:34: error: spec.containers[0].env[0].valueFrom: must have exactly one of configMapKeyRef, "
      "secretKeyRef, fieldRef and resourceFieldRef")]),
    ("      env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nam}}}]",
     [("8:57: error: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: is not a field that can be "
      "given here (did you mean metadata.name?)")]),
    ("      env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.labels}}}]",
     [("8:57: error: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: is not a field that can be "
      "given here (name one of them: metadata.labels['key'])")]),
    ("      env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a b']\"}}}]",
     [("8:57: error: spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: \"a b\" is not a label's or an "
      "annotation's key")]),
    ("      env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpus}}}]",
     [("8:64: error: spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: must be limits or "
      "requests of cpu, memory or ephemeral-storage")]),
    ("      env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1Mi}}}]",
     [("8:85: error: spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: must be 1 or 1m for cpu, "
      "and 1m for nothing else")]),
    ("      env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 3}}}]",
     [("8:85: error: spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor: must be a divisor (1, "
      "1k, 1M, 1G, 1Ki, 1Mi, 1Gi and the like, or 1m for cpu)")]),
    ("      env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, containerName: b}}}]",
     [("8:91: error: spec.containers[0].env[0].valueFrom.resourceFieldRef.containerName: there is no "
      'container named "b"')]),
    ("      env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.ephemeral-storage}}}]",
     [("8:64: error: spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: is not limited, and the "
      "node's whole is not known")]),
    ("      env: [{name: A, valueFrom: {fileKeyRef: {volumeName: a, path: b, key: c}}}]",
     [("8:35: error: spec.containers[0].env[0].valueFrom.fileKeyRef: is not supported: a variable cannot "
      "come from a file that another container writes (let the command read the file)")]),
    ("      volumeMounts: [{name: a, mountPath: /a}]",
     ['8:29: error: spec.containers[0].volumeMounts[0].name: there is no volume named "a"']),
    ('      volumeMounts: [{name: a, mountPath: "a:b"}]',
     ["8:43: error: spec.containers[0].volumeMounts[0].mountPath: must be a path without a colon (such as /data)"]),
    ("      volumeMounts: [{name: a, mountPath: /a, subPath: ../b}]",
     [("8:56: error: spec.containers[0].volumeMounts[0].subPath: must lead below the volume, without .. and "
      "not beginning with /")]),
    ("      securityContext: {capabilities: {add: [NET_ADMN]}}",
     [('8:46: error: spec.containers[0].securityContext.capabilities.add[0]: "NET_ADMN" is not a capability '
      "(did you mean NET_ADMIN?)")]),
    ("      securityContext: {allowPrivilegeEscalation: false, privileged: true}",
     [("8:51: error: spec.containers[0].securityContext.allowPrivilegeEscalation: may not be false beside "
      "privileged (leave one of them out)")]),
    ("      securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN]}}", []),
    ("      securityContext: {runAsNonRoot: true, runAsUser: 0}",
     [("8:56: error: spec.containers[0].securityContext.runAsUser: is root, while runAsNonRoot is true "
      "(write another user)")]),
    ("      securityContext: {runAsGroup: 5}",
     [("8:37: error: spec.containers[0].securityContext.runAsGroup: needs runAsUser: the engine cannot take "
      "the user from the image and the group from here (write the number of the image's user as runAsUser)")]),
    ("      securityContext: {seccompProfile: {type: Localhost}}",
     [("8:41: error: spec.containers[0].securityContext.seccompProfile.localhostProfile: is required for "
      "the type Localhost")]),
    ("      securityContext: {appArmorProfile: {type: RuntimeDefault, localhostProfile: x}}",
     [("8:83: error: spec.containers[0].securityContext.appArmorProfile.localhostProfile: may only be set "
      "for the type Localhost")]),
    ("      securityContext: {windowsOptions: {hostProcess: true}}",
     [("8:25: error: spec.containers[0].securityContext.windowsOptions: is not supported: containers here "
      "are Linux containers")]),
    ("    - {name: c, image: d}",
     ['8:14: error: spec.containers[1].name: another container of the pod is named "c"']),
    ("    - {name: d, image: a b}",
     [('8:24: error: spec.containers[1].image: "a b" is not an image reference (such as registry.'
      "example/team/app:1.2)")]),
    ("  initContainers: [{name: c, image: i}]",
     ['6:13: error: spec.containers[0].name: another container of the pod is named "c"']),
    ("  initContainers: [{name: b, image: i, readinessProbe: {exec: {command: [x]}}}]",
     [("8:40: error: spec.initContainers[0].readinessProbe: may not be set for an init container that ends "
      "(restartPolicy: Always makes a sidecar of it)")]),
    ("  initContainers: [{name: b, image: i, lifecycle: {preStop: {sleep: {seconds: 1}}}}]",
     [("8:40: error: spec.initContainers[0].lifecycle: may not be set for an init container that ends "
      "(restartPolicy: Always makes a sidecar of it)")]),
    ("  ephemeralContainers: [{name: d, image: d}]",
     [("8:3: error: spec.ephemeralContainers: is not supported: they are added to a running pod and cannot "
      "be declared, in Kubernetes as here (use pullet exec)")]),
    ('  hostNetwork: "yes"',
     ["8:16: error: spec.hostNetwork: must be true or false, not text (write true or false)"]),
    ("  hostPID: true\n  shareProcessNamespace: true",
     ["9:3: error: spec.shareProcessNamespace: may not stand beside hostPID"]),
    ("  hostNetwork: true\n  hostnameOverride: a",
     ["9:3: error: spec.hostnameOverride: may not stand beside hostNetwork"]),
    (("  setHostnameAsFQDN: true\n  subdomain: "
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
     [("8:22: error: spec.setHostnameAsFQDN: the name p."
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.default.svc.cluster.local is longer "
      "than 64 characters")]),
    ("  dnsPolicy: None",
     ["5:3: error: spec.dnsConfig: needs nameservers where dnsPolicy is None"]),
    ("  dnsPolicy: Default",
     [("8:14: warning: spec.dnsPolicy: the names of the namespace are known besides those that the node "
      "knows")]),
    ("  dnsConfig: {nameservers: [192.0.2.1]}",
     ["8:28: warning: spec.dnsConfig.nameservers: are asked instead of the node's own, not after them"]),
    ("  dnsConfig: {nameservers: [there]}",
     ['8:29: error: spec.dnsConfig.nameservers[0]: "there" is not an IP address']),
    ("  hostAliases: [{hostnames: [a]}]",
     ["8:17: error: spec.hostAliases[0].ip: is required"]),
    ("  os: {name: windows}",
     ["8:14: error: spec.os.name: must be linux"]),
    ("  schedulerName: mine",
     ["8:3: warning: spec.schedulerName: has no meaning here: there is one way to place"]),
    ("  schedulingGates: [{name: wait}]\n  nodeName: edge-1",
     ["8:3: error: spec.schedulingGates: may not stand beside nodeName"]),
    ("  readinessGates: [{conditionType: x}]",
     [("8:3: warning: spec.readinessGates: has no meaning here: nothing sets such conditions, so it is "
      "ready without them")]),
    ("  priority: high",
     [("8:3: warning: spec.priority: has no meaning here: nothing is displaced here, and all workloads are "
      "placed alike"),
      "8:13: error: spec.priority: must be a whole number, not text"]),
    ("  topologySpreadConstraints: [{topologyKey: zone}]",
     [("8:3: warning: spec.topologySpreadConstraints: has no meaning here: placement spreads the pods of "
      "each workload evenly over the nodes that fit, and over nothing else"),
      "8:31: error: spec.topologySpreadConstraints[0].maxSkew: is required",
      "8:31: error: spec.topologySpreadConstraints[0].whenUnsatisfiable: is required"]),
    ("  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]",
     [("8:3: warning: spec.topologySpreadConstraints: has no meaning here: placement spreads the pods of "
      "each workload evenly over the nodes that fit, and over nothing else")]),
    ("  nodeName: edge-1\n  tolerations: [{operator: Equal}]",
     ["9:28: error: spec.tolerations[0].operator: must be Exists where there is no key"]),
    ("  tolerations: [{key: a, operator: Exists, value: b}]",
     ["8:51: error: spec.tolerations[0].value: may not be set for the operator Exists"]),
    ("  tolerations: [{key: a, value: b, tolerationSeconds: 5}]",
     [("8:36: warning: spec.tolerations[0].tolerationSeconds: has no meaning here: nothing evicts here, so "
      "there is nothing to put off"),
      "8:55: error: spec.tolerations[0].tolerationSeconds: may only be set for the effect NoExecute"]),
    (("  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
      "[{matchExpressions: [{key: a, operator: In}]}]}}}"),
     [("8:118: error: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
      "nodeSelectorTerms[0].matchExpressions[0].values: the operator In needs values")]),
    (("  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
      "[{matchExpressions: [{key: a, operator: Gt, values: [x]}]}]}}}"),
     [("8:149: error: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
      "nodeSelectorTerms[0].matchExpressions[0].values: the operator Gt needs one whole number, in quotes")]),
    (("  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
      "[{matchFields: [{key: a, operator: In, values: [x]}]}]}}}"),
     [("8:119: error: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
      "nodeSelectorTerms[0].matchFields[0].key: must be metadata.name")]),
    (("  affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, "
      "preference: {}}]}}"),
     [("8:29: warning: spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution: has no "
      "meaning here: placement spreads evenly and knows no preferences, so it may choose another node")]),
    (("  affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "
      "zone, namespaceSelector: {matchLabels: {a: b}}}]}}"),
     [("8:116: error: spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
      "namespaceSelector: is not supported: namespaces are not chosen by their labels here (name them in "
      "namespaces)")]),
    (("  affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, "
      "labelSelector: {matchExpressions: [{key: a, operator: In}]}}]}}"),
     [("8:136: error: spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]."
      "labelSelector.matchExpressions[0].values: the operator In needs values")]),
    ('  securityContext: {sysctls: [{name: vm.max_map_count, value: "1"}]}',
     [("8:38: error: spec.securityContext.sysctls[0].name: belongs to the whole node, and not to a pod (set "
      "it on the node)")]),
    (('  securityContext: {sysctls: [{name: net.core.somaxconn, value: "1"}, {name: net/core/somaxconn, '
      'value: "2"}]}'),
     ["8:78: error: spec.securityContext.sysctls[1].name: net.core.somaxconn stands here a second time"]),
    ('  hostNetwork: true\n  securityContext: {sysctls: [{name: net.core.somaxconn, value: "1"}]}',
     [("9:38: error: spec.securityContext.sysctls[0].name: may not be set for the node's network, which "
      "hostNetwork asks for (set it on the node)")]),
    ('  hostIPC: true\n  securityContext: {sysctls: [{name: kernel.shmmax, value: "1"}]}',
     [("9:38: error: spec.securityContext.sysctls[0].name: may not be set for the node's IPC namespace, "
      "which hostIPC asks for (set it on the node)")]),
    ("  securityContext: {seLinuxChangePolicy: Recursive}",
     [("8:21: warning: spec.securityContext.seLinuxChangePolicy: has no meaning here: the engine labels "
      "volumes in its own way")]),
    ("  volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]",
     ['8:45: error: spec.volumes[1].name: another volume is named "a"']),
    ("  volumes: [{name: a, emptyDir: {}, hostPath: {path: /a}}]",
     ["8:13: error: spec.volumes[0]: must be of one kind, not of emptyDir and hostPath"]),
    ("  volumes: [{name: a, emptyDir: {sizeLimit: 1Mi}}]",
     [("8:34: warning: spec.volumes[0].emptyDir.sizeLimit: is not enforced: the node's disk is not bounded "
      "here")]),
    ("  volumes: [{name: a, emptyDir: {medium: HugePages}}]",
     ["8:42: error: spec.volumes[0].emptyDir.medium: must be Memory"]),
    ("  volumes: [{name: a, hostPath: {path: a}}]",
     [("8:40: error: spec.volumes[0].hostPath.path: must be an absolute path without .. "
      "(as on the node, beginning with /)")]),
    ("  volumes: [{name: a, hostPath: {path: /a, type: Dir}}]",
     [("8:50: error: spec.volumes[0].hostPath.type: must be DirectoryOrCreate or Directory or FileOrCreate "
      "or File or Socket or CharDevice or BlockDevice")]),
    ("  volumes: [{name: a, nfs: {server: a, path: /}}]",
     [("8:23: error: spec.volumes[0].nfs: is not supported: volumes of a network, a cloud or a storage "
      "system are not attached here (mount it on the node, and use hostPath or a PersistentVolume of type "
      "local)")]),
    ("  volumes: [{name: a, csi: {}}]",
     ["8:13: error: spec.volumes[0]: is of a kind that is not supported"]),
    ("  volumes: [{name: a, image: {reference: i}}]",
     [("8:23: error: spec.volumes[0].image: is not supported: an image cannot be mounted here (copy from it "
      "into an emptyDir in an init container)")]),
    ("  volumes: [{name: a, configMap: {name: m, defaultMode: 644}}]",
     [("8:57: error: spec.volumes[0].configMap.defaultMode: must be permissions from 0 to 0777 (write them "
      "in octal, such as 0644)")]),
    ("  volumes: [{name: a, configMap: {name: m, items: [{key: a, path: /a}]}}]",
     [("8:67: error: spec.volumes[0].configMap.items[0].path: must lead below the volume, without .. and "
      "not beginning with /")]),
    ("  volumes: [{name: a, configMap: {name: m, items: [{key: a, path: x}, {key: b, path: x}]}}]",
     ["8:86: error: spec.volumes[0].configMap.items[1].path: another file has this path (give it another one)"]),
    ("  volumes: [{name: a, downwardAPI: {items: [{path: x}]}}]",
     [("8:45: error: spec.volumes[0].downwardAPI.items[0]: must have exactly one of fieldRef and "
      "resourceFieldRef")]),
    ("  volumes: [{name: a, downwardAPI: {items: [{path: x, fieldRef: {fieldPath: spec.nodeName}}]}}]",
     [("8:77: error: spec.volumes[0].downwardAPI.items[0].fieldRef.fieldPath: is not a field that can be "
      "given here")]),
    ("  volumes: [{name: a, downwardAPI: {items: [{path: x, resourceFieldRef: {resource: limits.cpu}}]}}]",
     ["8:73: error: spec.volumes[0].downwardAPI.items[0].resourceFieldRef.containerName: is required"]),
    ("  volumes: [{name: a, projected: {sources: [{}]}}]",
     [("8:45: error: spec.volumes[0].projected.sources[0]: must have exactly one of configMap, secret and "
      "downwardAPI")]),
    ("  volumes: [{name: a, projected: {sources: [{serviceAccountToken: {path: t}}]}}]",
     [("8:46: error: spec.volumes[0].projected.sources[0].serviceAccountToken: is not supported: there is "
      "no cluster that would issue it (bring what it needs in a Secret)")]),
    (("  volumes: [{name: a, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], "
      "volumeMode: Block}}}}]"),
     ["8:106: error: spec.volumes[0].ephemeral.volumeClaimTemplate.spec.volumeMode: must be Filesystem"]),
    ("  resources: {limits: {nvidia.com/gpu: 1}}",
     ["8:40: error: spec.resources.limits[nvidia.com/gpu]: must be cpu or memory"]),
    ("  resourceClaims: [{name: a}]",
     [("8:3: error: spec.resourceClaims: is not supported: devices are not handed out by claims here (ask "
      "for nvidia.com/gpu or amd.com/gpu in limits)")]),
    ("  imagePullSecrets: [{name: none}]",
     [("8:29: warning: spec.imagePullSecrets[0].name: Secret default/none does not exist, so images are "
      "pulled without it (declare it)")]),
    ("  automountServiceAccountToken: true",
     [("8:3: warning: spec.automountServiceAccountToken: has no meaning here: there are no service accounts "
      "outside a cluster")]),
    ("  enableServiceLinks: true",
     [("8:3: warning: spec.enableServiceLinks: has no meaning here: there are no variables that name "
      "services")]),
    ("  preemptionPolicy: Never",
     [("8:3: warning: spec.preemptionPolicy: has no meaning here: nothing is displaced here, and all "
      "workloads are placed alike")]),
    ("      resources: {limits: {cpu: 1}, requests: {cpu: 1500m}}",
     ["8:53: error: spec.containers[0].resources.requests.cpu: must be at most the limit"]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), CASES, ids=[line.strip()[:70] for line, _ in CASES])
def test_a_problem_of_a_pod(line: str, said: list[str]) -> None:
    """What is wrong or without meaning in a Pod is told at its place, and an error refuses the Pod by name."""
    found = catalog(f"{POD}{line}\n")
    assert [str(problem).removeprefix("a.yaml:") for problem in found.problems] == said
    assert found.refused == ({WorkloadName("default", "Pod", "p")} if found.errors else set())


UNMET = {
    "  hostUsers: false": "a single pod has no user namespace of its own here",
    "  runtimeClassName: gvisor": "no runtime is known as gvisor here",
    "  securityContext: {supplementalGroupsPolicy: Strict}": "the engine cannot leave out the groups",
    "      securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}": "no seccomp profile a.json",
    "      volumeMounts: [{name: v, mountPath: /v, readOnly: true, recursiveReadOnly: Enabled}]\n"
    "  volumes: [{name: v, emptyDir: {}}]": "whether mounts below it can be written to",
}


@pytest.mark.parametrize("line", UNMET)
def test_tighter_isolation_than_there_is(line: str) -> None:
    """What asks for more isolation than there is is kept for the node's policy to judge, with its place."""
    (workload,) = catalog(f"{POD}{line}\n").workloads
    (unmet,) = workload.unmet
    assert UNMET[line] in unmet.message
    assert unmet.origin.line >= 8
