"""The applications below tests/e2e/apps, and how what stands on an engine is compared with what each must be.

An application is a directory with a `compose.yaml`, or a file of Kubernetes objects. Its expectations stand beside it
in `expect.yaml`, or in `NAME.expect.yaml`:

    warns: [FIELD]                    what `pullet validate` warns of, exactly; nothing where it is not said
    containers:                       each that stands, but for the sandboxes of pods, and no other
      SERVICE#1:                      of Compose; without `#`, the first
        is: {PATH: VALUE}             a path into what `inspect` says, and all that is found there
        has: {PATH: PART}             the same, but only what must be found among other things
        says: {COMMAND: OUTPUT}       run inside by sh, exits 0
        fails: [COMMAND]
        resolves: {NAME: [CONTAINER]} whose addresses a name leads to; none where it is not known
      Kind/name#0.container:          of Kubernetes; without `.`, the only one; `.POD` is the sandbox
    networks: {NAME: {is, has}}       made for the node, by their names in the model
    volumes: {NAME: {is, has}}        by the engine's names
    answers: {ADDRESS:PORT: TEXT}     what an HTTP server says there, asked from the node

In expectations `$NODE`, `$STATE`, `$RUN` and `$COMMIT` stand for what only the run knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import yaml

from pullet.engine import labels
from tests.lab.agents import END, WITH_END, Agent
from tests.lab.wait import eventually

APPS = Path(__file__).parents[1] / "e2e" / "apps"
KEY = re.compile(r"(?P<workload>[^#.]+)(#(?P<ordinal>[^.]+))?(\.(?P<container>.+))?")
SOON = 15.0
"""Seconds in which something must be as it is said to be."""


@dataclass(frozen=True, slots=True)
class App:
    """`files` are paths in the fleet's repository, below `root`; `expect` is the text of what must be true."""

    name: str
    files: Mapping[str, str]
    expect: str

    @classmethod
    def of(cls, path: Path) -> App:
        where = path.parent.relative_to(APPS)
        if path.is_dir():
            found = {str(one.relative_to(APPS)): one.read_text() for one in path.rglob("*") if one.is_file()}
            expect = found.pop(f"{where}/{path.name}/expect.yaml")
            return cls(f"{where}/{path.name}", found, expect)
        name = f"{where}/{path.stem}"
        return cls(name, {f"{name}.yaml": path.read_text()}, path.with_suffix(".expect.yaml").read_text())

    def moved(self, places: Mapping[str, str]) -> App:
        """Where what it uses of the node, paths and addresses, stands elsewhere."""
        files = {path: _replaced(text, places) for path, text in self.files.items()}
        return App(self.name, files, _replaced(self.expect, places))


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def all_apps() -> list[App]:
    compose = (path for path in (APPS / "compose").iterdir() if path.is_dir())
    pods = (path for path in (APPS / "pods").glob("*.yaml") if not path.name.endswith(".expect.yaml"))
    return [App.of(path) for path in sorted([*compose, *pods])]


def files_of(apps: list[App]) -> dict[str, str]:
    """A repository with all of them in it."""
    return {path: text for app in apps for path, text in app.files.items()}


