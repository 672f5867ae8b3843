"""Manifests that use every honoured field at least once, with values that differ from the defaults."""

from __future__ import annotations

from tests.manifests.fullpods import PODS

CONFIGURATION = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {GREETING: hello, OTHER: there}
binaryData: {LOGO: AAEC}
---
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
type: kubernetes.io/basic-auth
data: {username: YW5u}
stringData: {password: open}
"""

FULLEST = {
    "Deployment": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 2, maxUnavailable: 50%}}
  selector:
    matchLabels: {app: web}
    matchExpressions:
      - {key: app, operator: In, values: [web]}
      - {key: beta, operator: DoesNotExist}
  template:
    metadata: {labels: {app: web, tier: front}, annotations: {note: "1"}}
    spec:
      nodeSelector: {role: web}
      terminationGracePeriodSeconds: 5
      containers:
        - name: web
          image: registry.example/web:1
          imagePullPolicy: Never
          command: [serve, $(GREETING)]
          args: [--for, "$$(GREETING) $(missing)"]
          workingDir: /srv
          envFrom:
            - {prefix: S_, configMapRef: {name: settings}}
            - {secretRef: {name: keys}}
            - {secretRef: {name: absent, optional: true}}
          env:
            - {name: GREETING, valueFrom: {configMapKeyRef: {name: settings, key: GREETING}}}
            - {name: LOGIN, valueFrom: {secretKeyRef: {name: keys, key: password}}}
            - {name: NONE, valueFrom: {secretKeyRef: {name: keys, key: absent, optional: true}}}
            - {name: URL, value: "ann:$(LOGIN)@$(GREETING)"}
          ports:
            - {name: http, containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1, protocol: TCP}
            - {containerPort: 53, protocol: UDP}
          resources:
            limits: {cpu: 1500m, memory: 1Gi}
            requests: {cpu: 0.5, memory: 100M}
          readinessProbe:
            httpGet:
              port: http
              path: /ready
              host: web.example
              scheme: HTTPS
              httpHeaders: [{name: X-Probe, value: "yes"}]
            initialDelaySeconds: 2
            periodSeconds: 3
            timeoutSeconds: 4
            successThreshold: 5
            failureThreshold: 6
""",
    "DaemonSet": """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: beat, namespace: shop}
spec:
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: beat}}
  template:
    metadata: {labels: {app: beat}}
    spec:
      containers:
        - {name: beat, image: beat, readinessProbe: {exec: {command: [test, -e, /beat]}}}
""",
    "Pod": """\
apiVersion: v1
kind: Pod
metadata: {name: once, namespace: shop, labels: {a: b}, annotations: {c: d}}
spec:
  restartPolicy: OnFailure
  containers:
    - {name: once, image: once, readinessProbe: {tcpSocket: {port: 5, host: 127.0.0.1}}}
""",
    "Node": """\
apiVersion: v1
kind: Node
metadata: {name: edge-1, labels: {role: web}}
spec: {unschedulable: true}
""",
    "Recreate": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: alone}
spec:
  strategy: {type: Recreate}
  selector: {matchLabels: {app: alone}}
  template: {metadata: {labels: {app: alone}}, spec: {containers: [{name: a, image: a}]}}
""",
    "Binary": """\
apiVersion: v1
kind: Pod
metadata: {name: binary, namespace: shop}
spec:
  containers:
    - name: a
      image: a
      env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: LOGO}}}]
""",
    **PODS,
    "Namespace": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
}
