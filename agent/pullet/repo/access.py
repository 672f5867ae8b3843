"""The environment git runs in: nothing asks, no hook runs, only the named transports, and no secret in sight.

`pullet.repo.git` builds every command's environment here. Paths in the ssh options are relative, because git
runs in the state directory: a socket's whole path must be shorter than 108 bytes, a state directory need not be.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from pullet.model.errors import Refused
from pullet.repo.remote import Address, Remote

# What the system's and the user's own configuration cannot undo; proxies and authorities in it still hold.
# https://git-scm.com/docs/git-config
CONFIG: Mapping[str, str] = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.askPass": "",
    "credential.helper": "",
    "fetch.fsckObjects": "true",
    "transfer.fsckObjects": "true",
    "fetch.recurseSubmodules": "false",
    "http.lowSpeedLimit": "1",  # bytes a second: a busy server's keep-alives pass, a dead one does not
    "http.lowSpeedTime": "60",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "commit.gpgSign": "false",
    "push.gpgSign": "false",
    "push.followTags": "false",
    "core.fsync": "committed,reference",  # after a power cut without network the mirror is all there is
}

ASKPASS = """\
#!/bin/sh
# Written by Pullet: answers git's questions from what the environment names.
case "$1" in
  Username*) printf '%s\\n' "$PULLET_GIT_USER" ;;
  *) if [ -n "$PULLET_GIT_TOKEN_FILE" ]; then head -n 1 "$PULLET_GIT_TOKEN_FILE"
     else printf '%s\\n' "$PULLET_GIT_PASSWORD"; fi ;;
esac
"""

SSH = (
    "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=2"
    " -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=ssh/known_hosts"
    " -o ControlMaster=auto -o ControlPath=ssh/%C -o ControlPersist=120"
)


def prepare(state: Path) -> None:
    """Make what the environment points to. Raises Refused when the state directory cannot be written."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        (state / "ssh").mkdir(mode=0o700, exist_ok=True)
        script = state / "askpass"
        if not script.exists() or script.read_text() != ASKPASS:
            fresh = state / f"askpass.{os.getpid()}"
            fresh.write_text(ASKPASS)
            fresh.chmod(0o700)
            fresh.replace(script)
    except OSError as error:
        raise Refused(
            f"the state directory {state} cannot be written: {error.strerror}",
            hint="give it to the agent's user, or set state",
        ) from None


def environment(state: Path, remote: Remote) -> dict[str, str]:
    """For every command, also those that stay on this machine."""
    config = {f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(CONFIG)}
    config |= {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(CONFIG.values())}
    return {
        **config,
        "GIT_CONFIG_COUNT": str(len(CONFIG)),
        "GIT_DIR": str(state / "mirror.git"),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": remote.transports,
        "GIT_SSH_COMMAND": _ssh(remote),
        "GIT_SSH_VARIANT": "ssh",
        "LC_ALL": "C",
        "LANGUAGE": "C",
    }


def credentials(state: Path, remote: Remote, address: Address) -> dict[str, str]:
    """What the askpass script answers with. Raises Refused when the token cannot be read."""
    token = remote.token_file
    if token is not None and not os.access(token, os.R_OK):
        raise Refused(
            f"the token file {token} cannot be read", hint="check repo.token_file and who may read it"
        )
    if token is None and not address.user:
        return {}
    return {
        "GIT_ASKPASS": str(state / "askpass"),
        "PULLET_GIT_USER": address.user or "x-access-token",
        "PULLET_GIT_PASSWORD": address.password,
        "PULLET_GIT_TOKEN_FILE": "" if token is None else str(token.absolute()),
    }


def _ssh(remote: Remote) -> str:
    if remote.ssh_key_file is None:
        return SSH
    return f"{SSH} -o IdentitiesOnly=yes -i {shlex.quote(str(remote.ssh_key_file.absolute()))}"
