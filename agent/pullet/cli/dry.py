"""One tick of the loop that changes nothing: what an agent would see and decide here, where none answers."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pullet.model.errors import PulletError
from pullet.model.snapshot import Snapshot

if TYPE_CHECKING:
    from pullet.loop import Tick
    from pullet.repo.mirror import Mirror
    from pullet.settings import Settings


def dry_tick(settings: Settings) -> Tick:
    """From the mirror, the ledger, the words and the engine, as if all images were here.

    Raises Refused where no agent has worked here yet, Transient where the engine does not answer.
    """
    from pullet.cli.here import probed
    from pullet.cli.local import kept_mirror
    from pullet.cli.plan import with_images
    from pullet.decide import Outcome, Scene, decide, fall_back, summarise
    from pullet.engine.docker_engine import DockerEngine
    from pullet.ledger import read_ledger
    from pullet.logs import quieten
    from pullet.loop import Tick
    from pullet.manifests.policy import bound
    from pullet.manifests.reader import Reader
    from pullet.model.node import Node
    from pullet.model.placement import Desired
    from pullet.model.snapshot import Fetched, Revision
    from pullet.placement import desire, placed_here
    from pullet.recall import Recall
    from pullet.wiring import read_node_policy
    from pullet.words import WordFiles

    quieten()
    here, mirror, read = Node(settings.node, settings.labels), kept_mirror(settings), Reader().read
    bounded = partial(bound, policy=read_node_policy(settings))
    snapshot = _followed(mirror)
    desired = Desired(Revision(""), here.name, hold="there is no revision to follow yet")
    if snapshot is not None:
        catalog = read(snapshot)
        desired = desire(snapshot.revision, bounded(catalog, placed_here(catalog, here)), here)
        desired = replace(desired, drift=settings.drift)
    observed = probed(DockerEngine(settings.engine, settings.node, _ignore, time.time))
    memory, words = read_ledger(settings.state), WordFiles(settings.state).read()
    scene = Scene(desired, observed, time.time(), words, memory)
    desired = fall_back(desired, memory, Recall(read, bounded, Past(mirror)).workloads(scene))
    scene = replace(scene, desired=desired, observed=with_images(desired, observed))
    plan = decide(scene)
    return Tick(plan, summarise(Outcome(scene, plan), Fetched()), scene=scene)


@dataclass(frozen=True, slots=True)
class Past:
    """The mirror's old commits, to be looked at only."""

    mirror: Mirror

    def keep(self, commits: Collection[str]) -> None:
        """The agent's own concern."""

    def at(self, commit: str) -> Snapshot | None:
        try:
            return self.mirror.snapshot_of(commit)
        except PulletError:
            return None


def _followed(mirror: Mirror) -> Snapshot | None:
    tip = mirror.tip()
    return None if tip is None else mirror.snapshot_of(tip)


def _ignore(_: str) -> None:
    """Nobody waits to be woken here."""
