"""A minimal Debian system and Pullet's pinned packages for it, fetched once and kept in the user's cache."""

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
    """A tar of a minimal system of this machine's own release; raises NoEngine where there is no debootstrap."""
    if shutil.which("debootstrap") is None or shutil.which("apt-get") is None:
        raise NoEngine("a machine with systemd needs debootstrap, on Debian or Ubuntu: scripts/prepare test")
    mirror, suite = _archive()
    kept = _cache() / f"tree-{suite}-{digest(*PACKAGES, *WITHOUT)}.tar"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=_cache()) as here:
            _bootstrap(Path(here), mirror, suite, kept)
    return kept


def _bootstrap(here: Path, mirror: str, suite: str, kept: Path) -> None:
    tree = here / "tree"
    _call("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", suite, str(tree), mirror)
    for path in WITHOUT:
        shutil.rmtree(tree / path, ignore_errors=True)
        (tree / path).mkdir(parents=True)
    with tarfile.open(here / "tar", "w") as tar:
        tar.add(tree, ".")
    (here / "tar").replace(kept)


def _archive() -> tuple[str, str]:
    """Where this machine's own apt gets its main packages, and of which release."""
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    suite = release["VERSION_CODENAME"].strip('"')
    main = ("Created-By: Packages", f"Codename: {suite}", "Component: main")
    listed = _call("apt-get", "indextargets", "--format", "$(REPO_URI)", *main)
    assert listed, f"apt knows no archive of {suite}"
    return listed.splitlines()[0], suite


def wheels() -> Path:
    """The pinned packages, checked against their hashes, for the Python of the tree."""
    with tarfile.open(tree()) as tar:
        version = tar.getmember("./usr/bin/python3").linkname.removeprefix("python")
    kept = _cache() / f"wheels-{version}-{digest(REQUIREMENTS.read_text())}"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=_cache()) as here:
            machine_type = os.uname().machine
            platforms = [f"--platform=manylinux_2_{minor}_{machine_type}" for minor in (17, 28, 34)]
            _call(
                sys.executable, "-m", "pip", "--quiet", "download", "--require-hashes", "-r", str(REQUIREMENTS),
                "--only-binary=:all:", f"--python-version={version}", *platforms, "--dest", f"{here}/wheels",
            )  # fmt: skip
            Path(here, "wheels").replace(kept)
    return kept


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
