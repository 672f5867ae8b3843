"""Fetching and pushing over each transport, and what is said when one does not let us in."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pullet.model.errors import PulletError, Refused, Transient
from pullet.repo.check import check_push, check_remote
from pullet.repo.mirror import Mirror
from pullet.repo.remote import Remote
from tests.lab.git_servers import Work, free_port, git, git_daemon, http_server, ssh_key, ssh_server
from tests.repo.conftest import MirrorOf

TOKEN = "s3cret-t0ken-of-the-fleet"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return ssh_key(tmp_path / "id")


@pytest.fixture
def sshd(tmp_path: Path, key: Path) -> Iterator[str]:
    with ssh_server(tmp_path / "sshd", key) as url:
        yield url


def follows(mirror: Mirror, work: Work) -> bool:
    """Two commits in a row arrive."""
    first = work.deploy({"a.yaml": "one"})
    mirror.fetch()
    seen = mirror.tip()
    second = work.deploy({"a.yaml": "two"})
    mirror.fetch()
    return (seen, mirror.tip()) == (first, second)


def refusal(mirror: Mirror) -> PulletError:
    with pytest.raises((Refused, Transient)) as caught:
        mirror.fetch()
    return caught.value


def test_path(work: Work, mirror_of: MirrorOf) -> None:
    """A path on this machine can be followed and pushed to."""
    mirror = mirror_of(work.bare)
    assert follows(mirror, work)
    assert check_push(mirror, "edge-1") is None


def test_file_url(work: Work, mirror_of: MirrorOf) -> None:
    """So can a file:// url."""
    mirror = mirror_of(f"file://{work.bare}")
    assert follows(mirror, work)
    assert check_push(mirror, "edge-1") is None


