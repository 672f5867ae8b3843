"""What the agent remembers of its own log, a workload at a time."""

from __future__ import annotations

from collections.abc import Mapping

from pullet.diary import KEEP, WORKLOADS, Diary

WEB = "shop/Deployment/web"


def heard(*lines: Mapping[str, object]) -> Diary:
    diary = Diary(lambda: 0.0)
    for line in lines:
        assert diary(None, "info", dict(line)) == line
    return diary


def test_steps_and_findings() -> None:
    """In words, oldest first, with the reason; what names no workload is nobody's."""
    diary = heard(
        {"event": "step_started", "do": "start", "instance": f"{WEB}#0", "because": "wanted"},
        {"event": "step_failed", "do": "start", "instance": f"{WEB}#0", "because": "wanted", "error": "no"},
        {"event": "rollout_failed", "workload": WEB, "because": "never ready", "last_words": "help"},
        {"event": "revision_read", "commit": "c0ffee"},
    )
    at = "1970-01-01T00:00:00Z"
    assert diary.of(WEB) == [
        {"at": at, "instance": f"{WEB}#0", "what": "start begins", "because": "wanted"},
        {"at": at, "instance": f"{WEB}#0", "what": "start failed", "because": "no"},
        {"at": at, "instance": WEB, "what": "rollout failed", "because": "never ready"},
    ]
    assert diary.of("shop/Deployment/api") == []


def test_only_the_last_are_kept() -> None:
    """Of a workload, and of workloads, so that an agent that runs for a year does not grow."""
    diary = heard(*({"event": "waiting", "instance": f"{WEB}#0", "because": f"{n}"} for n in range(KEEP + 5)))
    assert [entry["because"] for entry in diary.of(WEB)] == [str(n) for n in range(5, KEEP + 5)]
    for n in range(WORKLOADS):
        diary(None, "info", {"event": "waiting", "instance": f"shop/Job/run-{n}#0", "because": ""})
    assert diary.of(WEB) == []
    assert len(diary.of(f"shop/Job/run-{WORKLOADS - 1}")) == 1
