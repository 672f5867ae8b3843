"""Many who have news, one awakening."""

from __future__ import annotations

from threading import Barrier, Thread

from pullet.wake import Wake


def test_calls_coalesce() -> None:
    """However often it is called, the loop wakes once, and is told each reason once, in order."""
    wake = Wake()
    for reason in ("git", "engine", "git", "engine", "engine"):
        wake(reason)
    assert wake.wait(0) == ("git", "engine")
    assert wake.wait(0) == ()


def test_nothing_happened() -> None:
    """The time is over, and there is no reason."""
    assert Wake().wait(0.001) == ()


def test_who_waits_is_woken() -> None:
    """A call from another thread ends the wait; nobody waits for the whole time."""
    wake, ready = Wake(), Barrier(2)

    def call() -> None:
        ready.wait()
        wake("probe")

    caller = Thread(target=call)
    caller.start()
    ready.wait()
    assert wake.wait(60) == ("probe",)
    caller.join()


def test_no_reason_is_lost_between_two_waits() -> None:
    """Many threads call while one waits again and again: each reason arrives."""
    wake = Wake()
    names = {f"thread {number}" for number in range(8)}
    threads = [Thread(target=wake, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    heard: set[str] = set()
    while heard < names:
        reasons = wake.wait(10)
        assert reasons, f"only {heard} arrived"
        heard.update(reasons)
    for thread in threads:
        thread.join()
    assert heard == names
