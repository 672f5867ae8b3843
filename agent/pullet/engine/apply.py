"""One function per step. Each may be done again at any time: what is done already is left, what is half done ended."""

from __future__ import annotations

import structlog

from pullet.engine.client import Connection
from pullet.engine.drift import Ways
from pullet.engine.ending import Ending
from pullet.engine.images import Images
from pullet.engine.mending import Mending
from pullet.engine.networks import Networks
from pullet.engine.pods import Pods
from pullet.engine.pulled import Pulled
from pullet.engine.reviving import Reviving
from pullet.engine.sites import Sites
from pullet.engine.stock import Shelf, Stock
from pullet.model.errors import PulletError
from pullet.model.plan import Mend, Pull, Remove, Revive, Start, Step, Stop

log = structlog.get_logger()


class Hands:
    """Called by the crew, from several threads at a time."""

    def __init__(
        self, connection: Connection, shelf: Shelf, pulled: Pulled, networks: Networks, ways: Ways
    ) -> None:
        node = networks.node
        self._connection = connection
        self._images = Images(connection, shelf, pulled)
        stock = Stock(shelf)
        sites = Sites(node, networks, stock)
        self._pods = Pods(node, networks, self._images, sites, ways)
        self._mending = Mending(networks, sites)
        self._reviving = Reviving(networks, sites)
        self._ending = Ending(node, stock)

    def tidy(self) -> None:
        """Once, before the first step: what is left of incarnations that are gone. Never fails: it is no hurry."""
        try:
            with self._connection.calling("clear what is left behind") as client:
                self._ending.sweep(client)
        except PulletError as error:
            log.warning("leftovers_kept", because=str(error))

    def do(self, step: Step) -> None:
        """Raises Transient or Refused; ImageGone where the image has to be pulled first."""
        match step:
            case Pull():
                self._images.have(step)
            case Start(target=target):
                self._connection.knock()
                with self._connection.calling(f"start {target.name}") as client:
                    self._pods.start(client, step)
            case Revive(target=target):
                self._connection.knock()  # what an engine stops because it ends is not ours to start again
                with self._connection.calling(f"restart {target.instance}") as client:
                    self._reviving.revive(client, step)
            case Mend(target=target, known=known):
                with self._connection.calling(f"mend {target.instance}") as client:
                    self._mending.mend(client, target, known)
            case Remove(target=target):
                with self._connection.calling(f"remove {target.instance}") as client:
                    self._ending.remove(client, target)
            case Stop(target=target):
                with self._connection.calling(f"stop {target.instance}") as client:
                    self._ending.stop(client, target)
