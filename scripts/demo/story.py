"""The story that the demo tells, act by act. What an act claims, it has seen on the engine."""

from __future__ import annotations

import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from scripts.demo.engines import SMALL, WEB_1, WEB_2
from scripts.demo.eyes import Customer
from scripts.demo.stage import Stage

WEB = "shop/Deployment/web"
REPLICAS = 3
REPOSITORY = "../fleet.git"
STATUS = f"pullet status --repo {REPOSITORY}"
COMMIT = re.compile(r"[0-9a-f]{7,} ")
HEADLINE = re.compile(r"\S+: [a-z-]+, \d+ of \d+ instances ready")


def standing(web: str) -> Counter[tuple[str, str]]:
    """What the example says should run, with this image for the web server."""
    return Counter(
        {(WEB, web): REPLICAS, ("shop/Deployment/cache", SMALL): 1, ("ops/DaemonSet/heartbeat", SMALL): 3}
    )


def tell(stage: Stage) -> None:
    with stage.screen.watching(stage.fleet.agents):
        before = push_deploys(stage)
        change_rolls(stage)
        killed_comes_back(stage)
        bad_push_goes_back(stage)
        mistake_is_refused(stage)
        revert_restores(stage, before)
        repository_knows(stage)


def push_deploys(stage: Stage) -> set[tuple[str, str]]:
    """Returns the instances with their specifications' hashes."""
    stage.act(
        "A push deploys",
        "The repository says: three web servers on nodes with role=web, a cache on the one with role=data,",
        "a heartbeat on every node. The agents watch it; each works out its own part, none asks another.",
    )
    stage.types("git add . && git commit --quiet --message 'Open the shop'")
    stage.types("pullet validate . && pullet place .")
    stage.types("git push --quiet --set-upstream origin main")
    took = settled(stage, WEB_1)
    stage.proves(f"seven containers run on three nodes {took:.1f} s after the push")
    return specifications(stage)


def change_rolls(stage: Stage) -> None:
    stage.act(
        "A change replaces containers, the new one ready before the old one goes",
        "A customer asks all web servers all the time. First we look at what one node would do.",
    )
    stage.types("sed -i s/web:1/web:2/ shop/web.yaml && git commit --quiet --all --message 'Serve web 2'")
    node = next(one.node for one in stage.eyes.running() if one.workload == WEB)
    stage.types(f"pullet plan --repo . --node {node} --config ../{node}.yaml")
    customer = Customer(stage.eyes, WEB)
    with customer.asking():
        stage.types("git push --quiet")
        took = settled(stage, WEB_2)
    assert customer.looks, "the customer never got to ask: this machine is too busy"
    assert customer.fewest >= REPLICAS, f"only {customer.fewest} of {REPLICAS} web servers answered at a time"
    stage.proves(
        f"web 2 runs after {took:.1f} s; the customer looked {customer.looks} times, "
        f"and never fewer than {customer.fewest} servers answered"
    )


def killed_comes_back(stage: Stage) -> None:
    stage.act("A killed container comes back", "Nobody is told. The engine's event wakes the agent.")
    victim = next(one for one in stage.eyes.running() if one.workload == WEB)
    first = stage.eyes.started(victim.node, victim.instance)
    stage.screen.say(f"   $ docker kill {victim.name}", "command")
    killed = time.time()
    stage.eyes.client.kill(victim.id)

    def again() -> bool:
        return stage.eyes.started(victim.node, victim.instance) not in {"", first}

    stage.until(again, f"{victim.instance} runs again")
    started = datetime.fromisoformat(stage.eyes.started(victim.node, victim.instance)).timestamp()
    settled(stage, WEB_2)
    stage.proves(f"by the engine's clock it runs again {(started - killed) * 1000:.0f} ms after the kill")


def bad_push_goes_back(stage: Stage) -> None:
    stage.act(
        "A bad push rolls itself back",
        "No machine can see this slip before it runs: the port has a letter in it. The new ones crash, so each node",
        "goes back to what was good there, and says why. The customer asks on.",
    )
    before = specifications(stage)
    slip = "sed -i 's/-p 8080/-p 808O/' shop/web.yaml"
    stage.types(f"{slip} && git commit --quiet --all --message 'Move the port'")
    customer = Customer(stage.eyes, WEB)
    with customer.asking():
        stage.types("git push --quiet")
        took = stage.until(web_nodes_say(stage, "rolled-back"), "both web nodes say rolled-back")
        stage.until(lambda: stage.eyes.standing() == standing(WEB_2), "what was good runs, and nothing else")
    assert specifications(stage) == before, "the specifications differ from those before"
    assert customer.fewest >= REPLICAS, f"only {customer.fewest} of {REPLICAS} web servers answered at a time"
    stage.until(notes_say(stage, "rolled-back", web_nodes(stage)), "the notes in the repository say so")
    node = web_nodes(stage)[0]
    told = stage.types(
        f"git -C {REPOSITORY} notes --ref=pullet/{node} show {stage.fleet.work.head}", shows=failure
    )
    assert "808O" in told, "the note does not have the last words"
    stage.proves(
        f"both went back after {took:.1f} s, and never fewer than {customer.fewest} servers answered"
    )
    stage.types("git revert --no-edit HEAD >/dev/null && git push --quiet")
    settled(stage, WEB_2)


