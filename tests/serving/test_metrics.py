"""The metrics, as a Prometheus that scrapes them reads them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from pullet import __version__
from pullet.model.names import InstanceName
from pullet.model.observed import Attempt
from pullet.model.plan import Plan, Pull
from pullet.model.pod import PullPolicy
from pullet.model.report import State
from pullet.model.verdict import Failed
from pullet.serving.board import Tick
from tests.lab.asking import ask
from tests.lab.reporting import CONVERGED, DEGRADED, report
from tests.serving.conftest import House

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]

PULL = Pull(
    InstanceName.parse("shop/Deployment/web#0"),
    "0123",
    "web:1",
    PullPolicy.IF_NOT_PRESENT,
    "not on the engine",
)
PLAN = Plan(revision="c0ffee", node="edge-1", steps=(PULL, PULL))


def scraped(url: str) -> Samples:
    reply = ask(f"{url}/metrics")
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


def names(samples: Samples) -> set[str]:
    return {name for name, _ in samples}


def test_before_anything_happened(url: str) -> None:
    """Counters begin at nought for each kind of step; what is not known is not there, rather than nought."""
    samples = scraped(url)
    assert value(samples, "pullet_info", version=__version__, node="edge-1") == 1
    assert value(samples, "pullet_ticks_total") == 0
    for do in ("pull", "start", "restart", "remove"):
        assert value(samples, "pullet_steps_total", do=do) == 0
        assert value(samples, "pullet_step_failures_total", do=do) == 0
    assert not names(samples) & {"pullet_state", "pullet_fetch_age_seconds", "pullet_converged_commit_info"}


def test_ticks_and_steps_are_counted(house: House, url: str) -> None:
    """Each tick counts with its time, and each step of its plan by what it does; so do fetches that fail."""
    house.board.tick(Tick(at=house.now, seconds=0.02, plan=PLAN))
    house.board.tick(Tick(at=house.now, seconds=3))
    house.board.fetch_failed()
    samples = scraped(url)
    assert value(samples, "pullet_ticks_total") == 2
    assert value(samples, "pullet_tick_seconds_count") == 2
    assert value(samples, "pullet_tick_seconds_sum") == 3.02
    assert value(samples, "pullet_tick_seconds_bucket", le="0.025") == 1
    assert value(samples, "pullet_steps_total", do="pull") == 2
    assert value(samples, "pullet_steps_total", do="start") == 0
    assert value(samples, "pullet_fetch_errors_total") == 1


def test_each_failure_counts_once(house: House, url: str) -> None:
    """A failure that the engine goes on telling counts once; a further one counts again; a success never."""
    failed = {PULL.attempt: Attempt(count=1, at=1100.0, error="no such image"), "start x": Attempt(1, 1100.0)}
    for _ in range(3):
        house.board.tick(Tick(at=house.now, seconds=0.02, attempts=failed))
    again = failed | {PULL.attempt: Attempt(count=2, at=1101.0, error="no such image")}
    house.board.tick(Tick(at=house.now, seconds=0.02, attempts=again))
    samples = scraped(url)
    assert value(samples, "pullet_step_failures_total", do="pull") == 2
    assert value(samples, "pullet_step_failures_total", do="start") == 0


def test_the_report_in_numbers(house: House, url: str) -> None:
    """State, instances, problems and the fetch's age follow the last report; what is gone is not told."""
    house.board.publish(DEGRADED)
    samples = scraped(url)
    assert value(samples, "pullet_state", state="degraded") == 1
    assert value(samples, "pullet_state", state="converged") == 0
    assert value(samples, "pullet_instances", workload="shop/Deployment/web", state="wanted") == 2
    assert value(samples, "pullet_instances", workload="shop/Deployment/web", state="ready") == 1
    assert value(samples, "pullet_problems", severity="error") == 1
    assert value(samples, "pullet_problems", severity="warning") == 1
    assert value(samples, "pullet_fetch_age_seconds") == 10
    house.board.publish(CONVERGED)
    house.now += 5
    samples = scraped(url)
    assert value(samples, "pullet_instances", workload="shop/Deployment/cart", state="wanted") is None
    assert value(samples, "pullet_problems", severity="error") == 0
    assert value(samples, "pullet_fetch_age_seconds") == 15


def test_the_last_commit_that_converged(house: House, url: str) -> None:
    """A commit that did not converge does not take the place of the one that did."""
    house.board.publish(report(commit="good"))
    house.board.publish(report(DEGRADED, commit="bad"))
    samples = scraped(url)
    assert value(samples, "pullet_converged_commit_info", commit="good") == 1
    assert value(samples, "pullet_converged_commit_info", commit="bad") is None


def test_nothing_in_the_global_registry(house: House) -> None:
    """Two agents in one process do not disturb each other, nor anybody else."""
    before = set(REGISTRY._names_to_collectors)
    House(house.secret_file)
    assert set(REGISTRY._names_to_collectors) == before


def test_every_metric_is_documented(house: House, url: str) -> None:
    """The reference names each metric of our own, and none that is not there."""
    house.board.publish(CONVERGED)
    reply = ask(f"{url}/metrics")
    told = {line.split()[2] for line in reply.text.splitlines() if line.startswith("# TYPE pullet_")}
    reference = (Path(__file__).parents[2] / "docs/reference/metrics.md").read_text(encoding="utf-8")
    documented = {
        line.split("`")[1].split("{")[0] for line in reference.splitlines() if line.startswith("| `pullet_")
    }
    assert documented == told


def test_a_rollout_that_failed(url: str, house: House) -> None:
    """Which workload, which specification, and when; nothing of those that are well."""
    failed = Failed("00aa", "c0ffee", 1234.0, "it restarted 5 times")
    web = replace(CONVERGED.workloads["shop/Deployment/web"], state=State.ROLLED_BACK, failed=failed)
    back = replace(CONVERGED, workloads={**CONVERGED.workloads, "shop/Deployment/web": web})
    house.board.publish(back)
    samples = scraped(url)
    name = "pullet_rollout_failed_timestamp_seconds"
    assert value(samples, name, workload="shop/Deployment/web", hash="00aa") == 1234.0
    assert len([found for found, _ in samples if found == name]) == 1
