"""Which engine the demo plays on: the one that this user has already, or a private one for root."""

from __future__ import annotations

import os
import shutil

from scripts.demo.traces import Traces
from tests.lab.engine import DAEMON, LabEngine, NoEngine, engine_below, reachable_engine
from tests.lab.images import make_busybox

from pullet.engine.client import Client
from pullet.model.errors import Refused

SMALL = "pullet.demo/busybox:1"
WEB_1, WEB_2 = "pullet.demo/web:1", "pullet.demo/web:2"
IMAGES = {SMALL: (), WEB_1: ("ENV VERSION=1",), WEB_2: ("ENV VERSION=2",)}


def choose_engine(traces: Traces, *, private: bool) -> LabEngine:
    """Up and answering, and written down. Raises Refused where there is none to be had."""
    engine = None if private else _engine_at_hand()
    if engine is None:
        _refuse_without_daemon()
        traces.engine_home.mkdir()
        engine = engine_below(traces.engine_home)
    traces.engine = engine.url
    traces.save()
    if engine.private:
        engine.start()
    return engine


def _engine_at_hand() -> LabEngine | None:
    try:
        engine = reachable_engine()
    except NoEngine:
        return None
    if not engine.url.startswith("unix://"):
        raise Refused(f"the engine at {engine.url} is not on this machine", hint="unset DOCKER_HOST")
    if "name=rootless" in engine.client.info().get("SecurityOptions", ()):
        raise Refused(
            "the engine at hand is rootless: its containers' addresses cannot be reached for readiness probes",
            hint="run the demo as root, where it starts an engine of its own",
        )
    return engine


def _refuse_without_daemon() -> None:
    if os.geteuid() != 0:
        raise Refused(
            "no container engine that you may use answers",
            hint="start it and join its group (docker), set DOCKER_HOST, or run the demo as root",
        )
    if shutil.which(DAEMON) is None:
        raise Refused(f"there is no {DAEMON} here", hint="scripts/prepare demo installs it")


def make_images(client: Client, traces: Traces) -> None:
    """Of busybox, without a registry. What was there before stays, also afterwards."""
    missing = [image for image in IMAGES if not client.has_image(image)]
    traces.images = missing
    traces.save()
    for image in missing:
        make_busybox(client, image, IMAGES[image])
