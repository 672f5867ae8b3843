"""The command as a whole: right and wrong use, exit codes, help, and how an error is told."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from pullet import __version__
from tests.lab.agents import COMMAND, pullet

VERBS = (
    *("run", "once", "plan", "validate", "place", "status", "get", "describe", "logs", "exec", "history"),
    *("sync", "pause", "resume", "accept", "retry", "promote", "init", "install", "uninstall", "doctor"),
    "rollout",
)


def test_version() -> None:
    """It stands alone, on standard output."""
    done = pullet("--version")
    assert (done.code, done.out, done.err) == (0, f"pullet {__version__}\n", "")


def test_help_names_every_verb() -> None:
    """Each with a whole sentence: none is cut off."""
    done = pullet("--help")
    listed = re.findall(r"^  (\w+) +(\S.*)$", done.out.partition("Commands:")[2], re.MULTILINE)
    assert [verb for verb, _ in listed] == list(VERBS)
    assert [text for _, text in listed if not text.endswith(".") or text.endswith("...")] == []


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_is_whole(verb: str) -> None:
    """Each option and argument says what it means, in words and not in Python's types."""
    done = pullet(verb, "-h")
    assert done.code == 0
    assert done.out.startswith(f"Usage: pullet {verb} [OPTIONS]")
    rows = re.findall(
        r"^  (-{1,2}\w\S*(?:, --\S+)?(?: / --\S+)?(?: (?:<\S+>|[A-Z]+))?)(.*(?:\n {6,}.*)*)",
        done.out,
        re.MULTILINE,
    )
    assert rows
    assert [option for option, text in rows if not text.strip()] == []
    assert not re.search(r"<(str|path|float|int)>", done.out.partition("Options:")[2])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frob"], "Error: No such command 'frob'."),
        (["plan", "--frob"], "Error: No such option: --frob"),
        (["plan", "-o", "xml"], "'xml' is not one of 'table', 'json', 'yaml'"),
        (["once", "--timeout", "soon"], "Invalid value for '--timeout'"),
        (["accept"], "Missing argument 'REV'"),
        (["pause", "a", "b"], "unexpected extra argument"),
        (["--config"], "Option '--config' requires an argument"),
    ],
)
def test_wrong_use(arguments: list[str], said: str) -> None:
    """Exit 2, with the usage, on standard error."""
    done = pullet(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: pullet") or arguments == ["--config"]
    assert said in done.err


def test_no_verb_at_all() -> None:
    """The help, and exit 2."""
    done = pullet()
    assert done.code == 2
    assert "Commands:" in done.err


def test_an_error_is_one_line(tmp_path: Path) -> None:
    """What, where, and what to do; exit 1, and nothing on standard output."""
    done = pullet("--config", str(tmp_path / "none.yaml"), "history")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"pullet: {tmp_path}/none.yaml does not exist (name the settings with --config FILE)\n"


def test_the_settings_can_be_named_before_or_after_the_verb(tmp_path: Path) -> None:
    """And by the environment; the option at the verb is the strongest."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.yaml").write_text(f"node: {name}\nstate: {tmp_path}/{name}\n")

    def node(*arguments: str, **environment: str) -> str:
        return pullet(*arguments, environment=environment).err.partition(" ")[0]

    a, b, c = (str(tmp_path / f"{name}.yaml") for name in ("a", "b", "c"))
    assert node("history", PULLET_CONFIG=a) == "a"
    assert node("--config", b, "history", PULLET_CONFIG=a) == "b"
    assert node("--config", b, "history", "--config", c, PULLET_CONFIG=a) == "c"


def test_a_variable_that_means_nothing_is_named() -> None:
    """A typing error in a unit file is no secret."""
    done = pullet("history", environment={"PULLET_STAT": "/x"})
    assert done.err == "pullet: PULLET_STAT: stat: unknown key\n"


def test_a_reader_that_goes_away(checkout: Path) -> None:
    """`pullet place | head -1`: no traceback, whatever was still to be said."""
    writer = subprocess.Popen(
        [COMMAND, "place", checkout], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    assert writer.stderr.read() == ""
    writer.stderr.close()
    assert writer.wait(30) == 1
