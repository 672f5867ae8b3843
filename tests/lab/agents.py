"""Agents as processes of the installed command, each a node of one fleet that follows one repository.

What a test believes comes from the engine and the repository; what the agent says is only waited for.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import yaml

from pullet.engine import labels
from tests.lab.asking import Reply, ask
from tests.lab.engine import LabEngine
from tests.lab.git_servers import Work, bare_repository, free_port
from tests.lab.pods import clear_node
from tests.lab.wait import eventually

COMMAND = Path(sys.executable).with_name("pullet")
PATIENCE = 60.0
"""Seconds that a wait may take on a busy machine; nothing here is expected to need them."""

END = "(the end)\n"
WITH_END = f'"$@"; code=$?; echo "{END.strip()}"; exit $code'


@dataclass(frozen=True, slots=True)
class Done:
    """One run of the command, ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return self.out + self.err


def pullet(
    *arguments: str | os.PathLike[str],
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    before: tuple[str, ...] = (),
    timeout: float = PATIENCE,
) -> Done:
    """Run the installed command to its end; `before` is put in front of it. Never shows a traceback."""
    done = subprocess.run(
        [*before, COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=_clean() | dict(environment or {}),
        cwd=cwd,
        timeout=timeout,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Standing:
    """A container as the engine tells it; `state` is its word, such as `running`."""

    id: str
    name: str
    instance: str
    hash: str
    commit: str
    image: str
    state: str


@dataclass(slots=True)
class Agent:
    """A node: its settings and state below `home`, and its process while one runs."""

    node: str
    home: Path
    engine: LabEngine
    work: Work
    settings: dict[str, Any]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def file(self) -> Path:
        return self.home / "agent.yaml"

    @property
    def state(self) -> Path:
        return Path(self.settings["state"])

    @property
    def url(self) -> str:
        return f"http://{self.settings['status']['listen']}"

    def change(self, changes: Mapping[str, Any]) -> None:
        """Settings that hold from the next start on."""
        self.settings = _merged(self.settings, changes)
        self.file.write_text(yaml.safe_dump(self.settings, sort_keys=False))

    def start(self) -> Agent:
        """Returns when the first report is there."""
        self.launch()
        eventually(self._reports, PATIENCE, f"{self.node} has a report")
        return self

    def launch(self) -> subprocess.Popen[bytes]:
        """Only begins; for those who cannot wait for a report."""
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [COMMAND, "run", "--config", self.file, "--log-json"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_clean(),
                start_new_session=True,
            )
        return self.process

    def stop(self) -> int:
        """As a service manager does it; the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash does it: at once, with nothing put in order."""
        self._end(signal.SIGKILL)

    def pullet(self, verb: str, *arguments: str, **how: Any) -> Done:
        """One run of a verb with this node's settings."""
        return pullet(verb, "--config", str(self.file), *arguments, **how)

    def ask(self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Reply:
        return ask(self.url + path, headers, body)

    def status(self) -> dict[str, Any]:
        """What `/status` says now; empty while nobody says anything."""
        with contextlib.suppress(OSError, HTTPException):
            reply = self.ask("/status")
            if reply.status == 200:
                return dict(json.loads(reply.text))
        return {}

    def reaches(self, state: str, commit: str | None = None, timeout: float = PATIENCE) -> dict[str, Any]:
        """The status, once the state is this one, of `commit` where one is named."""
        seen: dict[str, Any] = {}

        def there() -> bool:
            seen.update(self.status())
            return seen.get("state") == state and commit in (None, seen["commit"])

        self.waits(there, f"is {state} at {commit or 'any commit'}", timeout)
        return seen

    def follows(self, files: Mapping[str, str | None], message: str = "change") -> str:
        """Push these files, wait until this agent has converged to them; the commit."""
        commit = self.work.deploy(files, message)
        self.reaches("converged", commit)
        return commit

    def log(self, event: str = "") -> list[dict[str, Any]]:
        """What the agent logged so far, of one kind or all."""
        lines = [json.loads(line) for line in self._log_lines() if line.startswith("{")]
        return [line for line in lines if not event or line["event"] == event]

    def tail(self) -> str:
        return "\n".join(self._log_lines()[-40:])

    def containers(self) -> list[Standing]:
        """All of this node's on the engine, in whatever state."""
        filters = {"label": f"{labels.NODE}={self.node}"}
        return [_standing(row) for row in self.engine.client.containers(all=True, filters=filters)]

    def stands(self) -> dict[str, Standing]:
        """What runs, by instance; fails where an instance runs twice, or where something does not run."""
        found = self.containers()
        names = [one.instance for one in found]
        assert len(names) == len(set(names)), f"an instance stands twice: {sorted(names)}"
        assert {one.state for one in found} <= {"running"}, found
        return {one.instance: one for one in found}

    def ids(self) -> dict[str, str]:
        """The container of each instance; nothing else stands."""
        return {name: one.id for name, one in self.stands().items()}

    def inspected(self) -> dict[str, Any]:
        """What the engine knows of the only container."""
        (container,) = self.containers()
        return dict(self.engine.client.inspect_container(container.id))

    def running(self) -> set[str]:
        """The instances that run at this moment, whatever else there is."""
        return {one.instance for one in self.containers() if one.state == "running"}

    def runs(self, *instances: str) -> dict[str, str]:
        """The containers, once exactly these instances run."""
        self.waits(lambda: self.running() == set(instances), f"runs {', '.join(instances)}")
        return self.ids()

    def waits(self, condition: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
        """For something that comes of this node; where it does not, its containers and its log are shown."""
        try:
            eventually(condition, timeout, f"{self.node} {what}")
        except AssertionError as failure:
            shown = "\n".join(str(one) for one in self.containers())
            told = json.dumps(self.status(), indent=1)
            raise AssertionError(f"{failure}\n{shown}\n{told}\n{self.tail()}") from None

    def networks(self) -> set[str]:
        """The namespaces that have a network of this node's."""
        found = self.engine.client.networks(filters={"label": f"{labels.NODE}={self.node}"})
        names = [network["Labels"][labels.NAMESPACE] for network in found]
        assert len(names) == len(set(names)), f"a namespace has two networks: {names}"
        return set(names)

    def inside(self, instance: str, *command: str) -> tuple[int, str]:
        """Run a command in an instance's container: exit code and output."""
        (container,) = [one.id for one in self.containers() if one.instance == instance]
        client, whole = self.engine.client, ""
        while not whole:  # the engine loses the output of a short command now and then
            exec_id = client.exec_create(container, ["sh", "-c", WITH_END, "sh", *command])["Id"]
            output, whole, _ = client.exec_start(exec_id).decode().partition(END)
        return client.exec_inspect(exec_id)["ExitCode"], output

    def note_text(self, commit: str) -> str:
        """What the node wrote on a commit, as it stands in the repository; empty while there is none."""
        shown = subprocess.run(
            ["git", "notes", f"--ref=pullet/{self.node}", "show", commit],
            cwd=self.work.bare,
            capture_output=True,
            text=True,
            check=False,
        )
        return shown.stdout

    def note(self, commit: str) -> dict[str, Any]:
        return dict(yaml.safe_load(self.note_text(commit).partition("\n\n")[2]) or {})

    def notes(self, state: str, commit: str) -> dict[str, Any]:
        """The note, once it says this state."""
        self.waits(lambda: self.note(commit).get("state") == state, f"writes the note {state}")
        return self.note(commit)

    def tidy(self) -> None:
        """Nothing of this node is left on the machine."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        clear_node(self.engine.client, self.node)

    def bugs(self) -> list[str]:
        """Lines of the log that no state of the world excuses."""
        return [line for line in self._log_lines() if "Traceback" in line or '"bug"' in line]

    def _reports(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the agent ended with {self.process.returncode}: {self.tail()}"
        return bool(self.status())

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def _log_lines(self) -> list[str]:
        log = self.home / "log"
        return log.read_text().splitlines() if log.exists() else []


@dataclass(slots=True)
class Fleet:
    """A bare repository, somebody's checkout of it, and the nodes that follow it. Names are new for each fleet."""

    home: Path
    engine: LabEngine
    work: Work
    mark: str = field(default_factory=lambda: f"n{secrets.token_hex(4)}")
    agents: list[Agent] = field(default_factory=list)

    def node(self, name: str = "a") -> str:
        return f"{self.mark}-{name}"

    def agent(self, name: str = "a", settings: Mapping[str, Any] | None = None) -> Agent:
        """One more node, not started yet; `settings` are laid over the usual ones."""
        home = self.home / name
        home.mkdir()
        usual = {
            "node": self.node(name),
            "repo": {"url": str(self.work.bare)},
            "engine": self.engine.url,
            "state": str(home / "state"),
            "run": str(home / "run"),
            "status": {"listen": f"127.0.0.1:{free_port()}"},
        }
        agent = Agent(self.node(name), home, self.engine, self.work, usual)
        agent.change(settings or {})
        self.agents.append(agent)
        return agent


@contextlib.contextmanager
def new_fleet(home: Path, engine: LabEngine) -> Iterator[Fleet]:
    """Ends with nothing left of it, and fails where an agent had a bug on the way."""
    fleet = Fleet(home, engine, Work.beside(bare_repository(home / "fleet.git")))
    try:
        yield fleet
    finally:
        for agent in fleet.agents:
            agent.tidy()
    assert [bug for agent in fleet.agents for bug in agent.bugs()] == []


def _standing(row: Mapping[str, Any]) -> Standing:
    marks = row["Labels"]
    return Standing(
        id=row["Id"],
        name=row["Names"][0].removeprefix("/"),
        instance=marks[labels.INSTANCE],
        hash=marks[labels.HASH],
        commit=marks[labels.COMMIT],
        image=row["Image"],
        state=row["State"],
    )


def _clean() -> dict[str, str]:
    """The environment of the tests without what would configure an agent."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PULLET_")}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
