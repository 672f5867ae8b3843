"""The last good revision, and how soon news of another arrives."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pullet.repo.follower import LONGEST, Follower, next_look
from pullet.repo.mirror import Mirror
from tests.lab.git_servers import Work, git, http_server
from tests.lab.wait import eventually
from tests.repo.conftest import MirrorOf

HOUR = 3600.0


class Wakes(list[str]):
    """Remembers who called."""

    def __call__(self, reason: str) -> None:
        self.append(reason)


FollowerOf = Callable[[Mirror], Follower]


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


@pytest.fixture
def follower_of(wakes: Wakes) -> Iterator[FollowerOf]:
    """Start a follower of a mirror; it is stopped at the end."""
    started: list[Follower] = []

    def start(mirror: Mirror) -> Follower:
        started.append(Follower(mirror, mirror.remote, wakes, time.time))
        started[-1].start()
        return started[-1]

    yield start
    for follower in started:
        follower.stop()


def commit_of(follower: Follower) -> str | None:
    snapshot = follower.latest()
    return snapshot.revision.commit if snapshot else None


def arrives(follower: Follower, commit: str) -> None:
    eventually(lambda: commit_of(follower) == commit, what=f"the follower has {commit}")


def test_push_is_seen_through_the_watch(work: Work, mirror_of: MirrorOf, follower_of: FollowerOf) -> None:
    """A repository on this machine is watched: commits arrive though the poll is an hour away."""
    first = work.deploy({"a.yaml": "one"})
    follower = follower_of(mirror_of(work.bare, poll=HOUR))
    eventually(lambda: commit_of(follower) == first)
    for number in range(3):
        commit = work.deploy({"a.yaml": f"number {number}"})
        arrives(follower, commit)


def test_packed_references_are_watched(work: Work, mirror_of: MirrorOf, follower_of: FollowerOf) -> None:
    """A branch that moves after its references were packed is seen too."""
    work.deploy({"a.yaml": "one"})
    follower = follower_of(mirror_of(work.bare, poll=HOUR))
    eventually(follower.latest)
    git(work.bare, "pack-refs", "--all")
    commit = work.deploy({"a.yaml": "two"})
    eventually(lambda: commit_of(follower) == commit)


def test_branch_in_a_directory_is_watched(work: Work, mirror_of: MirrorOf, follower_of: FollowerOf) -> None:
    """A branch such as env/prod is seen from its first push on, before which its directory does not exist."""
    follower = follower_of(mirror_of(work.bare, branch="env/prod", poll=HOUR))
    eventually(lambda: follower.fetched().at)
    for text in ("one", "two"):
        commit = work.commit({"a.yaml": text})
        work.push(branch="env/prod")
        arrives(follower, commit)


def test_commit_in_a_watched_checkout_is_seen(
    work: Work, mirror_of: MirrorOf, follower_of: FollowerOf
) -> None:
    """Following somebody's checkout, each commit is seen, pushed or not."""
    work.commit({"a.yaml": "one"})
    follower = follower_of(mirror_of(f"file://{work.path}", poll=HOUR))
    eventually(follower.latest)
    commit = work.commit({"a.yaml": "two"})
    eventually(lambda: commit_of(follower) == commit)


def test_notes_do_not_wake(work: Work, mirror_of: MirrorOf, follower_of: FollowerOf, wakes: Wakes) -> None:
    """Notes that agents push make nobody fetch; the branch's next move does."""
    work.deploy({"a.yaml": "one"})
    follower = follower_of(mirror_of(work.bare, poll=HOUR))
    eventually(follower.latest)
    before = follower.fetched().at
    wakes.clear()
    for number in range(5):
        git(work.bare, "notes", "--ref=pullet/edge-9", "add", "--force", "-m", f"{number}", "main")
    assert follower.fetched().at == before
    commit = work.deploy({"a.yaml": "two"})
    eventually(lambda: commit_of(follower) == commit)
    assert wakes == ["git"]


def test_poll_sees_what_is_not_watched(work: Work, mirror_of: MirrorOf, follower_of: FollowerOf) -> None:
    """Over a network the poll brings the news."""
    work.deploy({"a.yaml": "one"})
    with http_server(work.bare.parent) as url:
        follower = follower_of(mirror_of(f"{url}/{work.bare.name}", poll=0.1))
        eventually(follower.latest)
        commit = work.deploy({"a.yaml": "two"})
        eventually(lambda: commit_of(follower) == commit)
        follower.stop()


