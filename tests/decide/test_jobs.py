"""Whole stories of Jobs and CronJobs on the fake engine, with the clock in the test's hand."""

from dataclasses import replace
from functools import partial

import pytest

from pullet.model.lifetime import FailureRule, Finite, Hook, SuccessRule
from pullet.model.memory import Memory, Words
from pullet.model.names import WorkloadName
from pullet.model.plan import Step
from pullet.model.pod import Container, Restart
from pullet.model.report import State
from pullet.model.workload import Workload
from pullet.testing.script import Crash, Reached
from tests.decide.jobworld import FAILURE, SUCCESS, JobWorld, cron, instance, job
from tests.decide.world import workload

JOB, CRON = "shop/Job/migrate", "shop/CronJob/backup"
FIRST = f"{JOB}#0"


def world(*workloads: object, code: int = SUCCESS, after: float = 5.0) -> JobWorld:
    made = JobWorld()
    made.ends("job:1", code, after)
    made.commit(workloads)  # type: ignore[arg-type]
    return made


def test_a_job_progresses_until_it_is_complete_and_then_nothing_is_left_to_do() -> None:
    """Its container stays to be read."""
    node = world(job())
    node.passes(3)
    assert node.state(JOB)[0] == "progressing"
    assert node.settle().state is State.CONVERGED
    assert node.look()[1].empty
    assert node.phases() == {FIRST: "exited"}
    report = node.look()[2].workloads[JOB]
    assert (report.ready, report.wanted) == (1, 1)


def test_a_completed_job_does_not_run_again_for_the_same_specification() -> None:
    """Not when its container was pruned, not when the ledger was lost and the container stands, not after a detour."""
    node = world(job())
    node.settle()
    node.engine.remove_behind_our_back(instance(FIRST))
    assert node.settle().state is State.CONVERGED
    assert node.phases() == {}
    node = world(job())
    node.settle()
    node.memory = Memory()
    assert node.tick()[1].empty
    node.ends("job:2")
    node.commit([job(image="job:2")])
    assert node.settle().state is State.CONVERGED
    node.commit([job()])
    node.passes(30)
    assert node.phases() == {}
    assert node.state(JOB)[0] == "converged"


def test_a_new_specification_is_a_new_run_and_the_old_one_ends_first() -> None:
    """What runs of the old one is stopped before anything of the new one starts."""
    node = world(job(), after=1000)
    node.passes(5)
    node.ends("job:2")
    node.commit([job(image="job:2")])
    steps = []
    for _ in range(30):
        steps += [step.do for step in node.tick()[1].steps]
        node.clock.advance(0.2)
    assert steps[:3] == ["pull", "remove", "start"]
    assert node.settle().state is State.CONVERGED


def test_never_more_than_its_parallelism() -> None:
    """Five pods, two at a time."""
    node = world(job(lifetime=Finite(completions=5, parallelism=2)))
    for _ in range(100):
        node.passes(0.5)
        assert sum(phase == "running" for phase in node.phases().values()) <= 2
    assert node.settle().state is State.CONVERGED
    assert len(node.made) == 5
    assert all(len(containers) == 1 for containers in node.made.values())


def test_failures_are_retried_until_the_backoff_limit() -> None:
    """After 10 s, then 20 s; the last one stays to be read, and the report says how it ended and where to read."""
    node = world(job(lifetime=Finite(backoff_limit=2)), code=FAILURE, after=1)
    node.passes(9)
    assert node.tries(FIRST) == 1
    node.passes(10)
    assert node.tries(FIRST) == 2
    assert node.state(JOB)[0] == "progressing"
    node.passes(60)
    assert node.tries(FIRST) == 3
    assert node.state(JOB) == (
        "degraded",
        (
            f"failed 3 times, and its backoffLimit is 2: {FIRST} ended with exit code 3; "
            f"see pullet logs {FIRST}"
        ),
    )
    assert node.phases() == {FIRST: "exited"}
    assert node.look()[1].empty


def test_a_person_has_a_failed_job_tried_again() -> None:
    """With what succeeded already, and a clean slate for the rest."""
    node = world(job(lifetime=Finite(backoff_limit=0)), code=FAILURE)
    node.passes(30)
    assert node.state(JOB)[0] == "degraded"
    node.ends("job:1")
    node.words = Words(retried={JOB: node.clock.now()})
    assert node.settle().state is State.CONVERGED
    assert node.tries(FIRST) == 1


