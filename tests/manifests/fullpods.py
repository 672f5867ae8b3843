"""Pods that use every honoured field of a pod at least once, with values that differ from the defaults."""

from __future__ import annotations

PODS = {
    "Environment": """\
apiVersion: v1
kind: Pod
metadata: {name: told, namespace: shop, labels: {app: told}, annotations: {note: here}}
spec:
  containers:
    - name: a
      image: a
      resources: {limits: {cpu: 1500m}, requests: {memory: 3Mi}}
      args: [$(NAME) of $(NAMESPACE)]
      env:
        - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        - {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
        - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
        - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, containerName: b, divisor: 1Mi}}}
    - {name: b, image: b, resources: {limits: {memory: 5Mi}}}
""",
    "Volumes": """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: full, namespace: shop, labels: {app: full}, annotations: {note: here}}
spec:
  nodeName: edge-1
  containers:
    - name: a
      image: a
      securityContext: {privileged: true}
      env: [{name: SELF, value: me}]
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: ram, mountPath: /ram, subPathExpr: of/$(SELF)}
        - {name: host, mountPath: /host, mountPropagation: Bidirectional, readOnly: true}
        - {name: tmp, mountPath: /seen, readOnly: true, recursiveReadOnly: IfPossible}
        - {name: settings, mountPath: /etc/greeting, subPath: greeting.txt}
        - {name: every, mountPath: /every}
        - {name: keys, mountPath: /keys}
        - {name: about, mountPath: /about}
        - {name: mixed, mountPath: /mixed}
        - {name: data, mountPath: /data}
        - {name: own, mountPath: /own}
  volumes:
    - {name: tmp, emptyDir: {}}
    - {name: ram, emptyDir: {medium: Memory, sizeLimit: 5Mi}}
    - {name: host, hostPath: {path: /srv/data, type: Directory}}
    - name: settings
      configMap:
        name: settings
        defaultMode: 0600
        items: [{key: GREETING, path: greeting.txt, mode: 0640}, {key: OTHER, path: sub/other}]
    - {name: every, configMap: {name: absent, optional: true}}
    - name: keys
      secret:
        secretName: keys
        defaultMode: 0400
        optional: true
        items: [{key: password, path: password}, {key: username, path: user, mode: 0440}, {key: gone, path: gone}]
    - name: about
      downwardAPI:
        defaultMode: 0444
        items:
          - {path: labels, fieldRef: {fieldPath: metadata.labels}}
          - {path: name, mode: 0400, fieldRef: {fieldPath: metadata.name}}
          - {path: cpu, resourceFieldRef: {containerName: a, resource: limits.cpu, divisor: 1m}}
    - name: mixed
      projected:
        defaultMode: 0440
        sources:
          - configMap: {name: settings, items: [{key: GREETING, path: greeting}]}
          - configMap: {name: absent, optional: true}
          - secret: {name: keys, items: [{key: password, path: password, mode: 0400}]}
          - secret: {name: gone, optional: true}
          - downwardAPI: {items: [{path: uid, fieldRef: {fieldPath: metadata.uid}}]}
    - {name: data, persistentVolumeClaim: {claimName: data, readOnly: true}}
    - name: own
      ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}
""",
    "Security": """\
apiVersion: v1
kind: Secret
metadata: {name: registry, namespace: shop}
type: kubernetes.io/dockerconfigjson
stringData: {.dockerconfigjson: '{"auths": {"registry.example": {"auth": "YW5uOm9wZW4="}}}'}
---
apiVersion: v1
kind: Pod
metadata: {name: safe, namespace: shop}
spec:
  imagePullSecrets: [{name: registry}]
  securityContext:
    runAsUser: 1000
    runAsGroup: 1001
    runAsNonRoot: true
    fsGroup: 2000
    supplementalGroups: [3000]
    supplementalGroupsPolicy: Merge
    seccompProfile: {type: Unconfined}
    appArmorProfile: {type: Localhost, localhostProfile: tight}
    seLinuxOptions: {user: u, role: r, type: t, level: s0}
    sysctls: [{name: net.ipv4.tcp_syncookies, value: "0"}]
  containers:
    - name: a
      image: a
      securityContext:
        runAsUser: 10
        runAsGroup: 11
        runAsNonRoot: false
        seccompProfile: {type: RuntimeDefault}
        appArmorProfile: {type: Unconfined}
        seLinuxOptions: {level: s1}
        capabilities: {add: [cap_net_admin], drop: [ALL]}
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        procMount: Unmasked
    - {name: b, image: b, securityContext: {privileged: true}}
    - {name: c, image: c}
""",
    "Network": """\
apiVersion: v1
kind: Pod
metadata: {name: known, namespace: shop}
spec:
  hostPID: true
  hostIPC: true
  hostname: me
  subdomain: us
  setHostnameAsFQDN: true
  hostAliases: [{ip: 192.0.2.7, hostnames: [there, also.there]}]
  dnsPolicy: None
  dnsConfig:
    nameservers: [192.0.2.53]
    searches: [example.org]
    options: [{name: ndots, value: "2"}, {name: edns0}]
  nodeSelector: {role: web}
  tolerations: [{key: only, operator: Exists, effect: NoSchedule}, {key: for, value: web}]
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{key: disk, operator: In, values: [ssd]}, {key: cpus, operator: Gt, values: ["3"]}]
            matchFields: [{key: metadata.name, operator: NotIn, values: [edge-9]}]
          - matchExpressions: [{key: disk, operator: DoesNotExist}]
  containers:
    - {name: a, image: a, tty: true, stdin: true, stdinOnce: true}
""",
    "OnTheNode": """\
apiVersion: v1
kind: Pod
metadata: {name: close, namespace: shop, labels: {app: close, tier: "1"}}
spec:
  hostNetwork: true
  shareProcessNamespace: true
  affinity:
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector: {matchLabels: {app: close}}
        - topologyKey: kubernetes.io/hostname
          labelSelector: {matchExpressions: [{key: tier, operator: In, values: ["1"]}]}
        - topologyKey: zone
          namespaceSelector: {}
          labelSelector: {matchLabels: {app: loud}}
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: rack
          namespaces: [data]
          labelSelector: {matchLabels: {app: cache}}
          matchLabelKeys: [app]
          mismatchLabelKeys: [tier]
  containers:
    - {name: a, image: a, ports: [{containerPort: 8080}]}
""",
    "Unmet": """\
apiVersion: v1
kind: Pod
metadata: {name: unmet, namespace: shop}
spec:
  hostUsers: false
  schedulingGates: [{name: example.org/quota}]
  runtimeClassName: gvisor
  containers:
    - name: a
      image: a
      securityContext: {seccompProfile: {type: Localhost, localhostProfile: tight.json}}
""",
    "Named": """\
apiVersion: v1
kind: Pod
metadata: {name: named, namespace: shop}
spec: {hostnameOverride: other.example, containers: [{name: a, image: a}]}
""",
    "Stages": """\
apiVersion: v1
kind: Pod
metadata: {name: stages, namespace: shop}
spec:
  resources: {limits: {cpu: 2, memory: 2Gi}, requests: {cpu: 1}}
  terminationGracePeriodSeconds: 20
  activeDeadlineSeconds: 600
  initContainers:
    - {name: first, image: first, restartPolicy: OnFailure}
  containers:
    - name: main
      image: main
      restartPolicy: Never
      resources: {limits: {nvidia.com/gpu: 1, amd.com/gpu: 2}}
      ports: [{name: web, containerPort: 80}]
      readinessProbe: {grpc: {port: 5, service: up}}
      livenessProbe:
        terminationGracePeriodSeconds: 3
        httpGet: {path: /live, port: web}
      startupProbe: {tcpSocket: {port: web}, failureThreshold: 30}
      lifecycle:
        stopSignal: SIGINT
        postStart: {exec: {command: [echo, $(NOT)]}}
        preStop: {sleep: {seconds: 5}}
""",
    "Sidecar": """\
apiVersion: v1
kind: Pod
metadata: {name: beside, namespace: shop}
spec:
  initContainers:
    - name: side
      image: side
      restartPolicy: Always
      ports: [{name: web, containerPort: 80}]
      lifecycle:
        postStart: {httpGet: {port: web, path: /go, host: there, scheme: HTTPS, httpHeaders: [{name: A, value: b}]}}
        preStop: {tcpSocket: {port: 81, host: there}}
  containers: [{name: main, image: main}]
""",
}
