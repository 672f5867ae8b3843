"""The door of the agent's settings: where they come from, and what is said of a mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pullet.model.errors import Refused
from pullet.settings import Settings, load_settings, node_name, seconds

URL = {"PULLET_REPO__URL": "/srv/fleet.git"}


@pytest.fixture(autouse=True)
def no_file_in_the_default_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may follow a fleet of its own."""
    monkeypatch.setattr("pullet.sources.DEFAULT_FILE", tmp_path / "none.yaml")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.yaml"


def refusal(file: Path, text: str, **environ: str) -> str:
    """What is said of these settings, without the directory."""
    file.write_text(text)
    with pytest.raises(Refused) as refused:
        load_settings(file, environ)
    return str(refused.value).replace(f"{file.parent}/", "")


def test_the_defaults(file: Path) -> None:
    """A URL is all that must be said."""
    file.write_text("repo: {url: /srv/fleet.git}\n")
    settings = load_settings(file, {})
    assert settings.repo.url == ("/srv/fleet.git",)
    assert (settings.repo.branch, settings.repo.path, settings.repo.poll) == ("main", ".", 30.0)
    assert settings.engine == "unix:///var/run/docker.sock"
    assert (settings.state, settings.run) == (Path("/var/lib/pullet"), Path("/run/pullet"))
    assert (settings.status.notes, settings.status.listen) == ("push", "127.0.0.1:7070")
    assert (settings.prune.images, settings.prune.keep) == (True, 7 * 24 * 3600)


def test_everything_said(file: Path) -> None:
    """Each key of the file arrives."""
    file.write_text(
        "node: edge-1\nlabels: {role: web}\n"
        "repo: {url: [a, b], branch: prod, path: fleet, poll: 500ms, ssh_key_file: /k, token_file: /t}\n"
        "engine: tcp://127.0.0.1:2375\nstate: /s\nrun: /r\n"
        "status: {notes: local, listen: '[::1]:1', token_file: /st}\n"
        "webhook: {secret_file: /w}\nprune: {images: false, keep: 12h}\npolicy_file: /p\ndrift: off\n"
    )
    settings = load_settings(file, {})
    assert settings.repo.url == ("a", "b")
    assert settings.repo.poll == 0.5
    assert settings.model_dump(mode="json", exclude={"repo"}) == {
        "node": "edge-1",
        "labels": {"role": "web"},
        "engine": "tcp://127.0.0.1:2375",
        "state": "/s",
        "run": "/r",
        "status": {"notes": "local", "listen": "[::1]:1", "token_file": "/st"},
        "webhook": {"secret_file": "/w"},
        "prune": {"images": False, "keep": 43200.0},
        "policy_file": "/p",
        "drift": "off",
    }


def test_the_environment_stands_on_top_of_the_file(file: Path) -> None:
    """One variable changes one key, and the others keep what the file says."""
    file.write_text("node: edge-1\nlabels: {role: web}\nrepo: {url: /a, branch: old}\n")
    environ = {
        "PULLET_REPO__BRANCH": "new",
        "PULLET_LABELS": "{zone: north}",
        "PULLET_STATUS__NOTES": "off",
        "HOME": "/x",
    }
    settings = load_settings(file, environ)
    assert (settings.node, settings.repo.url, settings.repo.branch) == ("edge-1", ("/a",), "new")
    assert settings.labels == {"role": "web", "zone": "north"}
    assert settings.status.notes == "off"


def test_a_list_in_a_variable() -> None:
    """Lists and mappings are written as in YAML."""
    assert load_settings(None, {"PULLET_REPO__URL": "[/a, /b]"}).repo.url == ("/a", "/b")


def test_an_empty_variable_sets_nothing() -> None:
    """As shells and unit files leave them behind."""
    assert (
        load_settings(None, {**URL, "PULLET_REPO__TOKEN_FILE": "", "PULLET_CONFIG": ""}).repo.token_file
        is None
    )


def test_the_file_of_the_environment(file: Path) -> None:
    """PULLET_CONFIG names the file, and a file that is named on the command line comes before it."""
    file.write_text("repo: {url: /named}\n")
    other = file.with_name("other.yaml")
    other.write_text("repo: {url: /environment}\n")
    environ = {"PULLET_CONFIG": str(other)}
    assert load_settings(None, environ).repo.url == ("/environment",)
    assert load_settings(file, environ).repo.url == ("/named",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("repo: {url: a, brunch: b}", "agent.yaml:1:24: repo.brunch: unknown key"),
        ("repo:\n  url: a\nfrob: 1", "agent.yaml:3:7: frob: unknown key"),
        (
            "repo:\n  url: a\n  poll: 30",
            "agent.yaml:3:9: repo.poll: write a duration with its unit: 500ms, 30s, 5m",
        ),
        ("repo: {url: a, poll: 3 s}", "agent.yaml:1:22: repo.poll: write a duration"),
        ("repo: {url: a, poll: -3s}", "agent.yaml:1:22: repo.poll: write a duration"),
        ("repo: {url: a, poll: 0s}", "agent.yaml:1:22: repo.poll: is too often; 100ms is the least"),
        ("repo: {url: 5}", "agent.yaml:1:13: repo.url: must be a URL or a path, or a list of them"),
        ("repo: here", "agent.yaml:1:7: repo: must be a mapping of keys"),
        ("repo: {branch: main}", "agent.yaml:1:7: repo.url: is missing; set it here or as PULLET_REPO__URL"),
        ("node: a", "agent.yaml:1:1: repo.url: is missing"),
        ("- a", "agent.yaml:1:1: the settings must be a mapping of keys"),
        ("repo: {url: a}\nrepo: {url: b}", 'agent.yaml:2:1: the key "repo" stands here a second time'),
        ("repo: {url: a}\n---\nx: 1", "agent.yaml:3:1: the file must hold one document"),
        ("repo: {url: [\n", "agent.yaml:2:1: is not valid YAML"),
        ("repo: {url: a}\nlabels: {gpu: 1}", "agent.yaml:2:15: labels.gpu: must be text; put it in quotes"),
        (
            "repo: {url: a}\nnode: Edge_1",
            "agent.yaml:2:7: node: 'Edge_1' cannot name a node; use small letters",
        ),
        ("repo: {url: a}\nstatus: {listen: 7070}", "agent.yaml:2:18: status.listen: must be text"),
        (
            "repo: {url: a}\nstatus: {listen: here}",
            "agent.yaml:2:18: status.listen: 'here' is not an address",
        ),
        (
            "repo: {url: a}\nstatus: {notes: yes}",
            "agent.yaml:2:17: status.notes: Input should be 'push', 'local' or",
        ),
    ],
)
def test_a_mistake_in_the_file(file: Path, text: str, said: str) -> None:
    """File, line, column, the key, and what is wrong with it."""
    assert refusal(file, text).startswith(said)