def test_restarts_in_place_count_as_well() -> None:
    """With OnFailure the engine restarts the container; at the limit it is stopped for good."""
    node = world(job(lifetime=Finite(backoff_limit=3), restart=Restart.ON_FAILURE), code=FAILURE, after=1)
    node.passes(60)
    state, message = node.state(JOB)
    assert (state, node.tries(FIRST)) == ("degraded", 1)
    assert "backoffLimit is 3" in message
    assert node.phases() == {FIRST: "exited"}
    node.engine.engine_restart()
    node.passes(60)
    assert node.phases() == {FIRST: "exited"}


def test_a_deadline_ends_the_run() -> None:
    """What runs is stopped, and stays to be read."""
    node = world(job(lifetime=Finite(deadline=20)), after=1000)
    node.passes(40)
    assert node.state(JOB)[0] == "degraded"
    assert "activeDeadlineSeconds, 20" in node.state(JOB)[1]
    assert node.phases() == {FIRST: "exited"}
    assert node.look()[1].empty


def test_the_time_to_live_takes_the_containers_and_not_the_memory() -> None:
    """It does not run again."""
    node = world(job(lifetime=Finite(forget_after=30)))
    node.passes(20)
    assert node.phases() == {FIRST: "exited"}
    node.passes(60)
    assert node.phases() == {}
    assert node.state(JOB)[0] == "converged"
    assert node.tries(FIRST) == 1


def test_a_suspended_job_ends_and_goes_on_later() -> None:
    """Its time does not count meanwhile, and what succeeded stays done."""
    node = world(job(lifetime=Finite(completions=2, deadline=20)))
    node.passes(9)
    node.commit([job(lifetime=Finite(completions=2, deadline=20, suspended=True))])
    node.passes(100)
    assert node.phases() == {FIRST: "exited"}
    assert node.state(JOB) == ("converged", "suspended")
    node.commit([job(lifetime=Finite(completions=2, deadline=20))])
    assert node.settle().state is State.CONVERGED
    assert node.tries(FIRST) == 1


RULES = [
    (FailureRule("FailJob", exit_codes=(3,)), "degraded", 1),
    (FailureRule("FailJob", exit_codes=(4,)), "degraded", 2),
    (FailureRule("FailJob", exit_codes=(4,), negated=True), "degraded", 1),
    (FailureRule("FailJob", container="other", exit_codes=(3,)), "degraded", 2),
    (FailureRule("Ignore", exit_codes=(3,)), "progressing", 4),
    (FailureRule("Count", exit_codes=(3,)), "degraded", 2),
]


@pytest.mark.parametrize(("rule", "state", "tries"), RULES, ids=[str(number) for number in range(len(RULES))])
def test_a_pod_failure_policy(rule: FailureRule, state: str, tries: int) -> None:
    """The first rule that matches an exit code says what becomes of the job."""
    node = world(job(lifetime=Finite(backoff_limit=1, failure_rules=(rule,))), code=FAILURE, after=1)
    node.passes(80)
    assert (node.state(JOB)[0], node.tries(FIRST)) == (state, tries)


def test_each_index_has_its_own_limit() -> None:
    """One index that fails for good does not keep the others from their end."""
    node = world(
        job(
            lifetime=Finite(
                completions=3, parallelism=3, indexed=True, backoff_limit=2**31 - 1, backoff_limit_per_index=1
            )
        )
    )
    node.passes(2)
    node.engine.crash(instance(f"{JOB}#1"), FAILURE)
    node.passes(3)
    assert node.state(JOB)[0] == "progressing"
    node.passes(12)
    node.engine.crash(instance(f"{JOB}#1"), FAILURE)
    node.passes(30)
    assert node.state(JOB) == (
        "degraded",
        f"of its indexes 1 failed: {JOB}#1 ended with exit code 3; see pullet logs {JOB}#1",
    )
    assert node.look()[2].workloads[JOB].ready == 2


def test_a_success_policy_ends_it_early() -> None:
    """The first index is enough; what runs is stopped."""
    rules = (SuccessRule("0"),)
    node = world(job(lifetime=Finite(completions=2, parallelism=1, indexed=True, success_rules=rules)))
    assert node.settle().state is State.CONVERGED
    assert list(node.phases()) == [FIRST]


