"""Images: pulled, built from the repository, and the sandbox's own made on the spot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from docker.utils import build as contexts

from pullet.engine import labels, sandbox
from pullet.engine.client import Client, Connection
from pullet.engine.failures import answered
from pullet.engine.pulled import Pulled
from pullet.engine.stock import Shelf
from pullet.model.digest import digest
from pullet.model.errors import Refused
from pullet.model.plan import Pull
from pullet.model.pod import Build, Container, PullPolicy
from pullet.model.workload import RegistryLogin

ROOT = ("", "0", "root")
BUILD_SILENCE = 1800  # seconds that a step of a build may work without a word
BAD_REQUEST = 400  # as what a build's own steps fail with is for a person to mend


class Images:
    """Called by the crew's threads."""

    def __init__(self, connection: Connection, shelf: Shelf, pulled: Pulled) -> None:
        self._connection = connection
        self._shelf = shelf
        self._pulled = pulled
        self._sandbox = threading.Lock()

    def have(self, step: Pull) -> None:
        """Raises Refused or Transient where the image cannot be had."""
        if step.fixed and self._has(step.fixed):
            return
        if step.build is not None:
            self._build(step.image, step.build)
        else:
            self._pull(step.image, step.policy, step.logins)

    def _has(self, image: str) -> bool:
        with self._connection.calling(f"look for image {image}") as client:
            return client.has_image(image)

    def have_sandbox(self, client: Client) -> None:
        with self._sandbox:
            if not client.has_image(sandbox.IMAGE):
                tree = _sandbox_for(client.version()["Arch"])
                repository, _, tag = sandbox.IMAGE.rpartition(":")
                client.import_image_from_data(tree, repository, tag, changes=['CMD ["/pause"]'])

    def _pull(self, image: str, policy: PullPolicy, logins: tuple[RegistryLogin, ...]) -> None:
        with self._connection.calling(f"pull {image}") as client:
            if policy is not PullPolicy.ALWAYS and client.has_image(image):
                return
            if policy is PullPolicy.NEVER:
                raise Refused(
                    f"image {image} is not on this node and its pull policy is Never",
                    hint="load it on the node, or let the policy be IfNotPresent",
                )
            client.reload_config()  # so that a `docker login` counts from now on
            with self._had(client, image):
                lines = client.pull(image, stream=True, decode=True, auth_config=_login(image, logins))
                errors = [line["error"] for line in lines if "error" in line]
        if errors:
            raise answered(f"pull {image}", None, errors[-1])

    def _build(self, image: str, build: Build) -> None:
        """Once for each content of the context and each way to build it."""
        mark = digest(build)
        with self._connection.calling(f"build {image}") as client:
            if client.image_labels(image).get(labels.BUILD) == mark:
                return
            with self._context(build) as context, self._had(client, image):
                errors = [
                    line["error"] for line in _built(client, image, build, context, mark) if "error" in line
                ]
        if errors:
            raise answered(f"build {image}", BAD_REQUEST, errors[-1].strip())

    @contextmanager
    def _had(self, client: Client, image: str) -> Iterator[None]:
        """Remembers what comes to the engine within, and was not there before, as ours.

        What was there before stays whose it was.
        """
        before = {row["Id"] for row in client.images()}
        yield
        now = client.image_id(image)
        if now and (now not in before or now in self._pulled.read()):
            self._pulled.add(now, image)

    def _context(self, build: Build) -> IO[bytes]:
        place = self._shelf.export(build.context)
        ignored = place / ".dockerignore"
        lines = ignored.read_text("utf-8-sig", "replace").splitlines() if ignored.is_file() else []
        exclude = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        inline = (
            (build.dockerfile, build.dockerfile_inline)
            if build.dockerfile_inline
            else (build.dockerfile, None)
        )
        made = contexts.tar(place, exclude=exclude or None, dockerfile=inline, gzip=False)
        return cast("IO[bytes]", made)


def _built(
    client: Client, image: str, build: Build, context: IO[bytes], mark: str
) -> Iterator[dict[str, Any]]:
    """What the engine says while it builds."""
    client.reload_config()  # so that a `docker login` counts from now on
    yield from client.build(
        timeout=BUILD_SILENCE,
        fileobj=context,
        custom_context=True,
        dockerfile=build.dockerfile,
        tag=image,
        buildargs=dict(build.args),
        labels={**build.labels, labels.BUILD: mark},
        target=build.target or None,
        network_mode=build.network or None,
        platform=build.platform or None,
        extra_hosts=dict(build.extra_hosts) or None,
        shmsize=build.shm,
        nocache=build.no_cache,
        pull=build.pull,
        rm=True,
        forcerm=True,
        decode=True,
    )


def _sandbox_for(architecture: str) -> bytes:
    try:
        return sandbox.image(architecture)
    except KeyError:
        raise Refused(
            f"pods of several containers need a program that is not written for {architecture} yet",
            hint="run each container in a pod of its own on this node",
        ) from None


def refuse_root(client: Client, container: Container, image: str) -> None:
    """For runAsNonRoot: neither the manifest nor the image may say root, or leave it to a name that is not known.

    `image` is what the container is made from, a reference or an id.
    https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
    """
    user = container.security.user or client.image_user(image)
    name = user.partition(":")[0]
    root = name in ROOT or not name.strip("0")
    if root or not name.isdigit():
        who = "root" if root else f"the user {name}, which may be root"
        raise Refused(
            f"{container.name} must not run as root, and {container.image} runs as {who}",
            hint="set runAsUser",
        )


def _login(image: str, logins: tuple[RegistryLogin, ...]) -> dict[str, str] | None:
    """The first login for the image's registry; None lets the engine's own configuration decide."""
    registry = registry_of(image)
    for login in logins:
        if (
            registry_of(f"{login.registry.removeprefix('https://').removeprefix('http://').rstrip('/')}/x")
            == registry
        ):
            return {"username": login.username, "password": login.password}
    return None


def registry_of(image: str) -> str:
    """`docker.io` where the reference names none."""
    first, slash, _ = image.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    registry = first if named else "docker.io"
    return "docker.io" if registry in ("index.docker.io", "registry-1.docker.io") else registry
