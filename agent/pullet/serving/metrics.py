"""The agent's metrics, in a registry of its own. The loop tells ticks and reports; the rest is worked out here.

What each one means stands in docs/reference/metrics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pullet import __version__
from pullet.model.observed import Attempt
from pullet.model.plan import Mend, Plan, Pull, Remove, Revive, Start, Stop
from pullet.model.problem import Severity
from pullet.model.report import Report, State

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each counter that nobody asks for

TICK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
STEPS = tuple(step.do for step in (Pull, Start, Revive, Mend, Stop, Remove))


class Metrics:
    """`clock` gives seconds since the epoch."""

    def __init__(self, node: str, clock: Callable[[], float]) -> None:
        self._registry = registry = CollectorRegistry()
        self._shown = _Shown(node, clock)
        registry.register(self._shown)
        self._seconds = Histogram(
            "pullet_tick_seconds", "How long a tick took.", buckets=TICK_BUCKETS, registry=registry
        )
        self._ticks = Counter("pullet_ticks", "Turns of the loop.", registry=registry)
        self._steps = Counter("pullet_steps", "Steps handed to the engine.", ["do"], registry=registry)
        self._failures = Counter("pullet_step_failures", "Steps that failed.", ["do"], registry=registry)
        self._fetch_errors = Counter("pullet_fetch_errors", "Fetches that failed.", registry=registry)
        self._attempts: Mapping[str, Attempt] = {}
        for do in STEPS:
            self._steps.labels(do)
            self._failures.labels(do)
        ProcessCollector(registry=registry)

    def tick(self, seconds: float, plan: Plan | None, attempts: Mapping[str, Attempt]) -> None:
        """Called by one thread. `attempts` are those that the engine tells; each failure counts once."""
        self._ticks.inc()
        self._seconds.observe(seconds)
        for step in plan.steps if plan else ():
            self._steps.labels(step.do).inc()
        for key, attempt in attempts.items():
            if attempt.error and attempt != self._attempts.get(key):
                self._failures.labels(key.partition(" ")[0]).inc()
        self._attempts = dict(attempts)

    def publish(self, report: Report) -> None:
        self._shown.publish(report)

    def fetch_failed(self) -> None:
        self._fetch_errors.inc()

    def text(self) -> bytes:
        """https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format"""
        return generate_latest(self._registry)


class _Shown(Collector):
    """What the last report says, worked out when it is asked for: equal reports give equal metrics."""

    def __init__(self, node: str, clock: Callable[[], float]) -> None:
        self._node = node
        self._clock = clock
        self._report: Report | None = None
        self._converged = ""

    def publish(self, report: Report) -> None:
        self._report = report
        if report.state is State.CONVERGED:
            self._converged = report.commit

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield _gauge("info", "The agent, as labels.", ("version", "node"), {(__version__, self._node): 1})
        report = self._report
        if report is None:
            return
        yield _state(report)
        yield _instances(report)
        yield _drifted(report)
        yield _problems(report)
        yield _failures(report)
        if self._converged:
            yield _gauge(
                "converged_commit_info",
                "The last commit that converged since the agent started, as a label.",
                ("commit",),
                {(self._converged,): 1},
            )
        if report.fetched_at is not None:
            age = max(self._clock() - report.fetched_at, 0)
            yield _gauge("fetch_age_seconds", "Seconds since the last fetch that succeeded.", (), {(): age})


def _state(report: Report) -> GaugeMetricFamily:
    return _gauge(
        "state",
        "1 for the node's state, 0 for every other.",
        ("state",),
        {(str(state),): float(state is report.state) for state in State},
    )


def _instances(report: Report) -> GaugeMetricFamily:
    values: dict[tuple[str, ...], float] = {}
    for name, workload in report.workloads.items():
        values[name, "wanted"] = workload.wanted
        values[name, "ready"] = workload.ready
    return _gauge("instances", "Instances on this node, wanted and ready.", ("workload", "state"), values)


def _drifted(report: Report) -> GaugeMetricFamily:
    changed = sum(bool(instance.drift) for instance in report.instances)
    return _gauge("drifted_instances", "Instances that somebody changed by hand.", (), {(): changed})


def _failures(report: Report) -> GaugeMetricFamily:
    return _gauge(
        "rollout_failed_timestamp_seconds",
        "When the declared specification of a workload was found to fail here; it is not tried again.",
        ("workload", "hash"),
        {
            (name, workload.failed.hash): workload.failed.at
            for name, workload in report.workloads.items()
            if workload.failed
        },
    )


def _problems(report: Report) -> GaugeMetricFamily:
    counts: dict[tuple[str, ...], float] = {
        (str(severity),): float(sum(problem.severity is severity for problem in report.problems))
        for severity in Severity
    }
    return _gauge("problems", "Problems in the repository's files.", ("severity",), counts)


def _gauge(
    name: str, text: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"pullet_{name}", text, labels=labels)
    for combination, value in values.items():
        family.add_metric(combination, value)
    return family