def test_a_work_queue_is_done_when_one_succeeded_and_all_have_ended() -> None:
    """No new pod comes once one has succeeded."""
    node = world(job(lifetime=Finite(completions=None, parallelism=2)), after=1000)
    node.passes(5)
    node.engine.crash(instance(FIRST), SUCCESS)
    node.passes(20)
    assert node.state(JOB)[0] == "progressing"
    node.engine.crash(instance(f"{JOB}#1"), FAILURE)
    assert node.settle().state is State.CONVERGED
    assert node.tries(f"{JOB}#1") == 1


def test_sidecars_end_when_the_main_container_has() -> None:
    """With the network of the pod."""
    beside = (Container("helper", "side:1", restart=Restart.ALWAYS),)
    node = world(job(beside=beside))
    assert node.settle().state is State.CONVERGED
    (one,) = node.engine.observe().incarnations
    assert {str(each.phase) for each in one.containers} == {"exited"}
    assert node.look()[1].empty


def test_an_agent_that_dies_in_the_middle_of_any_step_counts_each_failure_once() -> None:
    """Whether the step had no, half or its whole effect."""
    for reached in Reached:
        node = world(job(lifetime=Finite(backoff_limit=2)), code=FAILURE, after=1)
        for _ in range(400):
            node.passes(0.2, step=0.2)
            node.engine.agent_death(partial(_always, reached))
        node.passes(120)
        assert node.tries(FIRST) == 3
        assert node.state(JOB)[0] == "degraded"


def _always(reached: Reached, _: Step) -> Reached:
    return reached


def test_a_job_that_is_no_longer_declared_goes_and_is_forgotten() -> None:
    """So one of the same name that comes later runs."""
    node = world(job())
    node.settle()
    node.commit([workload("web", "web:1")])
    node.settle()
    assert list(node.phases()) == ["shop/Deployment/web#0"]
    node.commit([workload("web", "web:1"), job()])
    node.settle()
    assert FIRST in node.phases()


# CronJobs. The virtual clock starts at 1,000,000 s, which is 13:46:40, 40 s behind minute 16666.


def runs(node: JobWorld) -> list[str]:
    return sorted(node.made)


def test_a_cron_job_runs_once_for_each_time_that_comes() -> None:
    """Not for the times before it was first seen."""
    node = world(cron("* * * * *"))
    node.passes(15)
    assert runs(node) == []
    assert node.state(CRON) == ("converged", "")
    node.passes(125)
    assert runs(node) == [f"{CRON}#16667", f"{CRON}#16668"]
    assert all(node.tries(run) == 1 for run in runs(node))
    assert node.state(CRON) == ("converged", "")


def test_a_run_that_began_is_not_lost_with_the_agent() -> None:
    """It was written down before anything was made of it."""
    node = world(cron("* * * * *"))
    node.tick()
    node.clock.advance(25)
    node.tick()
    node.engine.agent_death(partial(_always, Reached.NOTHING))
    node.clock.advance(600)
    node.passes(30)
    assert f"{CRON}#16667" in runs(node)


def test_of_missed_times_only_the_last_runs() -> None:
    """However many there were."""
    node = world(cron("* * * * *"))
    node.tick()
    node.clock.advance(86400)
    node.passes(15)
    assert runs(node) == [f"{CRON}#{16666 + 1440}"]


def test_what_is_too_late_does_not_run() -> None:
    """By its startingDeadlineSeconds."""
    node = world(cron("0 * * * *", starting_deadline=60))
    node.tick()
    node.clock.advance(3600)
    node.passes(15)
    assert runs(node) == []
    node.passes(3600, step=5)
    assert len(runs(node)) == 1


def test_a_clock_that_is_set_back_starts_nothing_again() -> None:
    """Times that ran stay so; those that had not come yet when it was first seen come now."""
    node = world(cron("* * * * *"))
    node.passes(150)
    before = runs(node)
    assert before == [f"{CRON}#{minute}" for minute in (16667, 16668, 16669)]
    node.clock.advance(-120)
    node.passes(115)
    assert runs(node) == before
    node.clock.advance(-300)
    node.passes(300)
    earlier = [f"{CRON}#{minute}" for minute in range(16665, 16667)]
    assert runs(node) == [*earlier, *before]
    node.passes(70)
    assert runs(node) == [*earlier, *before, f"{CRON}#16670"]
    assert all(node.tries(run) == 1 for run in runs(node))