def test_poke_fetches_now_and_says_when_done(
    work: Work, mirror_of: MirrorOf, follower_of: FollowerOf, wakes: Wakes
) -> None:
    """A webhook's poke fetches without waiting for the poll, and wakes the loop also when there is no news."""
    commit = work.deploy({"a.yaml": "one"})
    with http_server(work.bare.parent) as url:
        follower = follower_of(mirror_of(f"{url}/{work.bare.name}", poll=HOUR))
        eventually(lambda: follower.latest() and follower.fetched().at)
        wakes.clear()
        follower.poke()
        eventually(lambda: wakes == ["git"])
        assert commit_of(follower) == commit
        commit = work.deploy({"a.yaml": "two"})
        follower.poke()
        eventually(lambda: commit_of(follower) == commit)
        follower.stop()


def test_remote_away_keeps_the_last_good_snapshot(
    work: Work, mirror_of: MirrorOf, follower_of: FollowerOf, wakes: Wakes, tmp_path: Path
) -> None:
    """While the remote is away the snapshot stays and the error says why, once; when it is back, all is well."""
    first = work.deploy({"a.yaml": "one"})
    follower = follower_of(mirror_of(work.bare, poll=0.05))
    eventually(follower.latest)
    with capture_logs() as logs:
        work.bare.rename(tmp_path / "away.git")
        eventually(lambda: follower.fetched().error)
        failed_at = follower.fetched().at
        for _ in range(3):
            wakes.clear()
            follower.poke()
            eventually(lambda: wakes)
        assert commit_of(follower) == first
        assert follower.fetched().at == failed_at
        (tmp_path / "away.git").rename(work.bare)
        eventually(lambda: not follower.fetched().error)
    assert [line["event"] for line in logs] == ["fetch_failed", "fetch_recovered"]


def test_reboot_without_network_starts_from_the_mirror(
    work: Work, mirror_of: MirrorOf, follower_of: FollowerOf
) -> None:
    """A new process that cannot reach the remote has the last revision, and says that it was never fetched."""
    commit = work.deploy({"a.yaml": "one"})
    mirror_of(work.bare).fetch()
    shutil.rmtree(work.bare)
    follower = follower_of(mirror_of(work.bare))
    eventually(follower.latest)
    eventually(lambda: follower.fetched().error)
    assert commit_of(follower) == commit
    assert follower.fetched().at is None


def test_repository_that_comes_later_is_followed(
    work: Work, mirror_of: MirrorOf, follower_of: FollowerOf
) -> None:
    """An agent that starts before its repository exists waits for it."""
    commit = work.deploy({"a.yaml": "one"})
    elsewhere = work.bare.rename(work.bare.with_name("later.git"))
    follower = follower_of(mirror_of(work.bare, poll=0.1))
    eventually(lambda: follower.fetched().error)
    elsewhere.rename(work.bare)
    eventually(lambda: commit_of(follower) == commit)


def test_missing_directory_keeps_the_last_good_snapshot(
    work: Work, mirror_of: MirrorOf, follower_of: FollowerOf
) -> None:
    """A commit that takes the manifests' directory away removes nothing, and is said."""
    first = work.deploy({"apps/a.yaml": "one", "b.yaml": ""})
    follower = follower_of(mirror_of(work.bare, path="apps", poll=HOUR))
    eventually(follower.latest)
    work.deploy({"apps/a.yaml": None})
    eventually(lambda: "no directory apps" in follower.fetched().error)
    assert commit_of(follower) == first


def test_next_look_backs_off_and_is_capped() -> None:
    """After failures: soon, then ever later up to five minutes or the poll; what is refused begins with the poll."""
    assert next_look(30, 0) == 30
    assert [next_look(30, failures) for failures in (1, 2, 3)] == [2, 4, 8]
    assert next_look(30, 100) == LONGEST
    assert next_look(HOUR, 100) == HOUR
    assert next_look(30, 1, refused=True) == 30
    assert next_look(30, 50, refused=True) == LONGEST
    assert next_look(1, 1) == 1
