"""What is said of the kinds beside pods, word for word, with its line and column."""

from __future__ import annotations

import pytest

from pullet.model.names import WorkloadName
from tests.lab.snapshots import catalog

SPEC = "spec: {restartPolicy: Never, containers: [{name: c, image: 'i:1'}]}"
TEMPLATE = f"  template: {{metadata: {{labels: {{app: w}}}}, {SPEC}}}\n"
ALWAYS = TEMPLATE.replace("restartPolicy: Never, ", "")
JOB = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: w}\nspec:\n" + TEMPLATE
CRON = (
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: w}\nspec:\n"
    f"  jobTemplate: {{spec: {{template: {{{SPEC}}}}}}}\n"
)
SET = (
    "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w}\nspec:\n"
    "  selector: {matchLabels: {app: w}}\n" + ALWAYS
)
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec:\n  selector: {app: w}\n"
CLAIM = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: w}\nspec:\n  accessModes: [ReadWriteOnce]\n"
SIZE = "  resources: {requests: {storage: 1Gi}}\n"
VOLUME = (
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: w}\nspec:\n"
    "  accessModes: [ReadWriteOnce]\n  capacity: {storage: 1Gi}\n"
)

CASES = [
    (JOB + "  completionMode: Indexed\n", "5:3: error: spec.completions: is required with completionMode Indexed"),
    (JOB + "  backoffLimitPerIndex: 1\n",
     "6:3: error: spec.backoffLimitPerIndex: needs completionMode Indexed"),
    (JOB + "  managedBy: example.org/runner\n",
     ("6:14: error: spec.managedBy: names a controller that is not here "
      "(leave it out, or write kubernetes.io/job-controller)")),
    (JOB.replace("Never", "Always"),
     "5:66: error: spec.template.spec.restartPolicy: must be OnFailure or Never in a Job"),
    (JOB + "  selector: {matchLabels: {app: other}}\n  manualSelector: true\n",
     "6:33: error: spec.selector.matchLabels.app: does not match the template's labels (add app: other to them)"),
    (JOB + "  podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {operator: In, values: [0]}}]}\n",
     ("6:84: error: spec.podFailurePolicy.rules[0].onExitCodes.values: "
      "may not hold 0 with the operator In, as that is a success")),
    (CRON + "  schedule: '* * * *'\n",
     ("6:13: error: spec.schedule: must have five fields, not 4 "
      '(minute, hour, day, month, weekday: "0 3 * * 1")')),
    (CRON + "  schedule: '0 24 * * *'\n",
     "6:13: error: spec.schedule: the hour is out of range (0 to 23, such as */5, 1-3 or 1,2)"),
    (CRON + "  schedule: '*/0 * * * *'\n",
     "6:13: error: spec.schedule: the step of the minute must be at least 1 (0 to 59, such as */5, 1-3 or 1,2)"),
    (CRON + "  schedule: '0 0 * * 5-1'\n",
     "6:13: error: spec.schedule: the day of the week ends before it begins (0 to 6, also by name)"),
    (CRON + "  schedule: 'TZ=UTC 0 0 * * *'\n",
     "6:13: error: spec.schedule: may not name a time zone (write timeZone)"),
    (CRON + "  schedule: '@hourly'\n  timeZone: Europe/Nowhere\n",
     ("7:13: error: spec.timeZone: is not a time zone of the tz database "
      "(such as Europe/Berlin or Etc/UTC)")),
    (SET + "  updateStrategy: {type: OnDelete, rollingUpdate: {}}\n",
     "7:36: error: spec.updateStrategy.rollingUpdate: may not stand beside type OnDelete"),
    (SERVICE, "5:3: error: spec.ports: is required but for headless Services and type ExternalName"),
    (SERVICE + "  ports: [{port: 1}, {port: 2, name: b}]\n",
     "6:11: error: spec.ports[0].name: is required where there are several ports"),
    (SERVICE + "  ports: [{port: 1, nodePort: 30000}]\n",
     "6:31: error: spec.ports[0].nodePort: may not be set with type ClusterIP"),
    (SERVICE + "  type: NodePort\n  ports: [{port: 1}]\n",
     ("6:9: warning: spec.type: NodePort opens nothing to the outside yet: "
      "the Service is a name on the namespace's network (publish a hostPort)")),
    (SERVICE + "  ports: [{port: 1, targetPort: 2}]\n",
     ("6:33: warning: spec.ports[0].targetPort: a Service does not map ports yet: "
      "its name leads to the port 2 itself (let clients use 2, or let the pods listen on 1)")),
    (SERVICE.replace("name: w", "name: 1w") + "  ports: [{port: 1}]\n",
     ("3:18: error: metadata.name: is not a Service's name "
      "(at most 63 of a-z, 0-9 and -, beginning with a letter and ending with a letter or digit)")),
    (SERVICE + "  type: ExternalName\n  externalName: db.example.org\n",
     ("7:17: warning: spec.externalName: the engine's names lead to instances only, so this name is not there "
      "(let clients use db.example.org itself)")),
    (CLAIM, "5:3: error: spec.resources: is required"),
    (CLAIM + SIZE + "  volumeMode: Block\n",
     "7:15: error: spec.volumeMode: Block is not supported: containers are given no block devices"),
    (CLAIM + SIZE + "  dataSource: {kind: VolumeSnapshot, name: s}\n",
     ("7:3: error: spec.dataSource: is not supported: nothing here copies volumes "
      "(fill the volume by an init container)")),
    (CLAIM + SIZE + "  storageClassName: fast\n",
     ("7:3: warning: spec.storageClassName: has no meaning here: "
      "without a PersistentVolume for it the claim is a volume of its node")),
    (CLAIM + SIZE + "  volumeName: none\n",
     ("7:15: warning: spec.volumeName: nothing can use the claim: PersistentVolume none does not exist")),
    (VOLUME + "  nfs: {server: a, path: /b}\n",
     ("7:3: error: spec.nfs: is not supported: nothing here attaches volumes of a network or a cloud "
      "(mount it on the node and write hostPath or local)")),
    (VOLUME + "  local: {path: /srv}\n", "5:3: error: spec.nodeAffinity: is required for a local volume"),
    ("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: w}\n",
     "1:13: error: apiVersion: there is no PodDisruptionBudget in policy/v1beta1 (write policy/v1)"),
    ("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: w}\n",
     "2:7: error: kind: PodSecurityPolicy was removed from Kubernetes"),
    ("apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: w}\nspec: {backend: {}}\n",
     "4:8: error: spec.backend: unknown field (did you mean defaultBackend?)"),
    ("apiVersion: v1\nkind: Binding\nmetadata: {name: w}\ntarget: {}\n",
     "2:7: error: kind: Binding is not supported: nothing here acts upon it yet"),
    ("apiVersion: example.org/v1\nkind: App\nmetadata: {name: w}\nspec: {template: {spec: {containers: []}}}\n",
     ("2:7: error: kind: App of example.org holds pods, and its controller is not here to run them "
      "(write a Deployment, StatefulSet, DaemonSet or Job)")),
    ("apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: w-}\nspec:\n" + TEMPLATE,
     ("3:11: error: metadata: generateName asks for a new name each time, and what is declared needs one "
      "(write name)")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), CASES, ids=[said[:70] for _, said in CASES])
