"""How a container differs by now from what was asked for. Pure.

What was asked for stands on the container itself as a label, written from the request that made it: so an agent that
is killed or upgraded knows it, and a container without the label does not differ from anything. Only what was asked
for is compared, and the little that nobody gets without asking. What cannot be changed while a container lives is
written as digests, values of variables all in one; what can be is written out, to be put back.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pullet.engine import labels
from pullet.engine.spec import Blueprint, Body
from pullet.engine.traits import FIXED, LIMITS, NEVER_UNASKED
from pullet.model.digest import digest
from pullet.model.observed import CUT, UNNAMED, Drift

Inspected = Mapping[str, Any]

NETWORK = "network"
OF_NETWORKS = frozenset({NETWORK, UNNAMED, CUT})

SHORT = 10
"""Hexadecimal digits of a digest."""


UNKNOWN_TO_SOME_KERNELS = -1
"""What the engine makes of a limit of swap where the kernel counts none."""


class Ways:
    """In which traits this engine tells otherwise even of what was just made: there, no difference means anything.

    Without it, an engine that comes to tell something in another way would have everything made anew, for ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: frozenset[str] = frozenset()

    def learn(self, just_made: Inspected) -> None:
        """From a container that nobody can have changed yet; it may not be on all of its networks."""
        found = {one.trait for one in drifted(just_made)} - OF_NETWORKS
        with self._lock:
            self._known |= found

    def meant(self, found: tuple[Drift, ...]) -> tuple[Drift, ...]:
        """Those that somebody made."""
        return tuple(one for one in found if one.trait not in self._known)


def witnessed(plan: Blueprint) -> Body:
    """The request's body, with what it asks for as one more label."""
    marks = {**plan.body["Labels"], labels.ASKED: _json(_asked(plan))}
    if not plan.unnamed:
        return {**plan.body, "Labels": marks}
    config = plan.body.get("NetworkingConfig", {"EndpointsConfig": {}})["EndpointsConfig"]
    endpoints = {network: plan.answering(endpoint) for network, endpoint in config.items()}
    marks[labels.UNNAMED] = "true"
    return {**plan.body, "Labels": marks, "NetworkingConfig": {"EndpointsConfig": endpoints}}


