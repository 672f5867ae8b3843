"""A container's start with what its manifest wants done right after it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import docker.errors

from pullet.engine import hooks, labels
from pullet.engine.client import Client
from pullet.model.errors import Transient

PATIENCE = 300.0  # seconds that a hook may take: nothing else happens to its instance meanwhile


def begin(client: Client, container: str, marks: Mapping[str, str]) -> None:
    """Raises Transient, and leaves the container stopped, where the hook fails: then it has not started.

    `marks` are its labels.
    """
    client.begin(container)
    hook = labels.post_start(marks)
    if hook is None:
        return
    because = hooks.failure(client, client.inspect_container(container), hook, PATIENCE)
    if because:
        with suppress(docker.errors.NotFound):
            client.stop(container)
        raise Transient(f"what is to be done after the start of {marks[labels.CONTAINER]} failed: {because}")
