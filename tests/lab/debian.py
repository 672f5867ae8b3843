"""A minimal Debian system and Pullet's pinned packages for it, fetched once and kept in the user's cache.

`python -m tests.lab.debian` fetches them, before the tests leave the network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.lab.engine import NoEngine

CHECKOUT = Path(__file__).parents[2]
REQUIREMENTS = CHECKOUT / "requirements" / "run.txt"
PACKAGES = (
    "ca-certificates",
    "dbus",
    "git",
    "openssh-client",
    "openssh-server",
    "python3",
    "python3-venv",
    "systemd",
    "systemd-sysv",
)
WITHOUT = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "dev",
    "run",
)


def tree() -> Path:
    """A tar of a minimal system of this machine's own release. Raises NoEngine where it was not fetched."""
    return _fetched(_tree())


def wheels() -> Path:
    """The pinned packages, for the Python of the tree. Raises NoEngine where they were not fetched."""
    return _fetched(_wheels())


def fetch() -> None:
    """Both, where they are missing: from this machine's own Debian archive and package index."""
    for where, get in ((_tree, _bootstrap), (_wheels, _download)):
        if not (kept := where()).exists():
            with tempfile.TemporaryDirectory(dir=_cache()) as here:
                get(Path(here), kept)


def _fetched(kept: Path) -> Path:
    if not kept.exists():
        raise NoEngine(
            f"a machine with systemd needs {kept}: scripts/prepare test fetches it, for root on Debian"
        )
    return kept


def _tree() -> Path:
    return _cache() / f"tree-{_suite()}-{digest(*PACKAGES, *WITHOUT)}.tar"


def _wheels() -> Path:
    with tarfile.open(tree()) as tar:
        version = tar.getmember("./usr/bin/python3").linkname.removeprefix("python")
    return _cache() / f"wheels-{version}-{digest(REQUIREMENTS.read_text())}"


def _bootstrap(here: Path, kept: Path) -> None:
    tree = here / "tree"
    _call(
        "debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", _suite(), str(tree), _mirror()
    )
    for path in WITHOUT:
        shutil.rmtree(tree / path, ignore_errors=True)
        (tree / path).mkdir(parents=True)
    with tarfile.open(here / "tar", "w") as tar:
        tar.add(tree, ".")
    (here / "tar").replace(kept)


def _download(here: Path, kept: Path) -> None:
    """Checked against their hashes."""
    version = kept.name.split("-")[1]
    platforms = [f"--platform=manylinux_2_{minor}_{os.uname().machine}" for minor in (17, 28, 34)]
    _call(
        sys.executable, "-m", "pip", "--quiet", "download", "--require-hashes", "-r", str(REQUIREMENTS),
        "--only-binary=:all:", f"--python-version={version}", *platforms, "--dest", f"{here}/wheels",
    )  # fmt: skip
    (here / "wheels").replace(kept)


def _mirror() -> str:
    """Where this machine's own apt gets its main packages."""
    main = ("Created-By: Packages", f"Codename: {_suite()}", "Component: main")
    listed = _call("apt-get", "indextargets", "--format", "$(REPO_URI)", *main)
    assert listed, f"apt knows no archive of {_suite()}"
    return listed.splitlines()[0]


def _suite() -> str:
    """Of which release this machine is."""
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    return release.get("VERSION_CODENAME", "").strip('"')


def build_wheel(into: Path) -> None:
    _call(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into))


def _cache() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pullet-lab"
    home.mkdir(parents=True, exist_ok=True)
    return home


def digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _call(*command: str) -> str:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


if __name__ == "__main__":
    try:
        fetch()
    except (AssertionError, OSError) as error:
        sys.exit(f"not fetched: {error}")
