"""Images of a registry that wants a login, pulled with what a Secret says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docker.errors
import pytest

from pullet.model.names import InstanceName
from pullet.model.plan import Pull
from pullet.model.pod import PullPolicy
from pullet.model.workload import RegistryLogin
from tests.lab.engine import LabEngine
from tests.lab.hand import Hand
from tests.lab.images import BUSYBOX, tag
from tests.lab.registry import Registry, missing, private_registry


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    if packages := missing():
        pytest.skip(f"apt-get install {packages}")
    with private_registry(tmp_path) as running:
        yield running


@pytest.fixture
def image(registry: Registry, engine: LabEngine) -> Iterator[str]:
    """One that the registry has and the engine has no more."""
    name = tag(engine.client, f"{registry.address}/team/app:1")
    login = {"username": registry.username, "password": registry.password}
    answer = str(engine.client.push(name, auth_config=login))
    assert "digest" in answer, answer
    engine.client.remove_image(name)
    yield name
    with suppress(docker.errors.NotFound):
        engine.client.remove_image(name)


def pull(image: str, *logins: RegistryLogin) -> Pull:
    name = InstanceName.parse("shop/Deployment/web#0")
    return Pull(name, "0", image, PullPolicy.IF_NOT_PRESENT, "wanted", logins=logins)


def test_with_its_login(hand: Hand, image: str, registry: Registry, engine: LabEngine) -> None:
    """The one for its registry, in any way to write that; others are of no use to it."""
    other = RegistryLogin("registry.example", "nobody", "wrong")
    mine = RegistryLogin(f"http://{registry.address}/", registry.username, registry.password)
    assert hand.does(pull(image, other, mine)) is None
    assert engine.client.has_image(image)
    assert engine.client.has_image(BUSYBOX)


def test_without_a_login_and_with_a_wrong_one(hand: Hand, image: str, registry: Registry) -> None:
    """A person must act; what was tried as a password is told nowhere."""
    wrong = RegistryLogin(registry.address, registry.username, "not-the-password")
    for logins in ((), (wrong,)):
        failed = hand.does(pull(image, *logins))
        assert failed is not None
        assert failed.refused
        assert "not-the-password" not in failed.error
