"""Objects of every kind but pods that use each honoured field, with values that differ from the defaults."""

from __future__ import annotations

POD = "containers: [{name: c, image: 'i:1', ports: [{name: web, containerPort: 80}]}]"

FULL_KINDS = {
    "StatefulSet": """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  replicas: 3
  serviceName: dbs
  podManagementPolicy: Parallel
  minReadySeconds: 4
  ordinals: {start: 5}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 6, maxUnavailable: 2}}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain}
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: 'i:1', volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
""",
    "ReplicaSet": f"""\
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: set, namespace: shop}}
spec:
  replicas: 2
  minReadySeconds: 3
  selector: {{matchLabels: {{app: set}}}}
  template: {{metadata: {{labels: {{app: set}}}}, spec: {{{POD}}}}}
""",
    "ReplicationController": f"""\
apiVersion: v1
kind: ReplicationController
metadata: {{name: old, namespace: shop}}
spec:
  replicas: 2
  minReadySeconds: 3
  selector: {{app: old}}
  template: {{metadata: {{labels: {{app: old}}}}, spec: {{{POD}}}}}
""",
    "OnDelete": f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: each, namespace: shop}}
spec:
  minReadySeconds: 3
  updateStrategy: {{type: OnDelete}}
  selector: {{matchLabels: {{app: each}}}}
  template: {{metadata: {{labels: {{app: each}}}}, spec: {{{POD}}}}}
""",
    "Held": f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: held, namespace: shop}}
spec:
  minReadySeconds: 3
  progressDeadlineSeconds: 50
  paused: true
  selector: {{matchLabels: {{app: held}}}}
  template: {{metadata: {{labels: {{app: held}}}}, spec: {{{POD}}}}}
""",
    "Job": f"""\
apiVersion: batch/v1
kind: Job
metadata: {{name: once, namespace: shop}}
spec:
  completions: 4
  parallelism: 2
  completionMode: Indexed
  backoffLimit: 3
  backoffLimitPerIndex: 1
  maxFailedIndexes: 2
  activeDeadlineSeconds: 50
  ttlSecondsAfterFinished: 60
  suspend: true
  manualSelector: true
  managedBy: kubernetes.io/job-controller
  podReplacementPolicy: Failed
  selector: {{matchLabels: {{app: once}}}}
  podFailurePolicy:
    rules:
      - {{action: FailIndex, onExitCodes: {{containerName: c, operator: NotIn, values: [3, 4]}}}}
  successPolicy:
    rules:
      - {{succeededIndexes: "0,2-3", succeededCount: 2}}
  template: {{metadata: {{labels: {{app: once}}}}, spec: {{restartPolicy: Never, {POD}}}}}
""",
    "CronJob": f"""\
apiVersion: batch/v1
kind: CronJob
metadata: {{name: nightly, namespace: shop}}
spec:
  schedule: "*/5 1-3 1,15 jan-mar,dec mon"
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 5
  successfulJobsHistoryLimit: 6
  failedJobsHistoryLimit: 7
  suspend: true
  jobTemplate:
    metadata: {{labels: {{app: nightly}}}}
    spec:
      backoffLimit: 2
      podReplacementPolicy: Failed
      template: {{metadata: {{labels: {{app: nightly}}}}, spec: {{restartPolicy: OnFailure, {POD}}}}}
""",
    "Runtime": """\
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: closed}
handler: runsc
overhead: {podFixed: {memory: 10Mi}}
scheduling: {nodeSelector: {sandboxed: "yes"}, tolerations: [{key: closed, operator: Exists}]}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec: {runtimeClassName: closed, containers: [{name: c, image: 'i:1'}]}
""",
    "Services": f"""\
apiVersion: v1
kind: Service
metadata: {{name: front, namespace: shop}}
spec:
  type: ClusterIP
  clusterIP: None
  selector: {{app: front}}
  ports: [{{name: web, port: 81, targetPort: web, protocol: TCP}}, {{name: raw, port: 82, targetPort: 83}}]
---
apiVersion: v1
kind: Service
metadata: {{name: also, namespace: shop}}
spec: {{type: ExternalName, externalName: front.shop.svc.cluster.local}}
---
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: shop, labels: {{app: front}}}}
spec: {{{POD}}}
""",
    "Storage": """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: chosen, namespace: shop}
spec:
  accessModes: [ReadWriteMany]
  resources: {requests: {storage: 1Gi}}
  volumeName: local
  volumeMode: Filesystem
  storageClassName: fast
  selector: {matchLabels: {speed: high}, matchExpressions: [{key: speed, operator: In, values: [high]}]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: local, labels: {speed: high}}
spec:
  capacity: {storage: 2Gi}
  accessModes: [ReadWriteMany]
  local: {path: /srv/local}
  volumeMode: Filesystem
  storageClassName: fast
  claimRef: {name: chosen, namespace: shop}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions: [{key: disk, operator: Gt, values: ["1"]}]
          matchFields: [{key: metadata.name, operator: In, values: [edge-1]}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pod-only, namespace: shop}
spec: {accessModes: [ReadWriteOncePod], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: path}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOncePod]
  hostPath: {path: /srv/path, type: Directory}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec:
  containers:
    - name: c
      image: i:1
      volumeMounts: [{name: a, mountPath: /a}, {name: b, mountPath: /b}]
  volumes:
    - {name: a, persistentVolumeClaim: {claimName: chosen}}
    - {name: b, persistentVolumeClaim: {claimName: pod-only}}
""",
    "Nodes": """\
apiVersion: v1
kind: Node
metadata: {name: edge-1}
spec: {taints: [{key: gpu, value: a100, effect: NoExecute}]}
status:
  capacity: {cpu: 4}
  allocatable: {memory: 7Gi}
  addresses: [{address: 10.0.0.1}]
""",
    "NetworkPolicy": f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: closed, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{app: secret}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: shop, labels: {{app: secret}}}}
spec: {{{POD}}}
""",
}