def mistake_is_refused(stage: Stage) -> None:
    stage.act(
        "A manifest with a mistake is refused, and everything keeps running",
        "`pullet validate` would have said so; we push it all the same.",
    )
    stage.types("sed -i s/replicas:/replica:/ shop/web.yaml && git commit --quiet --all --message 'A slip'")
    stage.types("pullet validate .", fails=True)
    line = 1 + (stage.fleet.work.path / "shop/web.yaml").read_text().splitlines().index("  replica: 3")
    before = {one.id for one in stage.eyes.running()}
    stage.types("git push --quiet")
    took = stage.until(stage.agents_say("refused"), "every agent refuses the commit")
    stage.until(notes_say(stage, "refused"), "the notes in the repository say so")
    said = stage.types(STATUS, fails=True)
    assert f"shop/web.yaml:{line}:" in said, "the file and the line of the mistake are not named"
    assert {one.id for one in stage.eyes.running()} == before, "a container was touched"
    stage.proves(f"all three refuse it after {took:.1f} s, and the same seven containers run")


def revert_restores(stage: Stage, before: set[tuple[str, str]]) -> None:
    stage.act(
        "A revert restores the former state",
        "The slip and web 2 are both taken back; what ran before is in the history, so it can run again.",
    )
    stage.types("git revert --no-edit HEAD HEAD~3 >/dev/null && git push --quiet")
    took = settled(stage, WEB_1)
    assert specifications(stage) == before, "the specifications differ from those before"
    stage.proves(f"web 1 runs after {took:.1f} s, from exactly the specifications of before")


def repository_knows(stage: Stage) -> None:
    stage.act(
        "The repository tells the story",
        "Each agent leaves a note on each commit; whoever may read the repository can read what came of it.",
    )
    stage.until(notes_say(stage, "converged"), "every node's note says converged")
    stage.types(STATUS)
    stage.types("git fetch --quiet origin 'refs/notes/*:refs/notes/*'")
    log = stage.types("git log --notes='pullet/*' --format='%h %s%n%N'", shows=headlines)
    for agent in stage.fleet.agents:
        assert f"{agent.node}: converged" in log, f"{agent.node} left no note"
    stage.proves("every node's note stands on its commit")


def settled(stage: Stage, web: str) -> float:
    """The engine runs what the repository says and nothing else, and the agents know it; after how many seconds."""
    wanted, agents_agree = standing(web), stage.agents_say("converged")
    return stage.until(
        lambda: stage.eyes.standing() == wanted and agents_agree(),
        f"the engine runs {dict(wanted)}, and every agent says converged",
    )


def specifications(stage: Stage) -> set[tuple[str, str]]:
    return {(one.instance, one.hash) for one in stage.eyes.running()}


def web_nodes(stage: Stage) -> list[str]:
    return sorted({one.node for one in stage.eyes.running() if one.workload == WEB})


def web_nodes_say(stage: Stage, state: str) -> Callable[[], bool]:
    """Whether the agents that run the web servers are in this state at the pushed commit."""
    head, nodes = stage.fleet.work.head, web_nodes(stage)
    agents = [agent for agent in stage.fleet.agents if agent.node in nodes]
    return lambda: all(
        (status := agent.status()).get("commit") == head and status["state"] == state for agent in agents
    )


def notes_say(stage: Stage, state: str, nodes: Sequence[str] = ()) -> Callable[[], bool]:
    """Whether `pullet status --repo` shows these nodes, or else every node, in this state at the pushed commit."""
    head = stage.fleet.work.head[:10]
    wanted = {(node, head, state) for node in nodes or [agent.node for agent in stage.fleet.agents]}
    return lambda: wanted <= {tuple(line.split()[:3]) for line in stage.fleet.say(STATUS).stdout.splitlines()}


def failure(note: str) -> str:
    """What the note says of the failure."""
    lines = note.splitlines()
    begins = next(number for number, line in enumerate(lines) if line.strip() == "failed:")
    told = itertools.takewhile(lambda line: line.startswith("      "), lines[begins + 1 :])
    return "\n".join([lines[begins].strip(), *(f"  {line.strip()}" for line in told)])


def headlines(log: str) -> str:
    """Commits, and of each note the line for people; the YAML for programs that follows it is left out."""
    lines = [line for line in log.splitlines() if COMMIT.match(line) or HEADLINE.match(line)]
    return "\n".join(line if COMMIT.match(line) else f"    {line}" for line in lines)