def test_every_mistake_is_said_at_once(file: Path) -> None:
    """One line each."""
    said = refusal(file, "frob: 1\nrepo: {url: a, poll: 1}\n", PULLET_X="1")
    assert [line.partition(": ")[0] for line in said.splitlines()] == [
        "agent.yaml:2:22",
        "agent.yaml:1:7",
        "PULLET_X",
    ]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"PULLET_HOME": "/x"}, "PULLET_HOME: home: unknown key"),
        ({"PULLET_FROB__X": "1"}, "PULLET_FROB__X: frob: unknown key"),
        ({"PULLET_REPO__POLL": "soon"}, "PULLET_REPO__POLL: repo.poll: write a duration"),
        ({"PULLET_REPO__URL": "[/a"}, "PULLET_REPO__URL:1:1: is not valid YAML"),
        ({"PULLET_REPO": "/a", "PULLET_REPO__URL": ""}, "PULLET_REPO: repo: must be a mapping of keys"),
    ],
)
def test_a_mistake_in_the_environment(environ: dict[str, str], said: str) -> None:
    """It is the variable that is named, and no file."""
    with pytest.raises(Refused, match=re.escape(said)):
        load_settings(None, URL | environ)


def test_nothing_is_set_anywhere() -> None:
    """A new user hears what to do about it."""
    with pytest.raises(
        Refused, match=r"repo.url is set nowhere: there is no .*none.yaml; name the settings with"
    ):
        load_settings(None, {})


def test_a_file_that_is_named_must_exist(file: Path) -> None:
    """Whoever names one means it."""
    named: tuple[tuple[Path | None, dict[str, str]], ...] = ((file, {}), (None, {"PULLET_CONFIG": str(file)}))
    for arguments in named:
        with pytest.raises(
            Refused, match=r"agent.yaml does not exist \(name the settings with --config FILE\)"
        ):
            load_settings(*arguments)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    """What the operating system says is passed on."""
    with pytest.raises(Refused, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


def test_what_is_assumed_stands_below_everything(file: Path) -> None:
    """Verbs that can do without a repository say so."""
    assumed = {"repo": {"url": "."}}
    file.write_text("node: edge-1\n")
    assert load_settings(file, {}, assumed).repo.url == (".",)
    assert load_settings(file, URL, assumed).repo.url == ("/srv/fleet.git",)


def test_an_unquoted_off_is_off(file: Path) -> None:
    """YAML reads it as false, and people mean the word."""
    file.write_text("repo: {url: a}\nstatus: {notes: off}\n")
    assert load_settings(file, {}).status.notes == "off"


@pytest.mark.parametrize(
    ("text", "value"), [("500ms", 0.5), ("30s", 30), ("5m", 300), ("1h", 3600), ("1.5s", 1.5)]
)
def test_durations(text: str, value: float) -> None:
    """A number and its unit."""
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "30", "s", "5 m", "-1s", "1d", "1e3s", "5M", 30, None, ["5s"]])
def test_what_is_no_duration(text: object) -> None:
    """A bare number could mean anything."""
    with pytest.raises(ValueError, match="write a duration with its unit"):
        seconds(text)


@pytest.mark.parametrize("name", ["", "Edge", "a_b", "a..b", "-a", "a.", "a.lock", "a b", "a/b", "é"])
def test_what_cannot_name_a_node(name: str) -> None:
    """It becomes a label, a file name and a Git reference."""
    with pytest.raises(ValueError, match="cannot name a node"):
        node_name(name)


def test_the_hosts_name_must_do_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A default is looked at as what a person writes is."""
    monkeypatch.setattr("socket.gethostname", lambda: "Edge_1")
    with pytest.raises(Refused, match="node: 'edge_1' cannot name a node"):
        load_settings(None, URL)


def test_settings_do_not_change() -> None:
    """They are read once."""
    settings = load_settings(None, URL)
    assert isinstance(settings, Settings)
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, "node", "other")  # noqa: B010 - the type checker knows it, too
