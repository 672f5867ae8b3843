"""The verbs that look at what stands on this node's engine, and into it; no agent runs."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pullet.engine.docker_engine import DockerEngine
from pullet.engine.stock import LOOKING_ONLY, Shelf
from pullet.model.observed import Phase
from pullet.model.plan import Start
from pullet.model.pod import EnvVar, Pod, Restart
from pullet.model.probe import Exec, Probe
from pullet.wake import Wake
from tests.cli.conftest import Pullet, settings_file
from tests.lab.agents import COMMAND, Done, pullet
from tests.lab.engine import LabEngine
from tests.lab.git_servers import Work
from tests.lab.hand import BECAUSE, COMMIT, Hand
from tests.lab.images import BUSYBOX
from tests.lab.pods import SLEEP, container, instance, of, unique_node
from tests.lab.wait import eventually

WEB = "shop/Deployment/web"


@dataclass(frozen=True, slots=True)
class Stage:
    """A node without an agent, and its settings."""

    node: str
    file: Path
    hand: Hand

    def pullet(self, *arguments: str, **how: Any) -> Done:
        return pullet("--config", str(self.file), *arguments, **how)


@pytest.fixture
def stage(engine: LabEngine, work: Work, tmp_path: Path) -> Iterator[Stage]:
    with unique_node(engine.client) as node:
        shelf = Shelf(tmp_path / "shelf/state", tmp_path / "shelf/run", LOOKING_ONLY.export)
        ours = DockerEngine(engine.url, node, Wake(), shelf=shelf)
        yield Stage(node, settings_file(tmp_path, work, node=node, engine=engine.url), Hand(ours))
        ours.stop()


def speaking(*words: str) -> tuple[str, ...]:
    """A command that says this, a line each, and stays."""
    said = "; ".join(f"echo {word}" for word in words)
    return ("sh", "-c", f"{said}; {SLEEP[2]}")


def test_what_stands(stage: Stage) -> None:
    """All of it or what is named, as its probes answer now, for people and for programs."""
    never = Probe(Exec(("false",)))
    stage.hand.starts(instance(f"{WEB}#0"))
    stage.hand.starts(instance("shop/Deployment/slow#0", readiness=never))
    header, *rows = (line.split() for line in stage.pullet("get").out.splitlines())
    assert header == ["INSTANCE", "STATE", "READY", "RESTARTS", "AGE", "IMAGE"]
    assert [(row[:4], row[5]) for row in rows] == [
        (["shop/Deployment/slow#0", "starting", "0/1", "0"], BUSYBOX),
        ([f"{WEB}#0", "ready", "1/1", "0"], BUSYBOX),
    ]
    (workload,) = stage.pullet("get", "web", "-o", "json").json["workloads"]
    assert (workload["workload"], workload["ready"], workload["standing"]) == (WEB, 1, 1)
    assert workload["instances"][0]["containers"][0]["image"] == BUSYBOX


def test_nothing_stands(stage: Stage) -> None:
    """Is said, and is no error; nothing is printed that a program would read."""
    done = stage.pullet("get")
    assert (done.code, done.out, done.err) == (0, "", f"nothing stands on {stage.node}\n")


def test_all_that_is_known(stage: Stage) -> None:
    """Where it came from, how it ended, and that the agent says nothing of what comes next."""
    failing = instance(f"{WEB}#0", Restart.NEVER, command=("sh", "-c", "exit 3"))
    stage.hand.starts(failing)
    stage.hand.waits_for(failing.name, Phase.EXITED)
    done = stage.pullet("describe", "web")
    first, blank, *lines = done.out.splitlines()
    assert first.startswith(f"{WEB}: what is wanted is not known: the agent does not answer")
    assert blank == ""
    assert lines[0] == f"{WEB}#0: failed, ended with exit code 3, and its restart policy is Never"
    assert lines[1] == f"  from       web.yaml at c0ffee, specification {failing.hash}"
    assert lines[-1] == "    exit     3"
    (found,) = stage.pullet("describe", "web", "-o", "json").json["instances"]
    assert (found["containers"][0]["exit_code"], found["agent_says"]) == (3, None)


def test_logs_of_a_single_container(stage: Stage) -> None:
    """As it wrote them, and only the last or none where that is asked for."""
    stage.hand.starts(instance(f"{WEB}#0", command=speaking("one", "two")))
    eventually(lambda: stage.pullet("logs", "web").out == "one\ntwo\n", 10, "both lines")
    assert stage.pullet("logs", f"{WEB}#0", "--tail", "1", "--since", "10m").out == "two\n"


def test_logs_of_several_containers(stage: Stage) -> None:
    """Each line says whose it is, unless one is asked for."""
    pair = Pod(tuple(container(name=name, command=speaking(f"i-am-{name}")) for name in ("app", "side")))
    stage.hand.starts(of(pair, f"{WEB}#0"))
    stage.hand.starts(instance(f"{WEB}#1", command=speaking("i-am-1")))
    whole = f"[{WEB}#0/app] i-am-app\n[{WEB}#0/side] i-am-side\n[{WEB}#1/app] i-am-1\n"
    eventually(lambda: stage.pullet("logs", WEB).out == whole, 10, "all lines")
    assert stage.pullet("logs", "web#0", "-c", "side").out == "i-am-side\n"


def test_following_several_ends_with_them(stage: Stage) -> None:
    """What is written later comes too."""
    script = ("sh", "-c", "echo early; sleep 1; echo late")
    for ordinal in (0, 1):
        stage.hand.starts(instance(f"{WEB}#{ordinal}", Restart.NEVER, command=script))
    done = stage.pullet("logs", "-f", "web")
    expected = [f"[{WEB}#{ordinal}/app] {word}" for ordinal in (0, 1) for word in ("early", "late")]
    assert sorted(done.out.splitlines()) == expected
    assert (done.code, done.err) == (0, "")


def test_what_earlier_runs_wrote(stage: Stage) -> None:
    """Of a container that crashed and was started again, what it said before the run that goes on."""
    count = "n=$(cat /n 2>/dev/null || echo 0); n=$((n+1)); echo $n > /n; echo run $n"
    script = f"{count}; [ $n -lt 3 ] && exit 1; {SLEEP[2]}"
    stage.hand.starts(instance(f"{WEB}#0", command=("sh", "-c", script)))
    eventually(lambda: "run 3" in stage.pullet("logs", "web").out, 20, "the third run")
    assert stage.pullet("logs", "web", "--previous").out == "run 1\nrun 2\n"
    assert stage.pullet("logs", "web", "-p", "--tail", "1").out == "run 2\n"
    stage.hand.starts(instance("shop/Deployment/calm#0", command=speaking("once")))
    assert stage.pullet("logs", "calm", "--previous").text == ""
    assert stage.pullet("logs", "web", "-p", "-f").code == 2


def test_following_goes_on_with_the_successor(stage: Stage, tmp_path: Path) -> None:
    """Also through a crash; then old and new are told apart, until it is interrupted."""
    old = stage.hand.starts(instance(f"{WEB}#0", command=("sh", "-c", "echo up; sleep 1; exit 1")))
    shown = tmp_path / "shown"
    with shown.open("wb") as out:
        reader = subprocess.Popen(
            [COMMAND, "--config", stage.file, "logs", "-f", "web"], stdout=out, stderr=out
        )
    try:
        eventually(lambda: shown.read_text().startswith("up\nup\n"), 20, "two runs")
        new = instance(f"{WEB}#0", command=speaking("new"))
        assert stage.hand.does(Start(new, COMMIT, BECAUSE)) is None
        stage.hand.removes(old)
        expected = f"[{WEB}#0/app@{new.hash[:7]}] new\n"
        eventually(lambda: expected in shown.read_text(), 20, "the successor's line")
        assert reader.poll() is None
        reader.send_signal(signal.SIGINT)
        assert reader.wait(20) == 130
        assert "Traceback" not in shown.read_text()
    finally:
        reader.kill()
        reader.wait()


def test_nothing_of_that_name(stage: Stage) -> None:
    """The answer names what runs here."""
    stage.hand.starts(instance(f"{WEB}#0"))
    done = stage.pullet("logs", "api")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"pullet: nothing on {stage.node} is called api (here: {WEB})\n"


def test_a_time_without_a_unit(here: Pullet) -> None:
    """Is wrong use, and how to write it is said."""
    done = here("logs", "web", "--since", "10")
    assert done.code == 2
    assert "write a duration with its unit" in done.err


def test_the_engine_is_away(here: Pullet) -> None:
    """One line says where it was looked for."""
    done = here("logs", "web")
    assert (done.code, done.out) == (1, "")
    assert "no.sock" in done.err


def test_a_command_inside(stage: Stage) -> None:
    """Its output and its exit code are ours; what stands behind -- is the command's alone."""
    stage.hand.starts(instance(f"{WEB}#0"))
    done = stage.pullet("exec", "web", "--", "sh", "-c", "echo said; echo wrong >&2; exit 7")
    assert (done.code, done.out, done.err) == (7, "said\n", "wrong\n")


