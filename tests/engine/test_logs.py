"""What containers wrote."""

import threading

import pytest

from pullet.engine.docker_engine import DockerEngine
from pullet.engine.logs import Excerpt
from pullet.model.errors import Transient
from pullet.model.observed import Phase
from pullet.model.pod import Restart
from tests.lab.hand import Hand
from tests.lab.pods import SLEEP, instance
from tests.lab.wait import eventually


def wrote(hand: Hand, script: str, **fields: object) -> str:
    """The id of a container that ran it to its end."""
    target = instance(command=("sh", "-c", script), restart=Restart.NEVER, **fields)  # type: ignore[arg-type]
    hand.starts(target)
    return hand.waits_for(target.name, Phase.EXITED).id


@pytest.mark.parametrize("tty", [False, True])
def test_both_streams(hand: Hand, docker_engine: DockerEngine, tty: bool) -> None:
    """With a terminal and without."""
    found = wrote(hand, "echo one; echo two >&2", tty=tty)
    assert sorted(b"".join(docker_engine.logs(found)).split()) == [b"one", b"two"]
    assert b"".join(docker_engine.logs(found, Excerpt(tail=1))).strip() in (b"one", b"two")


def test_what_was_written_between(hand: Hand, docker_engine: DockerEngine) -> None:
    """A time to begin at leaves out what was before it, and one to end at what came later."""
    target = instance(restart=Restart.NEVER, command=("sh", "-c", "echo one"))
    hand.starts(target)
    ended = hand.waits_for(target.name, Phase.EXITED)
    began, end = (ended.started_at or 0) - 5, (ended.finished_at or 0) + 1
    for part, expected in (
        (Excerpt(since=began), b"one\n"),
        (Excerpt(since=end), b""),
        (Excerpt(until=end), b"one\n"),
        (Excerpt(until=began), b""),
    ):
        assert b"".join(docker_engine.logs(ended.id, part)) == expected


def test_following_ends_with_the_container(hand: Hand, docker_engine: DockerEngine) -> None:
    """What is written later comes too."""
    script = f"echo ready; mkfifo /tmp/go; read line < /tmp/go; echo $line; {SLEEP[2]}"
    target = instance(command=("sh", "-c", script), restart=Restart.NEVER)
    found = hand.starts(target).containers[0].id
    chunks: list[bytes] = []
    reader = threading.Thread(target=lambda: chunks.extend(docker_engine.logs(found, Excerpt(follow=True))))
    reader.start()
    eventually(lambda: b"ready" in b"".join(chunks), 10, "the first line")
    docker_engine.run_check(found, ("sh", "-c", "echo later > /tmp/go"), 10)
    eventually(lambda: b"later" in b"".join(chunks), 10, "the second line")
    hand.removes(hand.sees(target.name))
    reader.join(10)
    assert not reader.is_alive()


def test_last_words(hand: Hand, docker_engine: DockerEngine) -> None:
    """The last lines, without what would act on a terminal; of one stream, as the engine orders no two."""
    script = r"for i in 1 2 3; do echo line $i; done; printf '\033[31mred\033[0m\a\ttab\r\n'"
    assert docker_engine.last_words(wrote(hand, script), 2) == "line 3\nred\ttab"


def test_last_words_are_bounded(hand: Hand, docker_engine: DockerEngine) -> None:
    """However long a line is, and whatever stands in it."""
    found = wrote(hand, r"head -c 100000 /dev/zero | tr '\0' x; printf '\377end'")
    words = docker_engine.last_words(found)
    assert len(words) <= 4096
    assert words.endswith("x�end")


def test_last_words_of_none(docker_engine: DockerEngine) -> None:
    """A container that is gone has none, and reading its logs says so."""
    assert docker_engine.last_words("0" * 64) == ""
    with pytest.raises(Transient, match="No such container"):
        next(docker_engine.logs("0" * 64))
