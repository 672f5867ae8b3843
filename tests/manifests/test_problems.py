"""Every kind of problem, word for word, with its line and column."""

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
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: w}
spec:
  selector: {matchLabels: {app: w}}
  template:
    metadata: {labels: {app: w}}
    spec: {containers: [{name: c, image: i}]}
"""
C = "spec.containers[0]"

POD_CASES = [
    ("      comand: [x]", f"8:7: error: {C}.comand: unknown field (did you mean command?)"),
    ("foo: 1", "8:1: error: foo: unknown field"),
    ("      command: sh", f"8:16: error: {C}.command: must be a list, not text"),
    ("      imagePullPolicy: always",
     f"8:24: error: {C}.imagePullPolicy: must be Always or IfNotPresent or Never (did you mean Always?)"),
    ("      env: [{name: A, value: 1}]",
     f"8:30: error: {C}.env[0].value: must be text, not a number (write it in quotes)"),
    ('      env: [{name: "A=", value: x}]',
     f"8:20: error: {C}.env[0].name: is not a variable's name (printable ASCII without =)"),
    ('      args: ["\\0"]',
     f"8:14: error: {C}.args[0]: contains a NUL character, which no process can be given"),
    ("      ports: [{containerPort: 70000}]",
     f"8:31: error: {C}.ports[0].containerPort: must be at most 65535"),
    ('      ports: [{containerPort: "80"}]',
     f"8:31: error: {C}.ports[0].containerPort: must be a whole number, not text (write it without quotes)"),
    ("      ports: [{containerPort: 1, hostPort: 5}, {containerPort: 2, hostPort: 5, hostIP: 127.0.0.1}]",
     f"8:77: error: {C}.ports[1].hostPort: 5 is taken by another port (each port of the node once)"),
    ("      ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]",
     f'8:69: error: {C}.ports[1].name: another port is named "a"'),
    ("      ports: [{containerPort: 1, hostIP: here}]",
     f'8:42: error: {C}.ports[0].hostIP: "here" is not an IP address'),
    ("      resources: {limits: {memory: 5MB}}",
     (f"8:36: error: {C}.resources.limits.memory: must be a quantity "
     '(such as 500m, 0.5, 512Mi or 1G; there is no "MB" and no space)')),
    ("      resources: {limits: {cpu: 1}, requests: {cpu: 1500m}}",
     f"8:53: error: {C}.resources.requests.cpu: must be at most the limit"),
    ("      resources: {limits: {cpus: 1}}",
     f"8:28: error: {C}.resources.limits.cpus: unknown resource (did you mean cpu?)"),
    ("      readinessProbe: {tcpSocket: {port: web}}",
     f'8:42: error: {C}.readinessProbe.tcpSocket.port: the container has no port named "web"'),
    ("      readinessProbe: {exec: {}}", f"8:30: error: {C}.readinessProbe.exec: needs a command"),
    ("      envFrom: [{prefix: A}]",
     f"8:17: error: {C}.envFrom[0]: must have exactly one of configMapRef and secretRef"),
    ("      envFrom: [{secretRef: {name: none}}]",
     (f"8:36: error: {C}.envFrom[0].secretRef.name: Secret default/none does not exist "
     "(declare it, or say optional: true)")),
    ("    - {name: d, image: a b}",
     '8:24: error: spec.containers[1].image: "a b" is not an image reference (such as registry.example/team/app:1.2)'),
    ("  terminationGracePeriodSeconds: -1",
     "8:34: error: spec.terminationGracePeriodSeconds: must be at least 0"),
    ("  nodeSelector: {1: a}", "8:18: error: spec.nodeSelector[1]: the key must be text (write the key in quotes)"),
    ("  nodeSelector: {a b: c}",
     ("8:18: error: spec.nodeSelector[a b]: \"a b\" is not a label's or an annotation's key "
     "(at most 63 of letters, digits, -, _ and ., after an optional domain and /)")),
    ("  nodeSelector: {a: -b}",
     ("8:21: error: spec.nodeSelector.a: \"-b\" is not a label's value (at most 63 of letters, digits, -, _ and ., "
     "beginning and ending with a letter or digit)")),
    ("  serviceAccountName: x",
     "8:3: warning: spec.serviceAccountName: has no meaning here: there are no service accounts outside a cluster"),
]  # fmt: skip

CASES = [
    (DEPLOYMENT.replace("app: w}}\n  t", "app: v}}\n  t"),
     "5:33: error: spec.selector.matchLabels.app: does not match the template's labels (add app: v to them)"),
    (DEPLOYMENT.replace("{matchLabels: {app: w}}", "{}"), "5:13: error: spec.selector: must not be empty"),
    (DEPLOYMENT.replace("  selector: {matchLabels: {app: w}}\n", ""), "5:3: error: spec.selector: is required"),
    (DEPLOYMENT.replace("spec: {c", "spec: {restartPolicy: Never, c"),
     ("8:27: error: spec.template.spec.restartPolicy: must be Always in a Deployment "
     "(what ends by itself is a Pod or a Job)")),
    (DEPLOYMENT + "  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}\n",
     "9:59: error: spec.strategy.rollingUpdate.maxUnavailable: may not be 0 while maxSurge is 0"),
    (DEPLOYMENT + "  strategy: {rollingUpdate: {maxSurge: half}}\n",
     ("9:40: error: spec.strategy.rollingUpdate.maxSurge: "
     'must be a whole number from 0 on, or a percentage such as "25%"')),
    (DEPLOYMENT + "  strategy: {type: Recreate, rollingUpdate: {}}\n",
     "9:30: error: spec.strategy.rollingUpdate: may not stand beside type Recreate"),
    (DEPLOYMENT.replace("Deployment", "DaemonSet") + "  updateStrategy: {rollingUpdate: {maxSurge: 1}}\n",
     ("9:46: error: spec.updateStrategy.rollingUpdate.maxSurge: may not be set while maxUnavailable is "
      "(write maxUnavailable: 0, as it is 1 by default)")),
    (DEPLOYMENT + "  replica: 3\n", "9:3: error: spec.replica: unknown field (did you mean replicas?)"),
    (DEPLOYMENT.replace("apps/v1", "extensions/v1beta1"),
     "1:13: error: apiVersion: there is no Deployment in extensions/v1beta1 (write apps/v1)"),
    (DEPLOYMENT.replace("name: w", "name: W_"),
     ('3:18: error: metadata.name: "W_" is not a name '
     "(at most 253 of a-z, 0-9, - and ., beginning and ending with one of a-z, 0-9)")),
    ("apiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: w}\n",
     "2:7: error: kind: unknown kind Deploymnet (did you mean Deployment?)"),
    ("apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: w}\n",
     "1:1: warning: Thing of example.org is left out, as its controller is not here"),
    ("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: w}\n",
     "1:1: warning: Role has no meaning outside a cluster and is left out: there is no API server here"),
    ("kind: Pod\nmetadata: {name: w}\n", "1:1: error: apiVersion: is required"),
    ("apiVersion: v1\nkind: Node\nmetadata: {name: w}\nspec: {taints: [{key: a}]}\n",
     "4:17: error: spec.taints[0].effect: is required"),
    ("apiVersion: v1\nkind: Secret\nmetadata: {name: w}\ndata: {a: '%'}\n",
     "4:11: error: data.a: is not base64 (put plain text under stringData)"),
    ("apiVersion: v1\nkind: Secret\nmetadata: {name: w}\ntype: kubernetes.io/ssh-auth\n",
     '4:7: error: type: a Secret of type kubernetes.io/ssh-auth needs the key "ssh-privatekey"'),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: w}\ndata: {a: x}\nbinaryData: {a: ''}\n",
     "5:14: error: binaryData.a: this key stands in data as well"),
    ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: w}\ndata: {a: }\n",
     "4:11: error: data.a: must be text, not empty"),
    ("apiVersion: v1\nkind: List\nitems: [3]\n",
     "3:9: error: items[0]: must be an object with apiVersion and kind"),
    ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
     ("1:1: error: a Kustomization of Kustomize needs rendering "
     "(commit what kustomize build prints, or list it in .pulletignore)")),
    ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
     ("4:10: error: looks like a template that needs rendering, as Helm's do "
     "(commit the rendered manifests, or list the file in .pulletignore)")),
    ('apiVersion: v1\nkind: Pod\nmetadata:\n  name: "{{ .Values.name }}"\n',
     ("1:1: error: looks like a template that needs rendering, as Helm's do "
     "(commit the rendered manifests, or list the file in .pulletignore)")),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), POD_CASES, ids=[line.strip()[:50] for line, _ in POD_CASES])
def test_a_problem_of_a_pod(line: str, said: str) -> None:
    """One wrong line in a Pod is one problem at its place, and the Pod is refused by name."""
    found = catalog(f"{POD}{line}\n")
    assert [str(problem) for problem in found.problems] == [f"a.yaml:{said}"]
    assert found.refused == ({WorkloadName("default", "Pod", "p")} if found.errors else set())


@pytest.mark.parametrize(("text", "said"), CASES, ids=[said[:60] for _, said in CASES])
def test_a_problem_of_an_object(text: str, said: str) -> None:
    """One mistake is one problem at its place."""
    assert [str(problem) for problem in catalog(text).problems] == [f"a.yaml:{said}"]


def test_no_message_repeats_a_secret() -> None:
    """A wrong value in a Secret is told without the value."""
    text = "stringData: {a: 1234567}\ndata: {b: s3cr3t!, c: 7654321}\n"
    found = str(catalog(f"apiVersion: v1\nkind: Secret\nmetadata: {{name: w}}\n{text}"))
    assert not any(secret in found for secret in ("1234567", "s3cr3t!", "7654321"))
