"""A person's word: written by a verb or by hand, read by the loop, seen at once by the watcher."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from pullet.model.errors import Refused
from pullet.model.memory import Words
from pullet.model.names import WorkloadName
from pullet.wake import Wake
from pullet.words import WordFiles, WordWatcher
from tests.lab.wait import eventually


@pytest.fixture
def words(tmp_path: Path) -> WordFiles:
    return WordFiles(tmp_path / "state")


def test_silence(words: WordFiles) -> None:
    """Nothing was said, and asking leaves no trace."""
    assert words.read() == Words()
    assert not words.folder.exists()


def test_a_pause_and_its_end(words: WordFiles) -> None:
    """The reason stands until somebody lets the agent go on."""
    words.pause("by ada: moving house")
    assert words.read().paused == "by ada: moving house"
    words.pause("by bob")
    assert words.read().paused == "by bob"
    assert words.resume()
    assert words.read() == Words()
    assert not words.resume()


@pytest.mark.parametrize("text", ["", "\n", "  "])
def test_a_pause_without_a_reason(words: WordFiles, text: str) -> None:
    """An empty file pauses too: `touch` is a word."""
    words.pause("x")
    (words.folder / "paused").write_text(text)
    assert words.read().paused == "no reason given"


def test_a_pause_in_another_encoding(words: WordFiles) -> None:
    """What cannot be read as text still pauses."""
    words.pause("x")
    (words.folder / "paused").write_bytes(b"caf\xe9")
    assert words.read().paused == "caf\ufffd"


def test_accepted_revisions_add_up(words: WordFiles) -> None:
    """Each is remembered, whatever else is said."""
    words.accept("a" * 40)
    words.pause("x")
    words.accept("b" * 40)
    words.accept("b" * 40)
    words.resume()
    assert words.read().accepted == {"a" * 40, "b" * 40}


def test_a_retry_says_when(words: WordFiles) -> None:
    """A file for each workload; the last time counts."""
    web = WorkloadName("shop", "Deployment", "web")
    words.retry(web)
    (file,) = (words.folder / "retried").iterdir()
    os.utime(file, (5, 5))
    assert words.read().retried == {"shop/Deployment/web": 5}
    words.retry(web)
    assert words.read().retried["shop/Deployment/web"] > 5


def test_a_promotion_says_when(words: WordFiles) -> None:
    """As a retry does, and it is another word."""
    words.promote(WorkloadName("shop", "Deployment", "web"))
    (file,) = (words.folder / "promoted").iterdir()
    os.utime(file, (5, 5))
    assert words.read() == Words(promoted={"shop/Deployment/web": 5})


def test_what_cannot_be_read_is_not_silence(words: WordFiles) -> None:
    """Whether the agent is paused is not known, and it must not act as if it were not."""
    (words.folder / "paused").mkdir(parents=True)
    with pytest.raises(Refused, match=r"words/paused cannot be read: Is a directory"):
        words.read()


def test_who_may_not_write_may_not_speak(tmp_path: Path) -> None:
    """A sentence instead of a traceback."""
    (tmp_path / "state").write_text("a file where the directory should be")
    words = WordFiles(tmp_path / "state")
    for speak in (words.sync, lambda: words.pause("x"), lambda: words.accept("a")):
        with pytest.raises(Refused, match=r"state(/words)?(/accepted)? cannot be written: Not a directory"):
            speak()


@pytest.fixture
def heard(words: WordFiles) -> Iterator[tuple[Wake, Event]]:
    """What wakes the loop, and whether it was `sync`."""
    wake, synced = Wake(), Event()
    watcher = WordWatcher(words, wake, synced.set)
    watcher.start()
    yield wake, synced
    watcher.stop()


def said(speak: Callable[[], object], is_heard: Callable[[], bool]) -> Callable[[], bool]:
    """To be asked again and again: the watch begins in a thread of its own, and may miss the first word."""

    def ask() -> bool:
        speak()
        return is_heard()

    return ask


def test_each_word_wakes(words: WordFiles, heard: tuple[Wake, Event]) -> None:
    """Pause, resume and accept are seen long before the loop would look by itself."""
    wake, synced = heard
    for speak in (partial(words.pause, "x"), words.resume, partial(words.accept, "a")):
        eventually(said(speak, lambda: wake.wait(0.2) == ("word",)), what="the loop is woken")
    assert not synced.is_set()


def test_sync_is_told_apart(words: WordFiles, heard: tuple[Wake, Event]) -> None:
    """It asks for a fetch."""
    _, synced = heard
    eventually(said(words.sync, lambda: synced.wait(0.2)), what="sync is heard")


def test_no_place_for_words(tmp_path: Path) -> None:
    """A file where the folder should be is told of, and a watcher that could not start can be stopped."""
    (tmp_path / "words").write_text("")
    watcher = WordWatcher(WordFiles(tmp_path), Wake(), lambda: None)
    with pytest.raises(Refused, match="words cannot be written"):
        watcher.start()
    watcher.stop()