def test_relative_path(work: Work, mirror_of: MirrorOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is taken from where the agent was started."""
    monkeypatch.chdir(work.bare.parent)
    assert follows(mirror_of(work.bare.name), work)


def test_git_protocol(work: Work, mirror_of: MirrorOf) -> None:
    """git:// can be followed, and pushed to where the daemon lets us."""
    with git_daemon(work.bare.parent) as url:
        mirror = mirror_of(f"{url}/{work.bare.name}")
        assert follows(mirror, work)
        assert check_push(mirror, "edge-1") is None


def test_read_only_daemon(work: Work, mirror_of: MirrorOf) -> None:
    """A daemon that takes no push is followed all the same, and doctor hears of it."""
    with git_daemon(work.bare.parent, writable=False) as url:
        mirror = mirror_of(f"{url}/{work.bare.name}")
        assert follows(mirror, work)
        assert isinstance(check_push(mirror, "edge-1"), Refused)


def test_http(work: Work, mirror_of: MirrorOf) -> None:
    """http:// can be followed and pushed to."""
    with http_server(work.bare.parent) as url:
        mirror = mirror_of(f"{url}/{work.bare.name}")
        assert follows(mirror, work)
        assert check_push(mirror, "edge-1") is None


def test_http_read_only(work: Work, mirror_of: MirrorOf) -> None:
    """A server that forbids pushing is followed all the same, and doctor hears of it."""
    with http_server(work.bare.parent, writable=False) as url:
        mirror = mirror_of(f"{url}/{work.bare.name}")
        assert follows(mirror, work)
        assert "status.notes: local" in str(check_push(mirror, "edge-1"))


def test_http_with_token(work: Work, mirror_of: MirrorOf, token_file: Path) -> None:
    """The token in the file opens the door; a changed file is used at once."""
    token_file.write_text("not yet\n")
    with http_server(work.bare.parent, token=TOKEN) as url:
        mirror = mirror_of(f"{url}/{work.bare.name}", token_file=token_file)
        assert isinstance(refusal(mirror), Refused)
        token_file.write_text(f"{TOKEN}\n")
        assert follows(mirror, work)
        assert check_push(mirror, "edge-1") is None


def test_http_with_password_in_the_url(work: Work, mirror_of: MirrorOf) -> None:
    """Credentials in the url work too, and never reach git's command line."""
    with http_server(work.bare.parent, token=TOKEN) as url:
        mirror = mirror_of(f"{url}/{work.bare.name}".replace("://", f"://ada:{TOKEN}@"))
        assert follows(mirror, work)


def test_http_without_token(work: Work, mirror_of: MirrorOf) -> None:
    """Where credentials are asked for and there are none, nobody is prompted and the hint names the setting."""
    with http_server(work.bare.parent, token=TOKEN) as url:
        error = refusal(mirror_of(f"{url}/{work.bare.name}"))
    assert isinstance(error, Refused)
    assert "repo.token_file" in error.hint


def test_wrong_token_is_not_repeated(work: Work, mirror_of: MirrorOf, tmp_path: Path) -> None:
    """Neither errors nor logs contain the token or the password that was refused."""
    wrong = tmp_path / "wrong"
    wrong.write_text("wr0ng-t0ken\n")
    with http_server(work.bare.parent, token=TOKEN) as url, capture_logs() as logs:
        by_file = mirror_of(f"{url}/{work.bare.name}", token_file=wrong)
        by_url = mirror_of(f"{url}/{work.bare.name}".replace("://", "://ada:wr0ng-t0ken@"))
        both = mirror_of(*by_file.remote.urls, *by_url.remote.urls, token_file=wrong)
        said = [str(refusal(mirror)) for mirror in (by_file, by_url, both)]
    assert all("does not accept the credentials" in text for text in said)
    assert "wr0ng" not in f"{said}{logs}"


def test_token_is_on_no_command_line(mirror_of: MirrorOf, token_file: Path) -> None:
    """While git talks to a server, no process of the machine shows the token or password in its arguments."""
    with silent_server() as port:
        url = f"http://ada:pa55word@127.0.0.1:{port}/fleet.git"
        mirror = mirror_of(url, token_file=token_file)
        fetch = threading.Thread(target=_ask, args=(mirror,))
        fetch.start()
        seen = _command_lines_until(f"127.0.0.1:{port}")
        assert TOKEN not in seen
        assert "pa55word" not in seen
    fetch.join()


def test_unreadable_token_is_refused(mirror_of: MirrorOf, tmp_path: Path) -> None:
    """A token file that is not there is said before anything is asked."""
    error = refusal(mirror_of("http://127.0.0.1:1/x.git", token_file=tmp_path / "gone"))
    assert isinstance(error, Refused)
    assert "cannot be read" in str(error)


def test_ssh(work: Work, mirror_of: MirrorOf, key: Path, sshd: str) -> None:
    """ssh:// with the right key can be followed and pushed to, and the connection is kept for the next fetch."""
    mirror = mirror_of(f"{sshd}{work.bare}", ssh_key_file=key)
    assert follows(mirror, work)
    assert check_push(mirror, "edge-1") is None
    assert any(path.is_socket() for path in (mirror.git.state / "ssh").iterdir())


def test_ssh_from_a_deep_state_directory(work: Work, mirror_of: MirrorOf, key: Path, sshd: str) -> None:
    """A state directory with a path longer than a socket's may be, and with a space, is no obstacle."""
    mirror = mirror_of(f"{sshd}{work.bare}", ssh_key_file=key, state=f"{'deep/' * 30}a state")
    assert follows(mirror, work)
    assert any(path.is_socket() for path in (mirror.git.state / "ssh").iterdir())


def test_ssh_with_the_wrong_key(work: Work, mirror_of: MirrorOf, sshd: str, tmp_path: Path) -> None:
    """A key that the server does not know is refused, and the hint says whose turn it is."""
    error = refusal(mirror_of(f"{sshd}{work.bare}", ssh_key_file=ssh_key(tmp_path / "other")))
    assert isinstance(error, Refused)
    assert "does not accept the ssh key" in str(error)


def test_ssh_key_that_others_can_read(work: Work, mirror_of: MirrorOf, key: Path, sshd: str) -> None:
    """ssh ignores such a key; the hint says how to mend it."""
    key.chmod(0o644)
    error = refusal(mirror_of(f"{sshd}{work.bare}", ssh_key_file=key))
    assert "chmod 600" in error.hint


def test_changed_host_key_is_refused(work: Work, mirror_of: MirrorOf, key: Path, tmp_path: Path) -> None:
    """A host that comes back with another key may be an impostor."""
    port = free_port()
    with ssh_server(tmp_path / "first", key, port=port) as url:
        mirror = mirror_of(f"{url}{work.bare}", ssh_key_file=key)
        assert follows(mirror, work)
        mirror.close()
    with ssh_server(tmp_path / "second", key, port=port):
        error = refusal(mirror)
    assert isinstance(error, Refused)
    assert "known_hosts" in error.hint


@pytest.mark.parametrize("transport", ["git", "http", "ssh"])
def test_unknown_repository_is_refused(
    work: Work, mirror_of: MirrorOf, key: Path, sshd: str, transport: str
) -> None:
    """A name that the server does not know is a mistake in the settings."""
    base = work.bare.parent
    with git_daemon(base) as daemon, http_server(base) as http:
        url = {"git": f"{daemon}/gone.git", "http": f"{http}/gone.git", "ssh": f"{sshd}{base}/gone.git"}[
            transport
        ]
        error = refusal(mirror_of(url, ssh_key_file=key))
    assert isinstance(error, Refused)
    assert "no repository at" in str(error)


@pytest.mark.parametrize("scheme", ["git", "http", "ssh"])
def test_refused_connection_is_transient(mirror_of: MirrorOf, scheme: str) -> None:
    """A server that is down comes back."""
    error = refusal(mirror_of(f"{scheme}://127.0.0.1:{free_port()}/fleet.git"))
    assert isinstance(error, Transient)
    assert "refuses the connection" in str(error)


def test_silent_server_is_given_up(mirror_of: MirrorOf) -> None:
    """A server that accepts and then says nothing does not hold the agent for ever."""
    with silent_server() as port:
        mirror = mirror_of(f"git://127.0.0.1:{port}/fleet.git")
        with pytest.raises(Transient, match="does not answer in time"):
            mirror.git.call(mirror.remote.urls[0], "ls-remote", "{url}", timeout=0.3)


def test_repository_of_another_user_is_refused(work: Work, mirror_of: MirrorOf) -> None:
    """git does not trust a repository that somebody else owns, and the hint says how to change its mind."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository to somebody else")
    work.deploy({"a.yaml": ""})
    for path in (work.bare, *work.bare.rglob("*")):
        os.chown(path, 12345, 12345)
    error = refusal(mirror_of(work.bare))
    assert isinstance(error, Refused)
    assert "safe.directory" in error.hint


def test_check_remote_tells_what_is_wrong(work: Work, mirror_of: MirrorOf) -> None:
    """Doctor's question is answered with None, or with what a person must mend: branch, directory."""
    work.deploy({"a.yaml": ""})
    assert check_remote(mirror_of(work.bare)) is None
    assert "no branch" in str(check_remote(mirror_of(work.bare, branch="prod", state="b")))
    assert "no directory" in str(check_remote(mirror_of(work.bare, path="apps", state="c")))


def test_check_push_leaves_nothing_behind(work: Work, mirror_of: MirrorOf) -> None:
    """Asking whether a note would be taken changes nothing on the remote, also when it has notes of the node."""
    work.deploy({"a.yaml": ""})
    git(work.bare, "notes", "--ref=pullet/edge-1", "add", "-m", "old", "main")
    before = git(work.bare, "for-each-ref")
    assert check_push(mirror_of(work.bare), "edge-1") is None
    assert git(work.bare, "for-each-ref") == before


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def _ask(mirror: Mirror) -> None:
    with contextlib.suppress(PulletError):
        mirror.git.call(mirror.remote.urls[0], "ls-remote", "{url}", timeout=2)


def _command_lines_until(word: str) -> str:
    """All command lines of the machine, as soon as git-remote-http with `word` is among them."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                lines.append(file.read_text(errors="replace").replace("\0", " "))
        if any("remote-http" in line and word in line for line in lines):
            return "\n".join(lines)
    raise AssertionError("git was not seen at work")


def test_remote_refuses_what_could_run_a_command() -> None:
    """Urls that name a helper program, an option or nothing are refused when the settings are read."""
    for url in ("ext::sh -c id", "--upload-pack=id", "", "ftp://host/x", "fd::7"):
        with pytest.raises(Refused, match="is not a repository's url"):
            Remote((url,))