def test_a_problem_of_a_kind(text: str, said: str) -> None:
    """One mistake is one problem at its place."""
    found = [str(one) for one in catalog(text).problems]
    assert found == [f"a.yaml:{said}"]


@pytest.mark.parametrize(
    "schedule", ["@hourly", "@every 1h30m", "*/5 * * * *", "0 3 1,15 JAN-mar mon-fri", "5/15 ? * * 0"]
)
def test_schedules_as_kubernetes_reads_them(schedule: str) -> None:
    """Macros, names, steps, ranges and lists."""
    found = catalog(CRON + f"  schedule: '{schedule}'\n")
    assert found.errors == ()


def test_a_typed_list_says_what_its_items_are() -> None:
    """Items of a DeploymentList need not repeat it, and keep their places."""
    item = "- metadata: {name: p}\n  spec: {containers: [{name: c, image: i}]}\n"
    found = catalog("apiVersion: v1\nkind: PodList\nitems:\n" + item)
    assert [(str(one.name), str(one.origin)) for one in found.workloads] == [("default/Pod/p", "a.yaml:4:3")]


def test_a_kind_that_would_be_lost_is_refused_by_name() -> None:
    """A Job that another controller should run is declared, and refused."""
    found = catalog(JOB + "  managedBy: example.org/runner\n")
    assert found.refused == {WorkloadName("default", "Job", "w")}