def test_a_command_in_one_of_several(stage: Stage) -> None:
    """In the first that was declared, said on standard error, or in the one that is named."""
    pair = Pod(tuple(container(name=name, env=(EnvVar("ME", name),)) for name in ("web", "app")))
    stage.hand.starts(of(pair, f"{WEB}#0"))
    done = stage.pullet("exec", "web", "--", "sh", "-c", "echo $ME")
    assert (done.code, done.out) == (0, "web\n")
    assert done.err == f"in {WEB}#0/web, one of 2 containers\n"
    assert stage.pullet("exec", "web", "-c", "app", "--", "sh", "-c", "echo $ME").text == "app\n"


def test_a_terminal(stage: Stage) -> None:
    """The command has one; ours is afterwards as it was, and without one the command gets none either."""
    stage.hand.starts(instance(f"{WEB}#0"))
    command = ("exec", "web", "-it", "--", "sh", "-c", "tty >/dev/null && read line && exit $line")
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        os.write(ours, b"5\n")
        done = subprocess.run(
            [COMMAND, "--config", stage.file, *command],
            check=False,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            timeout=30,
        )
        assert done.returncode == 5
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)
    assert "standard input is no terminal" in stage.pullet(*command).err


def test_a_container_that_has_ended(stage: Stage) -> None:
    """No command can run in it, and that is said."""
    name = stage.hand.starts(instance(f"{WEB}#0", Restart.NEVER, command=("true",))).instance
    stage.hand.waits_for(name, Phase.EXITED)
    done = stage.pullet("exec", "web", "--", "true")
    assert done.code == 1
    assert f"{WEB}#0/app does not run, it is exited" in done.err
