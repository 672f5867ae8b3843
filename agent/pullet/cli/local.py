"""What several verbs ask of this node's own agent and state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pullet.model.errors import Refused

if TYPE_CHECKING:
    from pullet.repo.mirror import Mirror
    from pullet.settings import Settings


def local_status(settings: Settings) -> dict[str, Any]:
    """What the running agent says; raises Transient when none answers."""
    from pullet.serving.client import fetch_status

    return fetch_status(settings.status.listen, _token(settings), timeout=5.0)


def local_activity(settings: Settings, workload: str = "") -> dict[str, Any]:
    """What the running agent says of its doings, of one workload or of all; raises Transient when none answers."""
    from pullet.serving.client import fetch_activity

    return fetch_activity(settings.status.listen, workload, _token(settings), timeout=5.0)


def local_mirror(settings: Settings) -> Mirror:
    from pullet.repo.mirror import Mirror
    from pullet.wiring import remote_of

    return Mirror(settings.state, remote_of(settings))


def kept_mirror(settings: Settings) -> Mirror:
    """The agent's mirror as it left it; raises Refused where there has been no agent yet."""
    if not (settings.state / "mirror.git").exists():
        raise Refused(f"no agent has worked with {settings.state} yet", hint="see state in the settings")
    return local_mirror(settings)


def _token(settings: Settings) -> str | None:
    from pullet.files import read_secret_text

    file = settings.status.token_file
    return read_secret_text(file) if file else None
