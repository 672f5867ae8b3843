"""Images from Debian's static busybox, made without a registry.

Its `wget` crashes: use `nc` for checks. Its `httpd` ignores SIGTERM as process 1.
"""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import docker

BUSYBOX = "pullet.test/busybox:1"
BUSYBOX_2 = "pullet.test/busybox:2"
IDLE = "pullet.test/idle:1"  # runs until it is told to stop, and then stops at once
GREETER = "pullet.test/greeter:1"  # ENTRYPOINT ["/bin/echo", "entry"], CMD ["image"]
IDLES = "trap 'exit 0' TERM; sleep 1d & wait"


def make_images(client: docker.APIClient) -> None:
    """The images that every test may count on."""
    make_busybox(client, BUSYBOX)
    tag(client, BUSYBOX_2)
    make_busybox(client, IDLE, (f"CMD {json.dumps(['sh', '-c', IDLES])}",))
    make_busybox(client, GREETER, ('ENTRYPOINT ["/bin/echo", "entry"]', 'CMD ["image"]'))


def make_busybox(client: docker.APIClient, image: str, changes: Sequence[str] = ()) -> None:
    """An image with every applet of busybox in /bin; `changes` are Dockerfile instructions."""
    repository, _, version = image.rpartition(":")
    client.import_image_from_data(
        _tree(), repository=repository, tag=version, changes=["ENV PATH=/bin", 'CMD ["sh"]', *changes]
    )


def tag(client: docker.APIClient, image: str, source: str = BUSYBOX) -> str:
    """One more name for an image: what a new version is made of here."""
    repository, _, version = image.rpartition(":")
    client.tag(source, repository, version)
    return image


@cache
def _tree() -> bytes:
    busybox = Path("/bin/busybox")
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tree:
        for directory in ("bin", "etc", "tmp", "srv"):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tree.addfile(entry)
        tree.add(busybox, "bin/busybox")
        for applet in applets:
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tree.addfile(link)
    return buffer.getvalue()
