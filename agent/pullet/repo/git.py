"""The one module that runs git, for the rest of this room: hardened, bounded in time, errors translated."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

# GitPython looks for git when it is imported, and a missing git must be said in our words, when it is run.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import structlog
from git.cmd import Git as GitPython
from git.exc import GitCommandNotFound

from pullet.model.errors import Refused
from pullet.repo.access import credentials, environment, prepare
from pullet.repo.complaints import NOT_FOUND, Damaged, error_of
from pullet.repo.remote import Remote, address
from pullet.repo.selection import LARGEST_FILE

LOCAL_TIMEOUT = 120.0
LOOK_TIMEOUT = 20.0
TRANSFER_TIMEOUT = 600.0
GRACE = 5.0
STALE = 60.0

log = structlog.get_logger()

# Set when the agent is run from a hook or an alias of git, these would lead git to another repository.
FOREIGN = (
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_NAMESPACE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG_PARAMETERS",
)


class Git:
    """Commands on the bare repository `<state>/mirror.git`. Safe to use from several threads."""

    def __init__(self, state: Path, remote: Remote) -> None:
        self.state = state.absolute()
        self.remote = remote
        prepare(self.state)
        for name in FOREIGN:
            os.environ.pop(name, None)
        self._environment = environment(self.state, remote)
        self._runner = GitPython(str(self.state))

    def run(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Standard output of a command that needs no network. Raises Transient or Refused."""
        return self._execute(arguments, "", LOCAL_TIMEOUT, {**self._environment, **(env or {})}, stdin)

    def call(self, url: str, *arguments: str, timeout: float = LOOK_TIMEOUT) -> bytes:
        """Like `run`, for a command that talks to `url`: {url} in `arguments` is replaced by it."""
        target = address(url)
        env = {**self._environment, **credentials(self.state, self.remote, target)}
        filled = [target.url if argument == "{url}" else argument for argument in arguments]
        return self._execute(filled, target.url, timeout, env)

    def read_blobs(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The contents by id, through one process; what is larger than LARGEST_FILE is left out.

        https://git-scm.com/docs/git-cat-file#_batch_output
        """
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        with _file_of("\n".join(wanted).encode()) as requests:
            process = self._runner.execute(
                _bounded(LOCAL_TIMEOUT, ["cat-file", "--batch"]),
                istream=requests,
                env=self._environment,
                as_process=True,
            )
            output = cast("BinaryIO", process.stdout)
            contents = {blob: _next_blob(output, blob) for blob in wanted}
            process.wait()
        return {blob: content for blob, content in contents.items() if content is not None}

    def hang_up(self) -> None:
        """End the ssh connections that are kept open for the next fetch."""
        for socket in (self.state / "ssh").iterdir():
            if socket.is_socket():
                command = ["ssh", "-S", f"ssh/{socket.name}", "-O", "exit", "remote"]
                self._runner.execute(command, with_exceptions=False, kill_after_timeout=GRACE)

    def _execute(
        self, arguments: Iterable[str], where: str, timeout: float, env: Mapping[str, str], stdin: bytes = b""
    ) -> bytes:
        with _file_of(stdin) as given:
            try:
                status, output, complaint = self._runner.execute(
                    _bounded(timeout, arguments),
                    istream=given,
                    env=env,
                    with_extended_output=True,
                    with_exceptions=False,
                    stdout_as_string=False,
                    strip_newline_in_stdout=False,
                    kill_after_timeout=timeout + 2 * GRACE,
                )
            except GitCommandNotFound:
                raise Refused(
                    "timeout(1) cannot be run", hint="install it: apt-get install coreutils"
                ) from None
        if status:
            self._remove_stale_lock(complaint)
            raise error_of(where, NOT_FOUND if "failed to run command" in complaint else status, complaint)
        return output

    def _remove_stale_lock(self, complaint: str) -> None:
        """Left by a git that was killed, it would stand in the way for ever; none is held for long."""
        found = re.search(r"Unable to create '(.+\.lock)': File exists", complaint)
        lock = Path(found[1]) if found else None
        if lock and lock.is_relative_to(self.state) and lock.exists():
            age = time.time() - lock.stat().st_mtime
            if age > STALE:
                lock.unlink(missing_ok=True)
                log.warning("lock_removed", path=str(lock), because=f"it is {age:.0f} s old")


def _bounded(timeout: float, arguments: Iterable[str]) -> list[str]:
    """A time-out that asks first: git killed outright would leave its lock files behind."""
    return ["timeout", "-k", f"{GRACE:g}", f"{timeout:g}", "git", *arguments]


def _file_of(content: bytes) -> BinaryIO:
    """A file for standard input, which cannot block as a pipe can."""
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - every caller closes it with `with`
    file.write(content)
    file.seek(0)
    return file


def _next_blob(output: BinaryIO, blob: str) -> bytes | None:
    header = output.readline().split()
    if len(header) != 3:  # noqa: PLR2004 - id, type, size; a missing object has no size
        raise Damaged(f"object {blob} is missing in the mirror")
    size = int(header[2])
    if size <= LARGEST_FILE:
        return output.read(size + 1)[:-1]
    for start in range(0, size + 1, LARGEST_FILE):
        output.read(min(LARGEST_FILE, size + 1 - start))
    return None
