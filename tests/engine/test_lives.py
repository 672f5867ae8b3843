"""How pods of several containers live, lose what they have, and end, on a real engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pullet.decide.heal import unfinished
from pullet.engine import labels
from pullet.engine.docker_engine import DockerEngine
from pullet.engine.stock import LOOKING_ONLY, Shelf
from pullet.model.observed import Incarnation, Phase, Role
from pullet.model.placement import Instance
from pullet.model.plan import Revive
from pullet.model.pod import Container, Pod, Restart
from pullet.model.probe import HealthCheck
from pullet.model.security import Security
from pullet.model.volumes import DataPath, Files, Mount, NamedVolume, RenderedFile, Scratch
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.hand import BECAUSE, Hand
from tests.lab.pods import OBSTINATE, SLEEP, container, of
from tests.lab.wait import eventually


def shell(engine: LabEngine, found: str, command: str) -> str:
    made = engine.client.exec_create(found, ["sh", "-c", command])
    return bytes(engine.client.exec_start(made["Id"])).decode().strip()


def pod(*containers: Container, grace: float = 2, **fields: object) -> Instance:
    return of(Pod(containers, grace=grace, **fields))  # type: ignore[arg-type]


def whole(hand: Hand, target: Instance) -> dict[str, str]:
    """The ids of its containers by name, when nothing of it is left to start."""
    names = {one.name for one in target.pod.containers}

    def complete() -> bool:
        seen = hand.starts(target)
        running = {one.name for one in seen.containers if one.phase is Phase.RUNNING}
        return names <= running and not unfinished(target.pod, seen)

    eventually(complete, 20, f"{names} run")
    return {one.name: one.id for one in hand.sees(target.name).containers}


def main_of(seen: Incarnation) -> str:
    return next(one.id for one in seen.containers if one.role is Role.MAIN)


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def test_who_is_not_root_can_read_and_write_what_is_mounted(hand: Hand, engine: LabEngine) -> None:
    """Also below directories on the way, and by the group that owns the volumes, under a service's umask."""
    files = Files((RenderedFile("deep/er/a.conf", "a"), RenderedFile("b.conf", "b", mode=0o400)))
    secret = Files((RenderedFile("password", "hush", mode=0o400, uid=1000),), secret=True)
    mounts = (
        Mount(files, "/etc/app"),
        Mount(secret, "/run/secrets"),
        Mount(Scratch("s"), "/scratch"),
        Mount(DataPath("shop/db"), "/db"),
    )
    security = Security(user="1000:1000", groups=("4000",))
    with umask(0o077):
        target = pod(container(mounts=mounts, security=security), fs_group=4000)
        found = main_of(hand.starts(target))
    assert shell(engine, found, "cat /etc/app/deep/er/a.conf /etc/app/b.conf") == "ab"
    assert shell(engine, found, "cat /run/secrets/password; ls /db; touch /scratch/x && echo ok") == "hushok"
    assert shell(engine, found, "stat -c '%a %g' /scratch; stat -c %g /scratch/x") == "2777 4000\n4000"


def test_a_volume_belongs_to_the_pods_group(hand: Hand, engine: LabEngine) -> None:
    """With what was in it before; and where its root is right already, nothing in it is touched."""
    data = Mount(NamedVolume("data"), "/data")
    before = pod(container(mounts=(data,)))
    filled = "mkdir -m 700 /data/d; echo x > /data/d/f; chmod 600 /data/d/f; ln -s /etc/passwd /data/link"
    shell(engine, main_of(hand.starts(before)), filled)
    hand.removes(hand.sees(before.name))
    security = Security(user="1000:1000", groups=("4000",))
    target = pod(container(mounts=(data,), security=security), fs_group=4000)
    found = main_of(hand.starts(target))
    assert shell(engine, found, "echo y >> /data/d/f && cat /data/d/f; stat -c %g /data/d/f /data") == (
        "x\ny\n4000\n4000"
    )
    shell(engine, found, "echo own > /data/own; chmod 600 /data/own")
    hand.removes(hand.sees(target.name))
    assert shell(engine, main_of(hand.starts(target)), "stat -c %a /data/own") == "600"