def test_a_clock_that_was_ahead_takes_no_time_away() -> None:
    """Not those that it leapt over, which come still; and those that ran while it was ahead do not run again."""
    node = world(cron("0 * * * *", keep_succeeded=0))
    node.passes(60, step=10)
    day = 86400.0
    node.clock.advance(10 * day)
    node.passes(2 * 3600, step=10)
    ahead = runs(node)
    assert len(ahead) == 3
    node.clock.advance(-10 * day)
    node.passes(2 * 3600, step=10)
    assert len(runs(node)) == 5
    node.clock.advance(10 * day - 4 * 3600 - 60)
    node.passes(4 * 3600, step=10)
    assert all(node.tries(run) == 1 for run in runs(node))
    assert len(runs(node)) == 7


def test_a_clock_that_is_mended_while_no_agent_looks() -> None:
    """What was first seen by a clock that was ahead runs by the right one."""
    node = world(cron("0 * * * *"))
    node.tick()
    node.clock.advance(-5 * 86400.0)
    node.passes(3700, step=10)
    assert len(runs(node)) == 1


def test_forbid_waits_for_the_run_before() -> None:
    """And then makes up for the last time that was missed, as Kubernetes does."""
    node = world(cron("* * * * *", concurrency="Forbid"), after=150)
    node.passes(160)
    assert runs(node) == [f"{CRON}#16667"]
    node.passes(30)
    assert runs(node) == [f"{CRON}#16667", f"{CRON}#16669"]


def test_replace_ends_the_run_before() -> None:
    """Two never run side by side."""
    node = world(cron("* * * * *", concurrency="Replace"), after=1000)
    for _ in range(300):
        node.passes(0.5)
        assert len(node.phases()) <= 1
    assert len(runs(node)) == 3
    assert node.state(CRON)[0] == "converged"


def test_allow_runs_side_by_side() -> None:
    """Each time on its own."""
    node = world(cron("* * * * *"), after=1000)
    node.passes(150)
    assert set(node.phases().values()) == {"running"}
    assert len(node.phases()) == 3


def test_the_history_keeps_the_last_runs() -> None:
    """Three that succeeded and one that failed, and the report follows the last one."""
    node = world(cron("* * * * *", run=Finite(backoff_limit=0)))
    node.passes(400)
    assert len(node.phases()) == 3
    node.ends("job:1", FAILURE)
    node.passes(180)
    assert len(node.phases()) == 4
    state, message = node.state(CRON)
    assert state == "degraded"
    assert "failed once, and its backoffLimit is 0" in message
    node.ends("job:1")
    node.passes(60)
    assert node.state(CRON) == ("converged", "")


def test_a_suspended_cron_job_starts_nothing() -> None:
    """When it is no longer suspended, the last missed time runs at once, as in Kubernetes."""
    node = world(cron("* * * * *", suspended=True))
    node.passes(300)
    assert runs(node) == []
    assert node.state(CRON) == ("converged", "suspended")
    node.commit([cron("* * * * *")])
    node.passes(5)
    assert len(runs(node)) == 1


def test_a_schedule_that_changes_counts_from_now() -> None:
    """A time that the new one had in the past was never asked for."""
    node = world(cron("0 0 1 1 *"))
    node.passes(300, step=10)
    node.commit([cron("45 13 * * *")])
    node.passes(60)
    assert runs(node) == []


def test_a_paused_agent_begins_nothing() -> None:
    """Nothing is written down as begun, and the last time runs when it goes on."""
    node = world(cron("* * * * *"))
    node.tick()
    node.words = Words(paused="maintenance")
    node.clock.advance(300)
    node.memory = node.look()[0].memory
    assert not node.memory.runs
    node.words = Words()
    node.passes(5)
    assert len(runs(node)) == 1


def test_a_lost_ledger_starts_no_time_again() -> None:
    """What stands tells which times were."""
    node = world(cron("* * * * *"))
    node.passes(30)
    node.memory = Memory()
    node.clock.advance(-20)
    node.passes(15)
    assert runs(node) == [f"{CRON}#16667"]
    assert node.tries(runs(node)[0]) == 1


# Hooks.

