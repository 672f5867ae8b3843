"""The node as `pullet plan` sees it: from the agent's settings where there are some, else from the options."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pullet.model.errors import PulletError, Refused, Transient
from pullet.model.memory import Memory, Words
from pullet.model.node import Node
from pullet.model.observed import Observed
from pullet.model.workload import DriftPolicy

if TYPE_CHECKING:
    from pullet.engine.docker_engine import DockerEngine
    from pullet.repo.remote import Remote

OFFLINE = "or plan as if nothing stood here, with --offline"


@dataclass(frozen=True, slots=True)
class Here:
    """`of_settings` tells the node of the settings, whose engine it is, from another one that was named."""

    node: Node
    engine: str
    remote: Remote | None
    policy_file: Path | None
    words: Words
    memory: Memory
    drift: DriftPolicy = "repair"
    of_settings: bool = True

    def observe(self, *, offline: bool) -> Observed:
        """What stands on the engine, with the answers of its probes; nothing at all where `offline`."""
        if offline:
            return Observed()
        from pullet.engine.docker_engine import DockerEngine
        from pullet.logs import quieten

        quieten()
        try:
            return probed(DockerEngine(self.engine, self.node.name, _ignore, time.time))
        except PulletError as error:
            raise Transient(error.args[0], hint="; ".join((*filter(None, [error.hint]), OFFLINE))) from None


def probed(engine: DockerEngine) -> Observed:
    """What stands on the engine, with what its probes answer now. Raises Transient or Refused."""
    from pullet.probes.prober import Prober
    from pullet.wiring import first_look

    prober = Prober(engine.run_check, _ignore, time.time)
    prober.start()
    try:
        return first_look(engine, prober)
    finally:
        prober.stop()


def find_here(config: Path | None, node: str | None, explicit: object) -> Here:
    """Without settings, an explicit source and the defaults are enough. Raises Refused otherwise."""
    from pullet.settings import load_settings
    from pullet.wiring import remote_of
    from pullet.words import WordFiles

    try:
        settings = load_settings(config, assumed={"repo": {"url": str(explicit)}} if explicit else {})
    except Refused as error:
        hint = "" if explicit else "or name what to plan: a PATH, or --repo R"
        raise Refused(str(error), hint=hint) from None
    policy = settings.policy_file
    return Here(
        node=Node(node or settings.node, settings.labels),
        engine=settings.engine,
        remote=remote_of(settings),
        policy_file=policy if policy.exists() else None,
        words=WordFiles(settings.state).read(),
        memory=_remembered(settings.state) if node in (None, settings.node) else Memory(),
        drift=settings.drift,
        of_settings=node in (None, settings.node),
    )


def _remembered(state: Path) -> Memory:
    """As far as it may be read: who may not sees what the containers say by themselves."""
    from pullet.ledger import read_ledger

    try:
        return read_ledger(state)
    except Refused:
        return Memory()


def _ignore(_: str) -> None:
    """Nobody waits to be woken here."""
