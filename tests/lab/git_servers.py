"""Real Git for tests: repositories, and servers for them on loopback over every transport."""

from __future__ import annotations

import base64
import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from tests.lab.wait import eventually

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@fleet.test",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@fleet.test",
    "LC_ALL": "C",
}


def git(directory: Path, *arguments: str, stdin: str = "") -> str:
    """Git as the people of the fleet use it; its output, or AssertionError with what it said."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        input=stdin,
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def bare_repository(path: Path) -> Path:
    """An empty one, as a server has it."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--bare", "--initial-branch=main")
    return path


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody's checkout, and the bare repository it is pushed to."""

    path: Path
    bare: Path

    @classmethod
    def beside(cls, bare: Path) -> Work:
        """A new one for `bare`, in a directory of its own."""
        path = bare.with_name(f"{bare.stem}-work")
        path.mkdir()
        git(path, "init", "--quiet", "--initial-branch=main")
        git(path, "remote", "add", "origin", str(bare))
        return cls(path, bare)

    def commit(self, files: Mapping[str, str | None], message: str = "change") -> str:
        """Write the files, remove those that are None, commit; the new commit's id."""
        for name, text in files.items():
            file = self.path / name
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--allow-empty", "-m", message)
        return self.head

    def push(self, *options: str, branch: str = "main") -> None:
        git(self.path, "push", "--quiet", *options, "origin", f"HEAD:refs/heads/{branch}")

    def deploy(self, files: Mapping[str, str | None], message: str = "change") -> str:
        """Commit and push; the new commit's id."""
        commit = self.commit(files, message)
        self.push()
        return commit

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Meanwhile nobody can reach the repository."""
        elsewhere = self.bare.with_name("away.git")
        self.bare.rename(elsewhere)
        try:
            yield
        finally:
            elsewhere.rename(self.bare)

    @property
    def head(self) -> str:
        return git(self.path, "rev-parse", "HEAD")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def process(arguments: list[str], port: int, log: Path) -> Iterator[None]:
    """A server in a process group of its own, from when it listens on `port` until the block ends."""
    with log.open("w") as output:
        server = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,
        )
        try:
            eventually(lambda: answers(port), 10, f"{arguments[0]} listens")
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=10)


@contextlib.contextmanager
def git_daemon(base: Path, *, writable: bool = True) -> Iterator[str]:
    """Serves every repository below `base`; the url to put their names behind."""
    port = free_port()
    arguments = [
        "git",
        "daemon",
        "--listen=127.0.0.1",
        f"--port={port}",
        f"--base-path={base}",
        "--export-all",
    ]
    arguments += ["--reuseaddr", *(["--enable=receive-pack"] if writable else [])]
    with process(arguments, port, base / "git-daemon.log"):
        yield f"git://127.0.0.1:{port}"


@contextlib.contextmanager
def http_server(base: Path, *, token: str = "", writable: bool = True, port: int = 0) -> Iterator[str]:
    """`git http-backend` for every repository below `base`; with a token, nothing goes without it as password."""
    settings = _Site(base, token, writable)

    class Handler(_Handler):
        site = settings

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class _Site:
    base: Path
    token: str
    writable: bool


class _Handler(BaseHTTPRequestHandler):
    """CGI as https://git-scm.com/docs/git-http-backend describes it."""

    site: _Site

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Nobody reads it."""

    def _serve(self) -> None:
        if self.site.token and not self._is_known():
            self._answer(401, [("WWW-Authenticate", 'Basic realm="fleet"')], b"")
        elif not self.site.writable and "git-receive-pack" in self.path:
            self._answer(403, [], b"read-only\n")
        else:
            self._answer(*self._backend(self._body()))

    def _is_known(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return base64.b64decode(given).decode().partition(":")[2] == self.site.token

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _backend(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        path, _, query = self.path.partition("?")
        environment = {
            "GIT_PROJECT_ROOT": str(self.site.base),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "fleet",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            env={**os.environ, **ENVIRONMENT, **environment},
            capture_output=True,
            check=False,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [
            (key, value) for key, _, value in (line.partition(": ") for line in head.decode().splitlines())
        ]
        status = next((int(value.split()[0]) for key, value in headers if key == "Status"), 200)
        return status, [header for header in headers if header[0] != "Status"], content

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def ssh_key(path: Path) -> Path:
    """A new private key, its public part beside it."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


@contextlib.contextmanager
def ssh_server(directory: Path, authorized: Path, *, port: int = 0) -> Iterator[str]:
    """OpenSSH's server as the current user, with a host key of its own; the url to put absolute paths behind."""
    directory.mkdir(parents=True)
    port = port or free_port()
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    shutil.copy(authorized.with_suffix(".pub"), directory / "authorized_keys")
    config = directory / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {ssh_key(directory / 'host_key')}\nPidFile none\n"
        f"AuthorizedKeysFile {directory / 'authorized_keys'}\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
    )
    arguments = ["/usr/sbin/sshd", "-D", "-e", "-f", str(config)]
    with process(arguments, port, directory / "sshd.log"):
        yield f"ssh://{getpass.getuser()}@127.0.0.1:{port}"