class Played:
    """One application as it stands on an agent's engine, once the agent has converged."""

    def __init__(self, app: App, agent: Agent) -> None:
        self.app = app
        self.agent = agent
        known = {
            "NODE": agent.node,
            "STATE": str(agent.state),
            "RUN": str(agent.settings["run"]),
            "COMMIT": agent.work.head,
        }
        text = _replaced(app.expect, {f"${name}": value for name, value in known.items()})
        self.expect: dict[str, Any] = yaml.safe_load(text)

    @cached_property
    def standing(self) -> list[dict[str, Any]]:
        """What `inspect` says of each container of this application."""
        client = self.agent.engine.client
        rows = client.containers(all=True, filters={"label": f"{labels.NODE}={self.agent.node}"})
        ours = [row for row in rows if row["Labels"][labels.PATH] in self.app.files]
        return [client.inspect_container(row["Id"]) for row in ours]

    def container(self, key: str) -> dict[str, Any]:
        match = KEY.fullmatch(key)
        assert match, key
        workload = match["workload"] if "/" in match["workload"] else f"Service/{match['workload']}"
        name = f"{workload}#{match['ordinal'] or '0'}"
        found = [one for one in self.standing if _label(one, labels.INSTANCE).partition("/")[2] == name]
        found = [one for one in found if _is_named(one, match["container"])]
        assert len(found) == 1, f"{key}: {[one['Name'] for one in found]} of {self.names()}"
        return found[0]

    def names(self) -> list[str]:
        """Of everything that stands, for messages."""
        return sorted(
            f"{_label(one, labels.INSTANCE)}.{_label(one, labels.CONTAINER)} {one['State']['Status']}"
            for one in self.standing
        )

    def check(self) -> None:
        """Everything that is expected of it; all that is not so is told together."""
        wanted: dict[str, dict[str, Any]] = self.expect["containers"]
        found = {key: self.container(key) for key in wanted}
        more = [one for one in self.standing if one not in found.values() and not _is_sandbox(one)]
        wrong = [f"stands too: {one['Name']}" for one in more]
        for key, expected in wanted.items():
            assert expected.keys() <= {"is", "has", "says", "fails", "resolves"}, expected.keys()
            wrong += [f"{key}: {text}" for text in self._wrong(found[key], expected)]
        for name, expected in self.expect.get("networks", {}).items():
            wrong += [f"{name}: {text}" for text in _told(self._network(name), expected)]
        for name, expected in self.expect.get("volumes", {}).items():
            wrong += [f"{name}: {text}" for text in _told(self._volume(name), expected)]
        for address, text in self.expect.get("answers", {}).items():
            with urlopen(f"http://{address}/", timeout=SOON) as reply:
                wrong += _differs(f"http://{address}/", text, reply.read().decode())
        assert not wrong, "\n".join(wrong)

    def _wrong(self, container: dict[str, Any], expected: dict[str, Any]) -> list[str]:
        wrong = _told(container, expected)
        for command, output in expected.get("says", {}).items():
            wrong += self._says(container, command, str(output))
        for command in expected.get("fails", ()):
            code, said = self._run(container, command)
            wrong += [] if code else [f"$ {command}: succeeds: {said}"]
        for name, keys in expected.get("resolves", {}).items():
            wrong += self._resolves(container, name, keys)
        return wrong

    def _network(self, name: str) -> dict[str, Any]:
        marks = [f"{labels.NODE}={self.agent.node}", f"{labels.NAMESPACE}={name}"]
        (found,) = self.agent.engine.client.networks(filters={"label": marks})
        return dict(found)

    def _volume(self, name: str) -> dict[str, Any]:
        return dict(self.agent.engine.client.inspect_volume(name))

    def _says(self, container: dict[str, Any], command: str, output: str) -> list[str]:
        """Soon: a hook or another container may have to write it first."""
        said = (0, "")

        def now() -> bool:
            nonlocal said
            said = self._run(container, command)
            return said == (0, output)

        try:
            eventually(now, SOON / 5)
        except AssertionError:
            return _differs(f"$ {command}", (0, output), said)
        return []

    def _resolves(self, container: dict[str, Any], name: str, keys: list[str]) -> list[str]:
        wanted = {address for key in keys for address in self._addresses(self.container(key))}
        _, said = self._run(container, f"nslookup -type=a {name}")
        found = set(re.findall(r"^Address(?: \d+)?: ([0-9.]+)$", said.partition("Name:")[2], re.MULTILINE))
        return (
            [] if found <= wanted and bool(found) == bool(wanted) else _differs(name, wanted, (found, said))
        )

    def _addresses(self, container: dict[str, Any]) -> list[str]:
        """Of the pod: its sandbox has them, where it has one."""
        holder = container["HostConfig"]["NetworkMode"].partition("container:")[2]
        if holder:
            container = self.agent.engine.client.inspect_container(holder)
        networks = container["NetworkSettings"]["Networks"]
        return [network["IPAddress"] for network in networks.values()]

    def _run(self, container: dict[str, Any], command: str) -> tuple[int, str]:
        client, whole, output = self.agent.engine.client, "", ""
        while not whole:  # the engine loses the output of a short command now and then
            words = ["sh", "-c", WITH_END, "sh", "sh", "-c", command]
            exec_id = client.exec_create(container["Id"], words)["Id"]
            output, whole, _ = client.exec_start(exec_id).decode().partition(END)
        return client.exec_inspect(exec_id)["ExitCode"], output.strip()


def _label(container: dict[str, Any], name: str) -> str:
    return str(container["Config"]["Labels"][name])


def _is_sandbox(container: dict[str, Any]) -> bool:
    return _label(container, labels.CONTAINER) == labels.SANDBOX_NAME


def _is_named(container: dict[str, Any], name: str | None) -> bool:
    return not _is_sandbox(container) if name is None else _label(container, labels.CONTAINER) == name


def _told(inspected: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Where what the engine was told differs."""
    wrong = []
    for path, value in expected.get("is", {}).items():
        wrong += _differs(path, value, _at(inspected, path))
    for path, part in expected.get("has", {}).items():
        found = _at(inspected, path)
        wrong += [] if _holds(part, found) else [f"{path}: {_shown(part)} is not in {_shown(found)}"]
    return wrong


def _at(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _holds(part: Any, whole: Any) -> bool:
    """Whether all of the part is found in the whole; an item of a list anywhere in it."""
    match part, whole:
        case dict(), dict():
            return all(key in whole and _holds(value, whole[key]) for key, value in part.items())
        case list(), list():
            return all(any(_holds(one, other) for other in whole) for one in part)
    return bool(part == whole)


def _differs(what: str, wanted: Any, found: Any) -> list[str]:
    return [] if wanted == found else [f"{what}: is {_shown(found)} and not {_shown(wanted)}"]


def _shown(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
