"""What Pullet is for: what is pushed runs, and what is reverted runs as it did before."""

from __future__ import annotations

from tests.lab.agents import Agent
from tests.lab.declare import deployment
from tests.lab.engine_events import watching
from tests.lab.git_servers import git
from tests.lab.images import BUSYBOX, BUSYBOX_2

WEB = "shop/Deployment/web"


def test_a_push_deploys(agent: Agent) -> None:
    """What a push declares runs soon after, marked with where it came from."""
    commit = agent.follows({"shop/web.yaml": deployment("web", 2)})
    standing = agent.stands()
    assert set(standing) == {f"{WEB}#0", f"{WEB}#1"}
    assert {(one.commit, one.image) for one in standing.values()} == {(commit, BUSYBOX)}
    assert agent.networks() == {"shop"}
    about = agent.engine.client.inspect_container(standing[f"{WEB}#0"].id)
    assert about["Config"]["Labels"]["pullet.dev/path"] == "shop/web.yaml"
    assert about["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


def test_the_new_is_ready_before_the_old_goes(agent: Agent) -> None:
    """While both instances are replaced, never fewer than two of them are ready, as the engine saw it."""
    agent.follows({"web.yaml": deployment("web", 2)})
    before = agent.ids()
    with watching(agent.engine, agent.node) as story:
        agent.follows({"web.yaml": deployment("web", 2, image=BUSYBOX_2)})
    assert {one.image for one in agent.stands().values()} == {BUSYBOX_2}
    assert not set(before.values()) & set(agent.ids().values())
    assert story.died == set(before.values())
    assert min(story.ready_after_each_event(set(before.values()))) >= 2


def test_what_a_commit_does_not_touch_is_left_alone(agent: Agent) -> None:
    """A commit that changes one workload, or only the order and comments of a file, restarts nothing else."""
    agent.follows({"web.yaml": deployment("web"), "api.yaml": deployment("api")})
    before = agent.ids()
    agent.follows({"web.yaml": deployment("web", image=BUSYBOX_2), "README.md": "# hello"})
    between = agent.ids()
    assert between["shop/Deployment/api#0"] == before["shop/Deployment/api#0"]
    assert between[f"{WEB}#0"] != before[f"{WEB}#0"]
    agent.follows({"api.yaml": None, "moved/api.yaml": "# a comment\n" + deployment("api")})
    assert agent.ids() == between


def test_scaling_touches_only_the_difference(agent: Agent) -> None:
    """More replicas are added to those that run, fewer are taken from the end."""
    agent.follows({"web.yaml": deployment("web", 1)})
    one = agent.ids()
    agent.follows({"web.yaml": deployment("web", 3)})
    three = agent.ids()
    assert three.keys() == {f"{WEB}#{ordinal}" for ordinal in range(3)}
    assert three[f"{WEB}#0"] == one[f"{WEB}#0"]
    agent.follows({"web.yaml": deployment("web", 2)})
    assert agent.ids() == {name: three[name] for name in (f"{WEB}#0", f"{WEB}#1")}


def test_what_is_no_longer_declared_goes(agent: Agent) -> None:
    """A workload whose file is deleted is stopped and removed, and its neighbour stays."""
    agent.follows({"web.yaml": deployment("web"), "api.yaml": deployment("api")})
    api = agent.ids()["shop/Deployment/api#0"]
    agent.follows({"web.yaml": None})
    assert agent.ids() == {"shop/Deployment/api#0": api}


def test_a_revert_takes_it_back(agent: Agent) -> None:
    """`git revert` of a commit that replaced, added and removed brings back the specification before it."""
    agent.follows({"web.yaml": deployment("web", 2), "old.yaml": deployment("old")})
    before = {name: (one.hash, one.image) for name, one in agent.stands().items()}
    agent.follows(
        {
            "web.yaml": deployment("web", 1, image=BUSYBOX_2),
            "old.yaml": None,
            "new.yaml": deployment("new"),
        }
    )
    git(agent.work.path, "revert", "--no-edit", "HEAD")
    agent.work.push()
    agent.reaches("converged", agent.work.head)
    assert {name: (one.hash, one.image) for name, one in agent.stands().items()} == before


def test_configuration_rolls_out_like_code(agent: Agent) -> None:
    """A change of a ConfigMap replaces what reads it, and nothing else."""
    config = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words, namespace: shop}\ndata: {GREETING: %s}\n"
    )
    web = deployment("web", envFrom=[{"configMapRef": {"name": "words"}}])
    agent.follows({"web.yaml": web, "api.yaml": deployment("api"), "config.yaml": config % "morning"})
    before = agent.ids()
    assert agent.inside(f"{WEB}#0", "sh", "-c", "echo $GREETING") == (0, "morning\n")
    agent.follows({"config.yaml": config % "evening"})
    assert agent.inside(f"{WEB}#0", "sh", "-c", "echo $GREETING") == (0, "evening\n")
    assert agent.ids()["shop/Deployment/api#0"] == before["shop/Deployment/api#0"]


def test_a_new_commit_in_the_middle_of_a_rollout_wins(agent: Agent) -> None:
    """A rollout that cannot end is overtaken by the next push; nothing of the one between is left."""
    agent.follows({"web.yaml": deployment("web", 2)})
    stuck = {"exec": {"command": ["false"]}}
    between = agent.work.deploy({"web.yaml": deployment("web", 2, image=BUSYBOX_2, ready=stuck)})
    agent.reaches("progressing", between)
    agent.follows({"web.yaml": deployment("web", 2, env=[{"name": "FIXED", "value": "yes"}])})
    assert {one.image for one in agent.stands().values()} == {BUSYBOX}
    assert agent.inside(f"{WEB}#1", "sh", "-c", "echo $FIXED") == (0, "yes\n")


def test_stopping_the_agent_stops_nothing(agent: Agent) -> None:
    """The agent ends well when told to, and another one takes over what runs without touching it."""
    agent.follows({"web.yaml": deployment("web", 2)})
    before = agent.ids()
    assert agent.stop() == 0
    assert agent.ids() == before
    agent.start()
    agent.reaches("converged", agent.work.head)
    assert agent.ids() == before