def asked_for(inspected: Inspected) -> Mapping[str, Any]:
    """What stands on the label; empty where there is none, or none that this version understands."""
    try:
        found = json.loads((inspected["Config"]["Labels"] or {}).get(labels.ASKED, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def drifted(inspected: Inspected) -> tuple[Drift, ...]:
    """Each difference in words; none where it is not known what was asked for."""
    asked = asked_for(inspected)
    try:
        return tuple(_differences(asked, inspected)) if asked else ()
    except (AttributeError, KeyError, TypeError, ValueError):
        return ()  # a label of another version, or an engine that tells it another way


def _asked(plan: Blueprint) -> dict[str, Any]:
    host = plan.body["HostConfig"]
    endpoints = plan.body.get("NetworkingConfig", {}).get("EndpointsConfig", {})
    variables = plan.body.get("Env", [])
    networks = {**endpoints, **plan.networks}
    # An entrypoint takes the image's command away, so that there is none where none was asked for.
    config = {"Cmd": None, **plan.body} if "Entrypoint" in plan.body else plan.body
    fixed = dict(_digests(config, host))
    if networks:
        del fixed["NetworkMode"]  # it names the first one, which is compared with the others
    return {
        "name": plan.name,
        "image": plan.image,
        "fixed": fixed,
        "limits": {key: host[key] for key in LIMITS if host.get(key)},
        "restart": host["RestartPolicy"],
        "networks": networks,
        "environment": [sorted({_name(one) for one in variables}), _environment(variables)],
        "labels": [sorted(plan.labels), _short(plan.labels)],
    }


def _digests(config: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for trait in FIXED:
        for section, keys in ((config, trait.config), (host, trait.host)):
            yield from ((key, _short(_plain(key, section[key]))) for key in keys if key in section)


def _differences(asked: Mapping[str, Any], inspected: Inspected) -> Iterator[Drift]:
    config, host = inspected["Config"], inspected["HostConfig"]
    name = inspected["Name"].removeprefix("/")
    if name != asked["name"]:
        yield Drift("name", f"it was renamed to {name}", in_place=True)
    if config["Image"] != asked["image"]:
        yield Drift("image", f"its image is {config['Image']}, {asked['image']} was asked for")
    yield from _fixed(asked["fixed"], config, host)
    variables, values = asked["environment"]
    yield from _variables(variables, values, config["Env"] or [])
    names, expected = asked["labels"]
    if _short({key: value for key, value in (config["Labels"] or {}).items() if key in names}) != expected:
        yield Drift("labels", "its labels are not what was asked for")
    yield from _limits(asked["limits"], host)
    if _is_up(inspected):
        yield from _restart(asked["restart"], host["RestartPolicy"])
    unnamed = labels.UNNAMED in (config["Labels"] or {})
    for one in _networks(asked["networks"], inspected["NetworkSettings"]["Networks"] or {}):
        yield replace(one, trait=one.trait if unnamed else NETWORK)


def _fixed(asked: Mapping[str, str], config: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[Drift]:
    told = dict(_digests(config, host))
    nothing = _short(None)
    for trait in FIXED:
        for key in (*trait.config, *trait.host):
            expected = asked.get(key, nothing if key in NEVER_UNASKED else None)
            if expected is not None and told.get(key, nothing) != expected:
                yield Drift(key, f"{trait.words} was asked for")


def _variables(names: Sequence[str], expected: str, told: Sequence[str]) -> Iterator[Drift]:
    ours = [one for one in told if _name(one) in names]
    if _environment(ours) != expected:
        lacking = sorted(set(names) - {_name(one) for one in ours})
        more = f": it lacks {', '.join(lacking)}" if lacking else ""
        yield Drift("environment", f"its environment is not what was asked for{more}")


def _limits(asked: Mapping[str, Any], host: Mapping[str, Any]) -> Iterator[Drift]:
    """A bound that is not there at all is one that the kernel does not know: nobody can take one away by hand."""
    for key, limit in LIMITS.items():
        wanted, told = _bound(asked.get(key)), host.get(key)
        dropped = not told or (key == "MemorySwap" and told == UNKNOWN_TO_SOME_KERNELS)
        if wanted == _bound(told) or dropped or not (key in asked or limit.plain):
            continue
        is_now, was_asked = (limit.show(one) if one else "none" for one in (_bound(told), wanted))
        words = f"its {limit.words} is {is_now}, {was_asked} was asked for"
        yield Drift(key, words, in_place=key in asked)


def _restart(asked: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Drift]:
    wanted, found = _policy(asked), _policy(told)
    if found != wanted:
        yield Drift("restart", f"its restart policy is {found}, {wanted} was asked for", in_place=True)


def _is_up(inspected: Inspected) -> bool:
    """What is to stay down has no restart policy any more, by our own hand."""
    return inspected["State"]["Status"] in ("running", "restarting", "paused")


def _networks(asked: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Drift]:
    """A network may have been asked for by its id. Without any, it uses another's, the node's or none."""
    if not asked:
        return
    for network, endpoint in asked.items():
        found = joined(network, told)
        if found is None:
            yield Drift(CUT, f"it is not on the network {network}", in_place=True)
        elif not _is_as_asked(endpoint, told[found]):
            yield Drift(UNNAMED, f"its names or addresses on the network {found} differ", in_place=True)
    for network in strange(asked, told):
        yield Drift(NETWORK, f"it is on the network {network}, which was not asked for", in_place=True)


def joined(network: str, told: Mapping[str, Any]) -> str | None:
    """The name under which the engine lists a network; None where the container is not on it."""
    return next((name for name, about in told.items() if network in (name, about.get("NetworkID"))), None)


def strange(asked: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """Networks that it is on although nobody asked for that."""
    return [name for name, about in told.items() if not {name, about.get("NetworkID")} & asked.keys()]


def estranged(asked: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """Networks that it is on in another way than was asked for, as the engine lists them."""
    found = {joined(network, told): endpoint for network, endpoint in asked.items()}
    return [name for name, endpoint in found.items() if name and not _is_as_asked(endpoint, told[name])]


def _is_as_asked(endpoint: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    wanted, found = endpoint.get("IPAMConfig") or {}, told.get("IPAMConfig") or {}
    named = set(endpoint.get("Aliases") or ()) <= set(told.get("Aliases") or ())
    return named and all(
        found.get(key) == wanted[key] for key in ("IPv4Address", "IPv6Address") if key in wanted
    )


def _policy(told: Mapping[str, Any]) -> str:
    retries = told.get("MaximumRetryCount") or 0
    return (told.get("Name") or "no") + (f":{retries}" if retries else "")


def _bound(value: Any) -> Any:
    """None where there is none, however that is said."""
    return None if not value or (isinstance(value, int) and value < 0) else value


def _plain(key: str, value: Any) -> Any:
    """The same for all ways to say it: the engine leaves out what is empty."""
    match key:
        case "CapAdd" | "CapDrop":
            value = sorted(one.upper().removeprefix("CAP_") for one in value or ())
        case "SecurityOpt":  # the engine adds this one by itself, as to privileged containers
            value = [one for one in value or () if one != "label=disable"]
    return _without_empty(value)


def _without_empty(value: Any) -> Any:
    match value:
        case Mapping():
            kept = {key: _without_empty(one) for key, one in value.items()}
            return {key: one for key, one in kept.items() if one is not None} or None
        case list() | tuple():
            kept_ones = [_without_empty(one) for one in value]
            return kept_ones if any(one is not None for one in kept_ones) else None
        case _:
            return value or None


def _environment(variables: Sequence[str]) -> str:
    """Of those that have a value, in any order; where one stands twice, the last one counts."""
    return _short(dict(one.split("=", 1) for one in variables if "=" in one))


def _name(variable: str) -> str:
    return variable.partition("=")[0]


def _short(value: Any) -> str:
    return digest(_json(value))[:SHORT]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
