"""Who may wake the agent by a push, and how it is proven."""

from __future__ import annotations

import hashlib
import hmac
import os

import pytest

from pullet.serving.webhook import LARGEST
from tests.lab.asking import Reply, ask
from tests.serving.conftest import House

BODY = b'{"ref": "refs/heads/main"}'


def signature(secret: str = "hunter2", body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def deliver(url: str, headers: dict[str, str], body: bytes = BODY) -> Reply:
    return ask(f"{url}/webhook", headers, body)


def test_the_signature_is_githubs() -> None:
    """The example of GitHub's documentation comes out as it stands there."""
    expected = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert signature("It's a Secret to Everybody", b"Hello, World!") == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Hub-Signature-256": f"sha256={signature()}", "X-GitHub-Event": "push"},
        {"X-Gitea-Signature": signature(), "X-Gitea-Event": "push"},
        {"X-Forgejo-Signature": signature(), "X-Forgejo-Event": "push"},
        {"X-Gitlab-Token": "hunter2", "X-Gitlab-Event": "Push Hook"},
    ],
)
def test_a_proven_push_wakes(house: House, url: str, headers: dict[str, str]) -> None:
    """GitHub, Gitea, Forgejo and GitLab each prove the secret in their own way."""
    assert deliver(url, headers).status == 202
    assert house.pushes == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": f"sha256={signature('wrong')}"},
        {"X-Hub-Signature-256": f"sha1={signature()}"},
        {"X-Gitea-Signature": signature(body=b"another body")},
        {"X-Forgejo-Signature": "\xe4\xf6"},
        {"X-Gitlab-Token": "hunter"},
        {"X-Gitlab-Token": signature()},
    ],
)
def test_what_proves_nothing_is_refused(house: House, url: str, headers: dict[str, str]) -> None:
    """A missing or wrong proof is 401, and nobody is woken."""
    assert deliver(url, headers).status == 401
    assert house.pushes == 0


def test_a_ping_is_answered_and_wakes_nobody(house: House, url: str) -> None:
    """What a server sends to try the address is good and no push; an unproven one is refused."""
    headers = {"X-Hub-Signature-256": f"sha256={signature()}", "X-GitHub-Event": "ping"}
    assert deliver(url, headers).status == 200
    assert deliver(url, {"X-GitHub-Event": "ping"}).status == 401
    assert house.pushes == 0


def test_a_changed_secret_holds_at_once(house: House, url: str) -> None:
    """The secret's file is read anew for each delivery."""
    house.secret_file.write_text("another")
    assert deliver(url, {"X-Gitlab-Token": "hunter2"}).status == 401
    assert deliver(url, {"X-Gitlab-Token": "another"}).status == 202


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_without_a_secret_nothing_is_taken(house: House, url: str, content: str | None) -> None:
    """A secret that is away or empty proves nothing, whatever the delivery says."""
    if content is None:
        house.secret_file.unlink()
    else:
        house.secret_file.write_text(content)
    for headers in ({"X-Gitlab-Token": ""}, {"X-Gitea-Signature": signature("")}):
        assert deliver(url, headers).status == 503
    assert house.pushes == 0


def test_no_webhook_is_configured(house: House) -> None:
    """Without a secret's file in the settings there is no webhook."""
    with house.served(hook=False) as url:
        assert deliver(url, {"X-Gitlab-Token": "hunter2"}).status == 404


def test_too_large(house: House, url: str) -> None:
    """A mebibyte is taken and a byte more is not."""
    largest = os.urandom(LARGEST)
    assert deliver(url, {"X-Gitea-Signature": signature(body=largest)}, largest).status == 202
    assert deliver(url, {"X-Gitlab-Token": "hunter2"}, largest + b"x").status == 413
    assert house.pushes == 1


def test_only_post(url: str) -> None:
    """Looking at the address with a browser wakes nobody."""
    assert ask(f"{url}/webhook").status == 405


def test_behind_a_proxy_that_keeps_the_name(house: House, url: str) -> None:
    """A delivery is proven by its secret, so it may call the agent by any name; and it needs no token."""
    assert deliver(url, {"X-Gitlab-Token": "hunter2", "Host": "deploy.example"}).status == 202
    with house.served(token="t0ken") as guarded:
        assert deliver(guarded, {"X-Gitlab-Token": "hunter2"}).status == 202
