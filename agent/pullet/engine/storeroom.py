"""Images, networks and volumes of this agent's, taken away again when it is said that nothing needs them.

Never by force, never many at once, and only what is known to be ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import docker.errors
import structlog

from pullet.engine import labels
from pullet.engine.client import CONFLICT, Client, Connection
from pullet.engine.networks import Networks
from pullet.engine.pulled import Pulled
from pullet.model.network import Network
from pullet.model.upkeep import Discard, Spent, StoredImage

log = structlog.get_logger()

_NO_TAG = "<none>:<none>"


class Storeroom:
    """Called from one thread at a time, beside the crew."""

    def __init__(self, connection: Connection, node: str, pulled: Pulled, networks: Networks) -> None:
        self._connection = connection
        self._node = node
        self._pulled = pulled
        self._networks = networks

    def images(self) -> Collection[StoredImage]:
        """Raises Transient or Refused. Those that somebody took away are forgotten."""
        known = self._pulled.read()
        if not known:
            return ()
        with self._connection.calling("look which images are needed") as client:
            there = {row["Id"]: row for row in client.images()}
            used = {row["ImageID"] for row in client.containers(all=True)}
        self._pulled.forget(known.keys() - there.keys())
        return [
            StoredImage(
                id=image,
                references=one.references,
                tags=frozenset(there[image]["RepoTags"] or ()) - {_NO_TAG},
                used=image in used,
                needed=one.needed,
            )
            for image, one in known.items()
            if image in there
        ]

    def mark(self, needed: Iterable[str]) -> None:
        self._pulled.mark(needed)

    def discard(self, one: Discard) -> None:
        """Raises Transient or Refused; what turns out to be in use is left."""
        name = min(one.image.references, default=one.image.id)
        with self._connection.calling(f"remove the image {name}") as client:
            try:
                _remove(client, one.image)
            except docker.errors.APIError as error:
                if error.status_code != CONFLICT:
                    raise
                log.debug("image_kept", image=name, id=one.image.id, because=error.explanation)
                return
        self._pulled.forget((one.image.id,))
        log.info("image_removed", image=name, id=one.image.id, because=one.because)

    def empty(self, one: Spent) -> None:
        """Raises Transient or Refused; what is in use, gone, or was not made by this agent is left."""
        with self._connection.calling(f"remove the volume {one.volume}") as client:
            try:
                if (client.inspect_volume(one.volume)["Labels"] or {}).get(labels.NODE) != self._node:
                    return
                client.remove_volume(one.volume)
            except docker.errors.NotFound:
                return
            except docker.errors.APIError as error:
                if error.status_code != CONFLICT:
                    raise
                log.debug("volume_kept", volume=one.volume, because=error.explanation)
                return
        log.info("volume_removed", volume=one.volume, because=one.because)

    def close_networks(self, needed: Iterable[Network]) -> None:
        self._networks.close(needed)


def _remove(client: Client, image: StoredImage) -> None:
    """By its id, which the engine refuses while it has several names; gone already is as good."""
    try:
        for tag in sorted(image.tags)[1:]:
            client.remove_image(tag, noprune=True)
        client.remove_image(image.id, noprune=True)
    except docker.errors.ImageNotFound:
        return
