"""What goes with a project that nobody declares any more, in which order, and what stays."""

from __future__ import annotations

import pytest

from tests.lab.agents import Agent, Fleet
from tests.lab.declare import deployment
from tests.lab.images import BUSYBOX

SHOP = {"shop/Service/db#0", "shop/Service/web#0", "front/Deployment/proxy#0"}
MEANT = "Close the shop\n\nPullet-Prune: yes"
GONE: dict[str, str | None] = {"shop/compose.yaml": None, "proxy.yaml": None}


def project(image: str) -> dict[str, str]:
    """A proxy that comes after a service that needs a database, which keeps data; and something that stays."""
    compose = (
        "name: shop\nservices:\n"
        f"  db: {{image: '{image}', build: ./app, volumes: ['data:/data'], stop_grace_period: 5s}}\n"
        f"  web: {{image: '{image}', build: ./app, depends_on: [db], stop_grace_period: 5s}}\n"
        "volumes: {data: {}}\n"
    )
    return {
        "shop/compose.yaml": compose,
        "shop/app/Dockerfile": f"FROM {BUSYBOX}\nRUN echo {image} > /srv/name\n"
        'CMD ["sh", "-c", "trap \'exit 0\' TERM; while :; do sleep 0.05; done"]\n',
        "proxy.yaml": deployment("proxy", namespace="front", ours={"after": "shop/Service/web"}),
        "log.yaml": deployment("log", namespace="ops"),
    }


def image_of(fleet: Fleet) -> str:
    return f"pullet.test/{fleet.mark}:1"


def opened(fleet: Fleet, keep: str) -> Agent:
    """An agent with the whole project, that keeps images so long."""
    policy = fleet.home / "policy.yaml"
    policy.write_text("build: true\n")
    agent = fleet.agent(settings={"policy_file": str(policy), "prune": {"keep": keep}}).start()
    agent.follows(project(image_of(fleet)))
    agent.runs(*SHOP, "ops/Deployment/log#0")
    return agent


def removed(agent: Agent) -> list[str]:
    return [line["instance"] for line in agent.log("step_done") if line["do"] == "remove"]


@pytest.mark.parametrize("keep", ["0s", "168h"])
def test_a_project_goes_the_other_way_round(fleet: Fleet, keep: str) -> None:
    """Each before what it needed; then the networks, and the image when it is old enough; the volume stays."""
    agent = opened(fleet, keep)
    client, image = fleet.engine.client, image_of(fleet)
    try:
        assert agent.networks() == {"shop", "front", "ops"}
        agent.follows(GONE, MEANT)
        agent.runs("ops/Deployment/log#0")
        assert removed(agent) == ["front/Deployment/proxy#0", "shop/Service/web#0", "shop/Service/db#0"]
        agent.waits(lambda: agent.networks() == {"ops"}, "has no network left but one")
        if keep == "0s":
            agent.waits(lambda: not client.has_image(image), "has removed its image")
        assert client.has_image(image) is (keep != "0s")
        assert client.has_image(BUSYBOX)
        assert len(volumes(agent)) == 1
    finally:
        if client.has_image(image):
            client.remove_image(image, force=True)


def test_what_is_marked_stays(fleet: Fleet) -> None:
    """Held, with the reason, until somebody removes it by hand; the mark came later than the container."""
    agent = fleet.agent().start()
    agent.follows({"db.yaml": deployment("db"), "log.yaml": deployment("log")})
    before = agent.ids()
    agent.follows({"db.yaml": deployment("db", ours={"prune": "false"})})
    assert agent.ids() == before
    commit = agent.work.deploy({"db.yaml": None})
    status = agent.reaches("held", commit)
    assert "pullet.dev/prune is false" in status["message"]
    assert "pullet.dev/prune is false" in agent.pullet("plan").out
    assert agent.ids() == before
    fleet.engine.client.remove_container(before["shop/Deployment/db#0"], force=True)
    agent.reaches("converged", commit)
    agent.runs("shop/Deployment/log#0")


def test_volumes_go_where_that_was_asked_for(fleet: Fleet) -> None:
    """With the last of what is declared to use them, and the plan says so; every other volume stays."""
    agent = fleet.agent().start()
    asked = "x-pullet: {prune: volumes}\n"
    service = f"image: '{BUSYBOX}', command: [sh, -c, \"trap 'exit 0' TERM; while :; do sleep 0.05; done\"]"
    db = f"  db: {{{service}, volumes: ['data:/data', 'shared:/shared']}}\n"
    web = f"  web: {{{service}, volumes: ['shared:/shared'], x-pullet: {{prune: true}}}}\n"
    ends = "volumes: {data: {}, shared: {}}\n"
    agent.follows({"compose.yaml": f"name: shop\n{asked}services:\n{db}{web}{ends}"})
    data, shared = (f"pullet-{agent.node}-shop.{name}" for name in ("data", "shared"))
    assert volumes(agent) == {data, shared}
    agent.follows({"compose.yaml": f"name: shop\n{asked}services:\n{web}{ends}"})
    agent.waits(lambda: volumes(agent) == {shared}, "has removed the volume that only db used")
    (said,) = (one["because"] for one in agent.log("step_done") if one["do"] == "remove")
    assert said.endswith(f"; its volumes go with it: {data}")
    agent.follows({"compose.yaml": None, "log.yaml": deployment("log")}, MEANT)
    agent.runs("shop/Deployment/log#0")
    assert volumes(agent) == {shared}


def volumes(agent: Agent) -> set[str]:
    mine = {"label": [f"pullet.dev/node={agent.node}"]}
    return {one["Name"] for one in agent.engine.client.volumes(filters=mine)["Volumes"] or ()}


def test_who_follows_is_started_anew(fleet: Fleet) -> None:
    """`restart: true` of depends_on: the same container, in another process, after the new one is there."""
    agent = fleet.agent().start()
    sleep = "command: [sh, -c, \"trap 'exit 0' TERM; while :; do sleep 0.05; done\"]"

    needs = "{condition: service_started, restart: true}"

    def compose(version: int) -> str:
        return (
            f"name: shop\nservices:\n  db: {{image: '{BUSYBOX}', {sleep}, environment: {{V: '{version}'}}}}\n"
            f"  web: {{image: '{BUSYBOX}', {sleep}, depends_on: {{db: {needs}}}}}\n"
        )

    agent.follows({"compose.yaml": compose(1)})
    web = agent.ids()["shop/Service/web#0"]
    began = fleet.engine.client.inspect_container(web)["State"]["StartedAt"]
    agent.follows({"compose.yaml": compose(2)})
    agent.waits(
        lambda: fleet.engine.client.inspect_container(web)["State"]["StartedAt"] > began, "starts web anew"
    )
    assert agent.ids()["shop/Service/web#0"] == web