def test_memory_that_an_init_container_filled(hand: Hand, engine: LabEngine) -> None:
    """Is still there for the main one: the sandbox holds it in between, within its size."""
    mount = Mount(Scratch("fast", memory=True, size=1 << 20), "/fast")
    first = container(name="first", command=("sh", "-c", "echo kept > /fast/x"), mounts=(mount,))
    found = whole(hand, pod(container(name="main", mounts=(mount,)), init=(first,)))
    assert shell(
        engine, found["main"], "cat /fast/x; df -k /fast | tail -n 1 | tr -s ' ' | cut -d' ' -f1,2"
    ) == ("kept\ntmpfs 1024")


def test_memory_that_was_lost_with_its_sandbox(hand: Hand, engine: LabEngine) -> None:
    """The pod is seen to need a new beginning, and made anew it has what its init container puts there."""
    mount = Mount(Scratch("fast", memory=True), "/fast")
    first = container(name="first", command=("sh", "-c", "echo filled > /fast/x"), mounts=(mount,))
    target = pod(container(name="main", mounts=(mount,)), init=(first,))
    lost = whole(hand, target)
    engine.client.kill(lost["POD"])
    eventually(
        lambda: Phase.DEAD in {one.phase for one in hand.sees(target.name).containers}, 10, "it is seen"
    )
    assert hand.removes(hand.sees(target.name)) is None
    found = whole(hand, target)
    assert found["main"] != lost["main"]
    assert shell(engine, found["main"], "cat /fast/x") == "filled"


def test_secrets_after_a_reboot(hand: Hand, engine: LabEngine, shelf: Path) -> None:
    """The run directory is empty then; the specification has what stood in it."""
    secret = Files((RenderedFile("password", "hush"),), secret=True)
    target = pod(container(mounts=(Mount(secret, "/run/secrets"),)))
    found = main_of(hand.starts(target))
    assert (shelf / "run" / "secrets").stat().st_mode & 0o777 == 0o700
    engine.client.kill(found)
    hand.waits_for(target.name, Phase.EXITED)
    shutil.rmtree(shelf / "run")
    hand.does(Revive(hand.sees(target.name), BECAUSE, target))
    assert shell(engine, found, "cat /run/secrets/password") == "hush"


def test_init_containers_that_somebody_pruned(hand: Hand, engine: LabEngine) -> None:
    """Have done their work where a main one stands: nothing is run twice."""
    notes = Mount(Scratch("notes"), "/notes")
    first = container(name="first", command=("sh", "-c", "echo once >> /notes/all"), mounts=(notes,))
    target = pod(container(name="main", mounts=(notes,)), init=(first,))
    found = whole(hand, target)
    engine.client.remove_container(found["first"])
    assert unfinished(target.pod, hand.sees(target.name)) == ""
    hand.starts(target)
    assert shell(engine, found["main"], "cat /notes/all") == "once"


def test_what_serves_the_others_ends_after_them(hand: Hand, shelf: Path) -> None:
    """Main containers together, then sidecars, the last first."""
    notes = Mount(DataPath("notes"), "/notes")

    def noting(name: str, **fields: object) -> Container:
        script = f"trap 'echo {name} >> /notes/all; exit 0' TERM; {SLEEP[2].partition(';')[2]}"
        return container(name=name, command=("sh", "-c", script), mounts=(notes,), **fields)

    one, two = (noting(name, restart=Restart.ALWAYS) for name in ("z-first", "a-second"))
    target = pod(noting("main"), init=(one, two), grace=5)
    whole(hand, target)
    assert hand.removes(hand.sees(target.name)) is None
    noted = (shelf / "state" / "data" / "notes" / "all").read_text().split()
    assert noted == ["main", "a-second", "z-first"]


