"""Whether a push was told by someone who knows the secret: the ways in which Git servers prove it. Pure.

- GitHub   https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
- Gitea    https://docs.gitea.com/usage/webhooks, and Forgejo https://forgejo.org/docs/latest/user/webhooks/
- GitLab   https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pullet.model.errors import Refused

LARGEST = 1024 * 1024
SIGNATURES = ("x-hub-signature-256", "x-forgejo-signature", "x-gitea-signature")
TOKEN = "x-gitlab-token"  # noqa: S105 - a header's name
EVENTS = ("x-github-event", "x-forgejo-event", "x-gitea-event")


@dataclass(frozen=True, slots=True)
class Delivery:
    """`headers` by lower-case name, in Latin-1 as HTTP has them."""

    headers: Mapping[str, str]
    body: bytes

    def is_signed_with(self, secret: bytes) -> bool:
        """Whether any of the known headers proves the secret; compared in constant time."""
        digest = hmac.new(secret, self.body, hashlib.sha256).hexdigest()
        proofs = {name: digest.encode() for name in SIGNATURES} | {TOKEN: secret}
        given = {name: self._header(name).removeprefix("sha256=").encode("latin-1") for name in proofs}
        return any(hmac.compare_digest(given[name], proof) for name, proof in proofs.items())

    @property
    def is_ping(self) -> bool:
        """What a server sends to try the address, without a push."""
        return any(self._header(name) == "ping" for name in EVENTS)

    def _header(self, name: str) -> str:
        return self.headers.get(name, "")


def read_secret(path: Path) -> bytes:
    """Read anew for each delivery, so that a changed secret holds at once. Raises Refused, also when empty."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Refused(
            f"the webhook's secret {path} cannot be read: {error.strerror}", hint="see webhook.secret_file"
        ) from None
    if not secret:
        raise Refused(f"the webhook's secret {path} is empty", hint="write the secret into it")
    return secret
