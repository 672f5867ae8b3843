"""The connection to the engine: made when first needed, a time-out on every call, errors translated.

Every module of this room calls the engine through `Connection.calling`.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import docker
import docker.errors
import requests
import tenacity
from docker.constants import DEFAULT_DOCKER_API_VERSION

from pullet.engine.failures import translated
from pullet.engine.transport import UnixAdapter
from pullet.model.errors import Refused, Transient

OLDEST = (1, 41)
NEWEST = tuple(int(part) for part in DEFAULT_DOCKER_API_VERSION.split("."))  # that the SDK was written for
PATIENCE = 20.0  # seconds for a call that asks, creates or starts; a stop gets its grace period on top
SILENCE = 300.0  # seconds between two signs of life of a pull or of the event stream
CONNECTIONS = 32
RELOADED = re.compile(r"iptables.*(No chain/target/match by that name|Chain '\S+' does not exist)", re.DOTALL)

STUCK = re.compile(r"(task|container) \S+: already exists|container with id exists|v2\.task/\S+: file exists")
FORBIDDEN = 403
CONFLICT = 409


def _lacks_chains(error: BaseException) -> bool:
    explanation = error.explanation if isinstance(error, docker.errors.APIError) else None
    return RELOADED.search(explanation or "") is not None


_patient = tenacity.retry(
    retry=tenacity.retry_if_exception(_lacks_chains),
    stop=tenacity.stop_after_delay(5),
    wait=tenacity.wait_fixed(0.2),
    reraise=True,
)
"""Once more: the engine's chains are gone for a moment where firewalld or another engine sets the firewall up anew."""


class Client(docker.APIClient):
    """The SDK's client, except that no call waits for ever, as pulls and events do there.

    `url` is `unix://` and a path; `version` of the API; `patience` in seconds.
    """

    create_network = _patient(docker.APIClient.create_network)
    start = _patient(docker.APIClient.start)

    def __init__(self, url: str, version: tuple[int, ...], patience: float) -> None:
        self.url = url
        super().__init__(base_url=url, version=".".join(map(str, version)), timeout=math.ceil(patience))
        if url.startswith("unix://"):
            path = "/" + url.removeprefix("unix://").lstrip("/")
            self.mount("http+docker://", UnixAdapter(path, CONNECTIONS))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = SILENCE
        return super().request(*args, **kwargs)

    def create(self, body: dict[str, Any], name: str, platform: str = "") -> str:
        """The new container's id; `body` in the engine's own words."""
        answer = self.create_container_from_config(body, name, platform or None)  # type: ignore[no-untyped-call]
        return str(answer["Id"])

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        """What the SDK has no words for, or none with a time-out. Raises APIError where the engine says no."""
        url = f"{self.base_url}/v{self.api_version}{path}"
        response = self.request(method, url, **{"timeout": self.timeout, **how})
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            docker.errors.create_api_error_from_http_exception(error)
        return response

    def join(self, network: str, container: str, endpoint: Mapping[str, Any]) -> None:
        """Connect a container to one more network, `endpoint` in the engine's own words; again is as good as once."""
        body = {"Container": container, "EndpointConfig": dict(endpoint)}
        try:
            self.ask("POST", f"/networks/{network}/connect", json=body)
        except docker.errors.APIError as error:
            if error.status_code != FORBIDDEN or "already exists" not in (error.explanation or ""):
                raise

    def exec_stream(self, exec_id: str) -> requests.Response:
        """The output as the command writes it, in frames, to be closed; the SDK's own has no time-out."""
        return self.ask("POST", f"/exec/{exec_id}/start", json={"Detach": False, "Tty": False}, stream=True)

    def begin(self, container: str) -> None:
        """Start it. What the engine can never start again is removed, volumes stay, and the next plan makes it anew.

        An engine that ended while it started a container may keep a trace of that for ever:
        https://github.com/moby/moby/issues/36145 and 39630, 40613, 50040.
        """
        try:
            self.start(container)
        except docker.errors.APIError as error:
            if not STUCK.search(error.explanation or ""):
                raise
            self.remove_container(container, v=False, force=True)
            raise Transient(
                f"the engine lost track of container {container[:12]}; it was removed, to be made anew"
            ) from error

    def keep_down(self, container: str) -> None:
        """From now on the engine does not start it by itself; gone is as good."""
        with suppress(docker.errors.NotFound):
            self.ask("POST", f"/containers/{container}/update", json={"RestartPolicy": {"Name": "no"}})

    def has_image(self, image: str) -> bool:
        return self._image(image) is not None

    def image_labels(self, image: str) -> dict[str, str]:
        """None where the image is not there, or has none."""
        found = self._image(image)
        return dict((found or {}).get("Config", {}).get("Labels") or {})

    def image_id(self, image: str) -> str:
        """As `sha256:…`; empty where the image is not there."""
        return str((self._image(image) or {}).get("Id", ""))

    def image_user(self, image: str) -> str:
        """Who the image runs as; empty for root."""
        found = self._image(image)
        return str((found or {}).get("Config", {}).get("User") or "")

    def _image(self, image: str) -> dict[str, Any] | None:
        try:
            return dict(self.inspect_image(image))  # type: ignore[no-untyped-call]
        except docker.errors.NotFound:
            return None


class Connection:
    """Safe to share between threads; the engine may be away when it is made, and may come back another version."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.url = url
        self._patience = patience
        self._lock = threading.Lock()
        self._client: Client | None = None

    @contextmanager
    def calling(self, doing: str) -> Iterator[Client]:
        """The client for a few calls; raises Transient or Refused, with `doing` in the message."""
        with translated(doing, self.url):
            yield self._client or self._connect()

    def knock(self) -> None:
        """Raises Transient where no new connection is answered, as by an engine that is ending.

        Connections that are open already outlive that decision; what is started on them then may be lost to the
        engine that comes next.
        """
        with translated("ask whether the engine stays", self.url):
            client = self._at(OLDEST)
            try:
                client.ping()
            finally:
                client.close()

    def renew(self) -> None:
        """Connect and negotiate anew at the next call; calls in flight end on the old client, which then goes."""
        self._client = None

    def _connect(self) -> Client:
        """Asks outside the lock, so that an engine that hangs is waited for side by side."""
        client = self._at(negotiated(self._versions()))
        with self._lock:
            if self._client is None:
                self._client = client
            chosen = self._client
        if chosen is not client:
            client.close()
        return chosen

    def _versions(self) -> dict[str, Any]:
        client = self._at(OLDEST)
        try:
            return dict(client.version(api_version=False))
        finally:
            client.close()

    def _at(self, version: tuple[int, ...]) -> Client:
        return Client(self.url, version, self._patience)


def negotiated(answer: dict[str, Any]) -> tuple[int, ...]:
    """The newest API version that the engine and the SDK both speak, from the engine's answer to /version."""
    newest, oldest = (
        tuple(int(part) for part in answer.get(key, "1.24").split("."))
        for key in ("ApiVersion", "MinAPIVersion")
    )
    if newest < OLDEST:
        raise Refused(
            f"the engine is too old: version {answer.get('Version')}, API {answer.get('ApiVersion')}",
            hint="Docker 20.10 (API 1.41) or newer is needed",
        )
    return max(min(newest, NEWEST), oldest)
