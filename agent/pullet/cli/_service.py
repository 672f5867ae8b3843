"""What it takes to have Pullet run on this host, and to have it gone; `install` and `uninstall` show and do it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pullet.cli import _units
from pullet.cli._changes import Change, Remove, Systemctl, Write, asks
from pullet.cli._settings_file import Wanted, settings_change
from pullet.cli._units import Units
from pullet.model.errors import Refused

SYSTEMD_RUNS = Path("/run/systemd/system")
KEPT = (Path("etc/pullet"), Path("var/lib/pullet"), Path("run/pullet"))


@dataclass(frozen=True, slots=True)
class Host:
    """The machine that runs now, or with another `root` the tree of one that does not, such as an image's."""

    root: Path = Path("/")

    @property
    def is_live(self) -> bool:
        return self.root == Path("/")

    def path(self, path: Path) -> Path:
        return self.root / path.relative_to("/") if path.is_absolute() else self.root / path

    def unit(self, name: str) -> Path:
        return self.path(_units.DIRECTORY) / name

    def systemctl(self, *arguments: str, hint: str = "") -> Systemctl:
        return Systemctl((*self._there, *arguments), hint)

    def asks(self, *question: str) -> bool:
        return asks(*self._there, "--quiet", *question)

    @property
    def _there(self) -> tuple[str, ...]:
        return () if self.is_live else (f"--root={self.root}",)


@dataclass(frozen=True, slots=True)
class Service:
    """How the loop is to run: all the time, or by a timer. `start` is false where it is only to be prepared."""

    wanted: Wanted
    command: Path
    timed: bool = False
    start: bool = True
    host: Host = field(default_factory=Host)

    @property
    def units(self) -> Units:
        return Units(_units.TIMED if self.timed else _units.ALWAYS)


def refuse_unfit(host: Host) -> None:
    """Raises Refused unless units can be installed here."""
    if not host.is_live:
        return
    if not SYSTEMD_RUNS.is_dir():
        raise Refused(
            "systemd does not run this machine",
            hint="start `pullet run` by what does, or prepare another system's tree with --root DIR",
        )
    if os.geteuid() != 0:
        raise Refused("only root may set up a service", hint="try again with sudo")


def installing(service: Service) -> list[Change]:
    """What is left to do, in order: nothing when all of it is done. Raises Refused where it would destroy."""
    host = service.host
    others = [name for name in _units.ALL if name not in service.units.names and host.unit(name).exists()]
    settings = settings_change(host.path(service.wanted.path), service.wanted)
    units = [*_removing(host, others), *_unit_files(service)]
    changes = [*settings, *units, *(_reload(host) if units else ())]
    return [*changes, *_enabling(service, changed=bool(changes))]


def uninstalling(host: Host, *, purge: bool) -> list[Change]:
    """The units go; settings and state only with `purge`; containers and volumes never."""
    units = [name for name in _units.ALL if host.unit(name).exists()]
    changes: list[Change] = [*_removing(host, units), *(_reload(host) if units else ())]
    if purge:
        changes += [Remove(host.path(path)) for path in KEPT if host.path(path).exists()]
    return changes


def _unit_files(service: Service) -> Iterator[Change]:
    host, units = service.host, service.units
    files = [
        Write(host.unit(name), _units.rendered(name, command=service.command, config=service.wanted.path))
        for name in units.names
    ]
    drop_in = host.unit(f"{units.service}.d") / _units.LOCAL_REPOSITORY
    repository = _units.local_repository(service.wanted.repository(host.path(service.wanted.path)))
    if repository is not None:
        files.append(Write(drop_in, _units.writable(repository)))
    elif drop_in.exists():
        yield Remove(drop_in)
    yield from (file for file in files if not file.is_done())


def _enabling(service: Service, *, changed: bool) -> Iterator[Change]:
    host, entry = service.host, service.units.entry
    if not host.asks("is-enabled", entry):
        yield host.systemctl("enable", entry)
    if host.is_live and service.start and (changed or not host.asks("is-active", entry)):
        hint = f"look at: journalctl --unit {service.units.service} --lines 20"
        yield host.systemctl("restart", entry, hint=hint)


def _removing(host: Host, names: list[str]) -> Iterator[Change]:
    """Stops what starts others first: the timer before its service."""
    for name in reversed(names):
        yield host.systemctl("disable", *(["--now"] if host.is_live else []), name)
    for name in names:
        yield Remove(host.unit(name))
        drop_in = host.unit(f"{name}.d") / _units.LOCAL_REPOSITORY
        if drop_in.exists():
            yield Remove(drop_in)


def _reload(host: Host) -> list[Change]:
    return [host.systemctl("daemon-reload")] if host.is_live else []
