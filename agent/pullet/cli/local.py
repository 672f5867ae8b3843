"""What several verbs ask of this node's own agent and state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pullet.repo.mirror import Mirror
    from pullet.settings import Settings


def local_status(settings: Settings) -> dict[str, Any]:
    """What the running agent says; raises Transient when none answers."""
    from pullet.files import read_secret_text
    from pullet.serving.client import fetch_status

    file = settings.status.token_file
    return fetch_status(settings.status.listen, read_secret_text(file) if file else None, timeout=5.0)


def local_mirror(settings: Settings) -> Mirror:
    from pullet.repo.mirror import Mirror
    from pullet.wiring import remote_of

    return Mirror(settings.state, remote_of(settings))
