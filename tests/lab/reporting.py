"""Reports for tests, with everything in them that a reader could stumble over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pullet.model.problem import Origin, Problem, Severity
from pullet.model.report import ContainerReport, InstanceReport, Report, State, WorkloadReport

CONVERGED = Report(
    node="edge-1",
    commit="c0ffee7d1e5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c",
    state=State.CONVERGED,
    since=1000.0,
    took=2.4,
    workloads={
        "shop/Deployment/web": WorkloadReport(State.CONVERGED, ready=2, wanted=2, hash="0123456789abcdef"),
        "shop/DaemonSet/log": WorkloadReport(State.CONVERGED, ready=1, wanted=1, hash="fedcba9876543210"),
    },
    instances=(
        InstanceReport(
            "shop/Deployment/web#0",
            "running",
            ready=True,
            because="its readiness probe succeeds",
            containers=(ContainerReport("web", "web:1.4.2", "running", "4f1c" * 16, restarts=1),),
        ),
        InstanceReport(
            "shop/Deployment/web#1",
            "running",
            ready=True,
            because="its readiness probe succeeds",
            containers=(ContainerReport("web", "web:1.4.2", "running", "5f1c" * 16),),
        ),
        InstanceReport(
            "shop/DaemonSet/log#edge-1",
            "running",
            ready=True,
            because="it runs, and has no readiness probe",
            containers=(
                ContainerReport("log", "registry.example:5000/ops/log@sha256:9f", "running", "6f" * 32),
            ),
        ),
    ),
    fetched_at=1090.0,
)

DEGRADED = replace(
    CONVERGED,
    state=State.DEGRADED,
    message="shop/Deployment/web: 1 of 2 instances is not ready",
    workloads={
        "shop/Deployment/web": WorkloadReport(
            State.DEGRADED, ready=1, wanted=2, hash="0123456789abcdef", message="1 of 2 is not ready"
        ),
        "shop/DaemonSet/log": WorkloadReport(State.CONVERGED, ready=1, wanted=1, hash="fedcba9876543210"),
        "shop/Deployment/cart": WorkloadReport(State.PROGRESSING, ready=0, wanted=3, hash="00aa"),
    },
    problems=(
        Problem(
            Origin("shop/cart.yaml", 14, 9),
            "unknown field 'imagee'",
            field="spec.template.spec.containers[0].imagee",
            hint="did you mean 'image'?",
        ),
        Problem(Origin("ops/log.yaml", 3, 1), "has no meaning outside a cluster", severity=Severity.WARNING),
    ),
    instances=(
        CONVERGED.instances[0],
        InstanceReport(
            "shop/Deployment/web#1",
            "crashing",
            ready=False,
            because="it ended with exit code 137 three times; started again in 20s",
            containers=(
                ContainerReport("web", "web:1.4.2", "exited", "5f1c" * 16, restarts=3, exit_code=137),
            ),
        ),
        CONVERGED.instances[2],
    ),
)


def report(base: Report = CONVERGED, **fields: Any) -> Report:
    return replace(base, **fields)
