"""What is done right after a container's start and before its stop, on a real engine."""

from pathlib import Path

import pytest
import structlog

from pullet.model.placement import Instance
from pullet.model.pod import Container, Pod, Restart
from pullet.model.probe import Exec, Handler, HttpGet, Sleep, TcpSocket
from pullet.model.security import Security
from pullet.model.volumes import DataPath, Mount
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.pods import OBSTINATE, SLEEP, container, of
from tests.lab.wait import eventually

NOTES = Mount(DataPath("notes"), "/notes")
ENDING = ("sh", "-c", f"trap 'echo stopped >> /notes/all; exit 0' TERM; {SLEEP[2].partition(';')[2]}")


def noting(word: str, **fields: object) -> Exec:
    return Exec(("sh", "-c", f"echo {word} >> /notes/all"), **fields)  # type: ignore[arg-type]


def pod(*containers: Container, grace: float = 5, init: tuple[Container, ...] = ()) -> Instance:
    return of(Pod(containers, grace=grace, init=init))


def noted(shelf: Path) -> list[str]:
    found = shelf / "state" / "data" / "notes" / "all"
    return found.read_text().split() if found.exists() else []


def test_commands_after_the_start_and_before_the_stop(hand: Hand, shelf: Path) -> None:
    """The first before anything else happens, the second before the signal, of a container nobody declares any more."""
    made = container(command=ENDING, mounts=(NOTES,), post_start=noting("begun"), pre_stop=noting("leaving"))
    target = pod(made)
    hand.starts(target)
    assert noted(shelf) == ["begun"]
    assert hand.removes(hand.sees(target.name)) is None
    assert noted(shelf) == ["begun", "leaving", "stopped"]


def test_each_container_of_a_pod_has_its_own(hand: Hand, shelf: Path) -> None:
    """A sidecar's comes after the main ones have ended."""
    side = container(
        name="side", command=ENDING, mounts=(NOTES,), restart=Restart.ALWAYS, pre_stop=noting("side-leaves")
    )
    main = container(name="main", command=ENDING, mounts=(NOTES,), pre_stop=noting("main-leaves"))
    target = pod(main, init=(side,))
    hand.starts(target)
    hand.removes(hand.sees(target.name))
    assert noted(shelf) == ["main-leaves", "stopped", "side-leaves", "stopped"]


@pytest.mark.parametrize(
    "hook",
    [HttpGet("/bye?now", 7000, headers=(("X-Who", "pullet"),)), TcpSocket(7000)],
    ids=["http", "tcp"],
)
def test_a_request_before_the_stop(hand: Hand, shelf: Path, hook: Handler) -> None:
    """Reaches the container at its own address, also within a pod."""
    answer = "echo -e 'HTTP/1.0 200 OK\\r\\n\\r'; timeout 0.5 cat > /notes/all; echo asked >> /notes/all"
    server = container(
        name="server",
        command=("nc", "-ll", "-p", "7000", "-e", "sh", "-c", answer),
        mounts=(NOTES,),
        pre_stop=hook,
    )
    target = pod(server, container(name="other"))
    hand.starts(target)
    hand.removes(hand.sees(target.name))
    eventually(lambda: "asked" in noted(shelf), 5, "it was asked")
    if isinstance(hook, HttpGet):
        assert {"/bye?now", "X-Who:", "pullet"} <= set(noted(shelf))


def test_a_hook_that_takes_too_long(hand: Hand) -> None:
    """Its time counts against the grace period; then the container is stopped, and the log says so."""
    target = pod(container(command=OBSTINATE, pre_stop=Exec(("sleep", "60"))), grace=1)
    hand.starts(target)
    with structlog.testing.capture_logs() as logs:
        assert hand.removes(hand.sees(target.name)) is None
    assert [one["because"] for one in logs if one["event"] == "pre_stop_failed"] == [
        "sleep did not end within 1s"
    ]
    assert hand.observed().incarnations == ()


def test_a_wait_before_the_stop_ends_with_the_grace_period(hand: Hand) -> None:
    """However long it was to be."""
    target = pod(container(pre_stop=Sleep(3600)), grace=1)
    hand.starts(target)
    assert hand.removes(hand.sees(target.name)) is None


def test_who_does_not_run_has_nothing_to_say(hand: Hand, engine: LabEngine) -> None:
    """No hook of a container that ended already."""
    target = pod(container(pre_stop=Exec(("false",))))
    engine.client.kill(hand.starts(target).containers[0].id)
    with structlog.testing.capture_logs() as logs:
        assert hand.removes(hand.sees(target.name)) is None
    assert not [one for one in logs if one["event"] == "pre_stop_failed"]


def test_a_command_with_its_own_user_and_place(hand: Hand, shelf: Path) -> None:
    """User, directory and environment are the hook's, where it says so."""
    words = Exec(
        ("sh", "-c", 'echo "$(id -u) $(pwd) $A $B" > /tmp/x && cat /tmp/x > /notes/all'),
        user="0:0",
        working_dir="/bin",
        environment=("A=1",),
    )
    security = Security(user="1000:1000")
    hand.starts(pod(container(mounts=(NOTES,), security=security, post_start=words)))
    assert noted(shelf) == ["0", "/bin", "1"]
