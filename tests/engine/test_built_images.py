"""Images that the engine builds from the repository, without a registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import docker.errors
import pytest

from pullet.engine.docker_engine import DockerEngine
from pullet.engine.stock import Shelf
from pullet.model.names import InstanceName
from pullet.model.observed import Attempt
from pullet.model.plan import Pull
from pullet.model.pod import Build, PullPolicy
from pullet.model.volumes import RepoPath
from pullet.repo.export import Exports
from pullet.repo.mirror import Mirror
from pullet.repo.remote import Remote
from pullet.wake import Wake
from tests.lab.engine import LabEngine
from tests.lab.git_servers import Work, bare_repository
from tests.lab.hand import Hand
from tests.lab.images import BUSYBOX

IMAGE = "pullet.test/built:1"
DOCKERFILE = f"FROM {BUSYBOX}\nARG GREETING=none\nCOPY . /srv\nRUN echo $GREETING > /srv/greeting\n"
FILES = {
    "app/Dockerfile": DOCKERFILE,
    "app/a.txt": "a",
    "app/secret.txt": "hush",
    "app/.dockerignore": "secret*\n",
}


class Builder:
    """A repository, its mirror, and an engine that builds from it."""

    def __init__(self, hand: Hand, work: Work, mirror: Mirror, engine: LabEngine) -> None:
        self.hand, self.work, self.mirror, self.engine = hand, work, mirror, engine

    def context(self) -> RepoPath:
        self.mirror.fetch()
        snapshot = self.mirror.snapshot()
        assert snapshot is not None
        found = snapshot.tree.identify("app")
        assert found is not None
        return RepoPath("app", found)

    def builds(self, build: Build) -> Attempt | None:
        name = InstanceName.parse("shop/Service/web#0")
        step = Pull(name, "0", IMAGE, PullPolicy.IF_NOT_PRESENT, "wanted", build)
        return self.hand.does(step, 60)

    def image(self) -> str:
        return str(self.engine.client.inspect_image(IMAGE)["Id"])  # type: ignore[no-untyped-call]

    def says(self, command: str) -> str:
        """What a shell in the image answers."""
        client = self.engine.client
        made = client.create_container(IMAGE, ["sh", "-c", command], network_disabled=True)["Id"]
        try:
            client.start(made)
            client.wait(made)
            return bytes(client.logs(made)).decode().strip()
        finally:
            client.remove_container(made, force=True)


@pytest.fixture
def builder(
    engine: LabEngine, node: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Builder]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    work = Work.beside(bare_repository(tmp_path / "served" / "fleet.git"))
    work.deploy(FILES)
    mirror = Mirror(tmp_path / "state", Remote((str(work.bare),)))
    exports = Exports(mirror.git, tmp_path / "state")
    ours = DockerEngine(
        engine.url, node, Wake(), shelf=Shelf(tmp_path / "state", tmp_path / "run", exports.place)
    )
    yield Builder(Hand(ours), work, mirror, engine)
    ours.stop()
    mirror.close()
    with suppress(docker.errors.NotFound):
        engine.client.remove_image(IMAGE, force=True)


def test_built_from_its_context(builder: Builder) -> None:
    """With its arguments and labels, and without what .dockerignore leaves out."""
    build = Build(builder.context(), args={"GREETING": "hello"}, labels={"by": "hand"}, network="none")
    assert builder.builds(build) is None
    assert builder.says("cat /srv/a.txt /srv/greeting; ls /srv") == "ahello\nDockerfile\na.txt\ngreeting"
    assert builder.engine.client.image_labels(IMAGE)["by"] == "hand"


def test_built_again_when_something_changes_and_not_otherwise(builder: Builder) -> None:
    """A commit elsewhere changes no context; one inside does, and so does another argument."""
    build = Build(builder.context(), network="none")
    assert builder.builds(build) is None
    first = builder.image()
    builder.work.deploy({"elsewhere.txt": "x"})
    assert builder.builds(replace(build, context=builder.context())) is None
    assert builder.image() == first
    builder.work.deploy({"app/a.txt": "b"})
    changed = replace(build, context=builder.context())
    assert builder.builds(changed) is None
    assert builder.says("cat /srv/a.txt") == "b"
    second = builder.image()
    assert builder.builds(replace(changed, args={"GREETING": "again"})) is None
    assert len({first, second, builder.image()}) == 3


def test_inline_dockerfile(builder: Builder) -> None:
    """Beside the context's files, of which its own Dockerfile is not used."""
    inline = f"FROM {BUSYBOX}\nCOPY a.txt /inline\n"
    assert builder.builds(Build(builder.context(), dockerfile_inline=inline)) is None
    assert builder.says("cat /inline; ls /srv") == "a"


def test_target_and_another_dockerfile(builder: Builder) -> None:
    """One stage of several, in a file of another name."""
    stages = f"FROM {BUSYBOX} AS one\nCMD one\nFROM scratch AS two\nCOPY a.txt /\n"
    builder.work.deploy({"app/docker/Other": stages})
    build = Build(builder.context(), dockerfile="docker/Other", target="one")
    assert builder.builds(build) is None
    assert builder.says("test -f /a.txt || echo one") == "one"


@pytest.mark.parametrize(
    ("dockerfile", "says", "refused"),
    [
        (f"FROM {BUSYBOX}\nRUN exit 3\n", "exit 3", True),
        (f"FROM {BUSYBOX}\nCOPY nothing /\n", "nothing", True),
        ("FROM 127.0.0.1:1/absent:1\n", "connection refused", False),
    ],
)
def test_a_build_that_fails(builder: Builder, dockerfile: str, says: str, refused: bool) -> None:
    """In the engine's words; a registry that is away is worth another try, the rest is for a person."""
    builder.work.deploy({"app/Dockerfile": dockerfile})
    failed = builder.builds(Build(builder.context(), network="none"))
    assert failed is not None
    assert says in failed.error
    assert failed.refused is refused