WEB = WorkloadName("shop", "Deployment", "web")
BEFORE = Hook(WEB, before=True)
AFTER = Hook(WEB, before=False)


def web(image: str, *, replicas: int = 1) -> Workload:
    return replace(workload("web", image, replicas=replicas), hooks=(job().name,))


def images(node: JobWorld) -> set[str]:
    return {each.image for one in node.engine.observe().incarnations for each in one.containers}


def test_a_rollout_waits_for_its_hook() -> None:
    """The new specification starts when the migration is complete, and not before."""
    node = world(web("web:1"), job(hook=BEFORE), after=20)
    node.passes(15)
    assert images(node) == {"job:1"}
    assert node.state(str(WEB)) == ("progressing", f"its pre-deploy hook {JOB} comes first")
    assert node.settle().state is State.CONVERGED
    assert images(node) == {"job:1", "web:1"}


def test_a_hook_runs_once_for_each_specification_of_its_workload() -> None:
    """Also when the Job itself did not change; and not for a commit that changes neither."""
    node = world(web("web:1"), job(hook=BEFORE))
    node.settle()
    node.commit([web("web:1", replicas=2), job(hook=BEFORE)])
    node.passes(60)
    assert node.tries(FIRST) == 0 or len(node.made[FIRST]) == 1
    node.commit([web("web:2", replicas=2), job(hook=BEFORE)])
    node.passes(4)
    assert "web:2" not in images(node)
    assert node.settle().state is State.CONVERGED
    assert images(node) == {"job:1", "web:2"}


def test_a_failed_hook_leaves_the_old_as_it_is() -> None:
    """And says so at the workload; a person has it tried again."""
    node = world(web("web:1"), job(hook=BEFORE, lifetime=Finite(backoff_limit=0)))
    node.settle()
    node.ends("job:1", FAILURE)
    node.commit([web("web:2"), job(hook=BEFORE, lifetime=Finite(backoff_limit=0))])
    node.passes(60)
    assert images(node) == {"job:1", "web:1"}
    state, message = node.state(str(WEB))
    assert state == "degraded"
    assert message.startswith(f"its pre-deploy hook {JOB} failed: failed once")
    node.ends("job:1")
    node.words = Words(retried={JOB: node.clock.now()})
    assert node.settle().state is State.CONVERGED
    assert images(node) == {"job:1", "web:2"}


def test_who_asks_for_a_workload_means_its_hooks_too() -> None:
    """What failed of its rollout was the hook."""
    node = world(web("web:1"), job(hook=BEFORE, lifetime=Finite(backoff_limit=0)), code=FAILURE)
    node.passes(30)
    assert node.state(str(WEB))[0] == "degraded"
    node.ends("job:1", SUCCESS)
    node.words = Words(retried={str(WEB): node.clock.now()})
    assert node.settle().state is State.CONVERGED


def test_a_hook_behind_a_rollout_waits_until_that_is_ready() -> None:
    """Once for each specification."""
    node = world(workload("web", "web:1", probed=True), job(hook=AFTER))
    node.passes(1.2)
    assert images(node) <= {"web:1"}
    assert node.settle().state is State.CONVERGED
    assert images(node) == {"web:1", "job:1"}


def test_the_way_back_waits_for_no_hook() -> None:
    """What was good before had its hook; and none behind the rollout of what failed is run."""
    node = world(web("web:1"), job(hook=BEFORE), job("smoke", hook=AFTER))
    node.settle()
    node.engine.script.crashes["web:2"] = Crash(0.5, 3)
    node.commit([web("web:2"), job(hook=BEFORE), job("smoke", hook=AFTER)])
    report = node.settle(300)
    assert report.state is State.ROLLED_BACK
    assert "web:1" in images(node)
    assert node.state("shop/Job/smoke")[0] == "held"


def test_what_comes_after_a_job_waits_until_it_is_complete() -> None:
    """Also where the job's containers are gone by then."""
    needs = replace(workload("web", "web:1"), after=())
    needs = replace(needs, after=workload("x", "x", after=("y complete",)).after)
    needs = replace(needs, after=tuple(replace(one, workload=job().name) for one in needs.after))
    node = world(needs, job(lifetime=Finite(forget_after=0)), after=20)
    node.passes(15)
    assert images(node) == {"job:1"}
    node.settle()
    assert images(node) == {"web:1"}
