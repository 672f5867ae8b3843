"""Asks the agent of this machine for its report: for `pullet status`, which must not load a server to do so."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode

from pullet.model.errors import Refused, Transient
from pullet.serving.address import Address


def fetch_status(listen: str, token: str | None = None, timeout: float = 5) -> dict[str, Any]:
    """The body of `/status` (see `Report.status`), from the agent that listens at `listen`.

    Raises Transient when it does not answer or has no report yet, Refused when it wants another token.
    """
    return _fetch(listen, "/status", token, timeout)


def fetch_activity(
    listen: str, workload: str, token: str | None = None, timeout: float = 5
) -> dict[str, Any]:
    """The body of `/activity` for one workload, or for all where it is empty; raises as `fetch_status`."""
    return _fetch(listen, f"/activity?{urlencode({'workload': workload})}", token, timeout)


def _fetch(listen: str, path: str, token: str | None, timeout: float) -> dict[str, Any]:
    address = Address.parse(listen).here
    status, body = _get(address, path, token, timeout)
    match status:
        case http.client.OK:
            return _told(body, address)
        case http.client.SERVICE_UNAVAILABLE:
            raise Transient(f"the agent at {address} has no report yet", hint="ask again in a moment")
        case http.client.UNAUTHORIZED:
            raise Refused(
                f"the agent at {address} asks for another token", hint="see status.token_file on this node"
            )
        case _:
            raise _stranger(address)


def _get(address: Address, path: str, token: str | None, timeout: float) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
    try:
        connection.request(
            "GET", path, headers={"Authorization": f"Bearer {token}".encode()} if token else {}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException:
        raise _stranger(address) from None
    except OSError as error:
        raise Transient(
            f"the agent does not answer at {address}: {error.strerror or error}",
            hint="is it running? `systemctl status pullet`",
        ) from None
    finally:
        connection.close()


def _told(body: bytes, address: Address) -> dict[str, Any]:
    try:
        report = json.loads(body)
    except ValueError:
        raise _stranger(address) from None
    if not isinstance(report, dict) or "node" not in report:
        raise _stranger(address)
    return report


def _stranger(address: Address) -> Transient:
    return Transient(
        f"what answers at {address} is not a Pullet agent",
        hint="compare status.listen of the agent's settings",
    )