def test_grace_periods_do_not_add_up(hand: Hand) -> None:
    """Who ignores the signal is killed; all of them within one grace period, and the sidecar's last moment."""
    sidecar = container(name="helper", command=OBSTINATE, restart=Restart.ALWAYS)
    mains = [container(name=name, command=OBSTINATE) for name in ("a", "b", "c")]
    target = pod(*mains, init=(sidecar,), grace=1)
    whole(hand, target)
    assert hand.removes(hand.sees(target.name)) is None
    assert hand.observed().incarnations == ()


def test_a_grace_period_of_its_own(hand: Hand) -> None:
    """A probe that failed may leave less time to stop than the pod: who ignores the signal is killed after that."""
    target = pod(container(name="main", command=OBSTINATE), grace=3600)
    whole(hand, target)
    seen = hand.sees(target.name)
    attempt = hand.does(Revive(seen, BECAUSE, target, grace=1))
    assert attempt is not None
    assert not attempt.error
    (after,) = hand.sees(target.name).containers
    assert after.phase is Phase.RUNNING
    assert (after.started_at or 0) > (seen.containers[0].started_at or 0)


def test_engine_restart(hand: Hand, engine: LabEngine) -> None:
    """A pod comes back whole: by the engine itself, and what it left down or cut off by a restart."""
    if not engine.private:
        pytest.skip("only a private engine may be restarted")
    target = pod(container(name="a"), container(name="b"))
    before = whole(hand, target)
    engine.restart()

    def well() -> bool:
        seen = hand.sees(target.name)
        return all(one.phase is Phase.RUNNING and not one.stranded for one in seen.containers)

    def mended() -> bool:
        if not well():
            hand.does(Revive(hand.sees(target.name), BECAUSE, target))
        return well()

    eventually(mended, 30, "it is whole again")
    seen = hand.sees(target.name)
    assert {one.name: one.id for one in seen.containers} == before
    assert len({one.address for one in seen.containers}) == 1


def test_the_engines_own_health_check_is_seen(hand: Hand) -> None:
    """As it changes."""
    check = HealthCheck(("CMD-SHELL", "test -f /tmp/well"), interval=0.2, timeout=2, retries=1)
    command = ("sh", "-c", f"sleep 1; touch /tmp/well; {SLEEP[2]}")
    target = pod(container(command=command, healthcheck=check))
    assert hand.starts(target).containers[0].health == "starting"
    eventually(lambda: hand.container(target.name).health == "unhealthy", 10, "it is not well yet")
    eventually(lambda: hand.container(target.name).health == "healthy", 10, "it is well")


def test_what_vanished_while_nobody_looked_is_cleared(
    hand: Hand, engine: LabEngine, node: str, shelf: Path
) -> None:
    """Once, at the agent's next start: never data, and nothing that a container may have mounted."""
    mounts = (
        Mount(Files((RenderedFile("a", "a"),)), "/config"),
        Mount(Files((RenderedFile("b", "b"),), secret=True), "/secret"),
        Mount(Scratch("s"), "/scratch"),
        Mount(Scratch("m", memory=True), "/memory"),
        Mount(DataPath("kept"), "/data"),
    )
    made = Pod((container(mounts=mounts),), grace=2)
    gone, stands = (hand.starts(of(made, f"shop/Service/{name}#0")) for name in ("gone", "stands"))
    engine.client.remove_container(gone.containers[0].id, force=True)
    kept = Shelf(shelf / "state", shelf / "run", LOOKING_ONLY.export)
    again = DockerEngine(engine.url, node, Wake(), shelf=kept)
    again.start()
    try:
        assert len(again.observe().incarnations) == 1
    finally:
        again.stop()
    roots = (shelf / "state" / "config", shelf / "state" / "scratch", shelf / "run" / "secrets")
    keys = {one.name for root in roots for one in root.iterdir()}
    assert len(keys) == 1
    assert (shelf / "state" / "data" / "kept").is_dir()
    volumes = engine.client.volumes(filters={"label": [labels.INCARNATION, f"{labels.NODE}={node}"]})[
        "Volumes"
    ]
    assert [one["Labels"][labels.INCARNATION] for one in volumes] == list(keys)
    assert shell(engine, stands.containers[0].id, "cat /config/a /secret/b") == "ab"
