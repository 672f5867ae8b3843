"""Where the repository is and how it is reached; made from the agent's settings, used by the whole room."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pullet.model.errors import Refused

SCHEMES = {
    "file": "file",
    "git": "git",
    "http": "http",
    "https": "https",
    "ssh": "ssh",
    "git+ssh": "ssh",
    "ssh+git": "ssh",
}
_SCP_LIKE = re.compile(r"^[^/]+:(?!//)")
_HTTP_USER = re.compile(r"(https?://)[^/\s]+@")
_PASSWORD = re.compile(r"(://[^/:@\s]*):[^/\s]+@")


@dataclass(frozen=True, slots=True)
class Remote:
    """`urls` are tried in order; `path` is where the manifests are in the repository; `poll` is in seconds.

    Raises Refused for a transport that git is not allowed to use, and for a path that leaves the repository.
    """

    urls: tuple[str, ...]
    branch: str = "main"
    path: str = "."
    poll: float = 30
    ssh_key_file: Path | None = None
    token_file: Path | None = None

    def __post_init__(self) -> None:
        if not self.urls:
            raise Refused("no repository is named", hint="set repo.url")
        for url in self.urls:
            transport(url)
        if ".." in PurePosixPath(self.path).parts:
            raise Refused(f"repo.path {self.path} leaves the repository", hint="name a directory inside it")

    @property
    def root(self) -> str:
        """`path` without decoration: `apps/edge`, and empty for the whole repository."""
        return PurePosixPath("/", self.path).as_posix().strip("/")

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.branch}"

    @property
    def transports(self) -> str:
        """What GIT_ALLOW_PROTOCOL names: those of the urls, and https where http may redirect to it.

        https://git-scm.com/docs/git#Documentation/git.txt-codeGITALLOWPROTOCOLcode
        """
        used = {transport(url) for url in self.urls}
        return ":".join(sorted(used | ({"https"} if "http" in used else set())))


@dataclass(frozen=True, slots=True)
class Address:
    """A url as git gets it on its command line, where everybody can read it, and what was cut out of it."""

    url: str
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Address({self.url})"


def transport(url: str) -> str:
    """The git transport of a url or path. Raises Refused for one that could run a command."""
    scheme, mark, _ = url.partition("://")
    known = SCHEMES.get(scheme) if mark else "ssh" if _SCP_LIKE.match(url) else "file"
    if known is None or not url or url.startswith("-") or "::" in scheme:
        raise Refused(
            f"{redact(url)!r} is not a repository's url",
            hint="use a path, file://, git://, http://, https:// or ssh://",
        )
    return known


def local_path(url: str) -> Path | None:
    """Where the repository is if it is on this machine, absolute; None if a network lies between."""
    if transport(url) != "file":
        return None
    path = unquote(urlsplit(url).path) if url.startswith("file://") else url
    return Path(path).expanduser().absolute()


def address(url: str) -> Address:
    """Credentials leave an http url here; git asks for them, and is answered out of the command line's sight."""
    if transport(url) in {"http", "https"}:
        parts = urlsplit(url)
        _, _, host = parts.netloc.rpartition("@")
        bare = parts._replace(netloc=host).geturl()
        return Address(bare, unquote(parts.username or ""), unquote(parts.password or ""))
    if "://" not in url and (path := local_path(url)):
        return Address(str(path))
    return Address(url)


def redact(text: str) -> str:
    """The text without the credentials of any url in it."""
    return _PASSWORD.sub(r"\1:***@", _HTTP_USER.sub(r"\1***@", text))
