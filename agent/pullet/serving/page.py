"""The page for people: one HTML document without scripts or anything from elsewhere, that renews itself.

It is built as a tree of elements, so that whatever a repository or a container says is shown as text.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files
from xml.etree import ElementTree as ET

from pullet import __version__
from pullet.model.problem import Problem
from pullet.model.report import ContainerReport, InstanceReport, Report, State, WorkloadReport, timestamp
from pullet.serving.board import Board
from pullet.serving.words import span

RENEW = 5  # seconds

MEANING = {
    State.CONVERGED: "Everything runs as committed.",
    State.PROGRESSING: "On the way to what is committed.",
    State.DEGRADED: "Something does not run as committed.",
    State.ROLLED_BACK: "The new revision failed; the last good one runs.",
    State.HELD: "Waiting for a person's word.",
    State.REFUSED: "This commit cannot be followed; what ran before goes on.",
}

Part = ET.Element | str


def render(board: Board) -> str:
    """The whole document, as of now."""
    now = board.clock()
    report = board.report
    body = _starting(board) if report is None else _report(report, now)
    alive = board.alive(now)
    alarm = [] if alive.good else [_e("p", f"What stands here may be old: {alive.because}.", **ALARM)]
    document = _e(
        "html",
        _head(board, report),
        _e("body", _e("main", *alarm, *body), _footer(alive.because)),
        lang="en",
    )
    return "<!doctype html>\n" + ET.tostring(document, encoding="unicode", method="html")


ALARM = {"class": "alarm", "role": "alert"}


def _head(board: Board, report: Report | None) -> ET.Element:
    state = report.state if report else "starting"
    return _e(
        "head",
        _e("meta", charset="utf-8"),
        _e("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _e("meta", name="color-scheme", content="light dark"),
        _e("meta", **{"http-equiv": "refresh", "content": str(RENEW)}),
        _e("title", f"{board.node}: {state}"),
        _e("style", _style()),
    )


@functools.cache
def _style() -> str:
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


def _starting(board: Board) -> list[ET.Element]:
    words = "The agent has started and has not reported yet."
    return [_title(board.node, "starting"), _e("p", words, **{"class": "meaning"})]


def _report(report: Report, now: float) -> list[ET.Element]:
    parts = [_title(report.node, report.state), _e("p", MEANING[report.state], **{"class": "meaning"})]
    if report.message:
        parts.append(_e("p", report.message, **{"class": "message", "data-state": report.state}))
    parts.append(_facts(report, now))
    if report.problems:
        parts.append(_section("Problems", _problems(report.problems)))
    parts.append(_section("Workloads", _workloads(report)))
    parts.append(_section("Instances", _instances(report.instances)))
    return parts


def _title(node: str, state: str) -> ET.Element:
    return _e("header", _e("h1", node), _pill(state))


def _facts(report: Report, now: float) -> ET.Element:
    fetched = "never" if report.fetched_at is None else _ago(report.fetched_at, now)
    return _e(
        "dl",
        *_fact("Ready", _e("b", f"{report.ready}"), f" of {report.wanted} instances"),
        *_fact("Commit", _e("code", report.commit[:10] or "none", title=report.commit)),
        *_fact("Since", _ago(report.since, now)),
        *_fact("Last fetch", fetched),
    )


def _fact(name: str, *value: Part) -> list[ET.Element]:
    return [_e("div", _e("dt", name), _e("dd", *value))]


def _problems(problems: Iterable[Problem]) -> ET.Element:
    return _e("ul", *(_problem(problem) for problem in problems), **{"class": "problems"})


def _problem(problem: Problem) -> ET.Element:
    field: list[Part] = [_e("code", problem.field), ": "] if problem.field else []
    hint = [_e("p", problem.hint, **{"class": "hint"})] if problem.hint else []
    return _e(
        "li",
        _e("code", str(problem.origin), **{"class": "place"}),
        _e("p", _e("strong", problem.severity), " ", *field, problem.message),
        *hint,
        **{"data-severity": problem.severity},
    )


def _workloads(report: Report) -> ET.Element:
    rows = [_workload(name, workload) for name, workload in report.workloads.items()]
    return _table(("Workload", "State", "Ready", "Message"), rows, "Nothing is placed on this node.")


def _workload(name: str, workload: WorkloadReport) -> list[Part]:
    bar = _e("progress", value=str(workload.ready), max=str(max(workload.wanted, workload.ready, 1)))
    counts = _e("span", f"{workload.ready} of {workload.wanted}", **{"class": "counts"})
    return [
        _name(name),
        _pill(workload.state),
        _e("span", bar, counts, **{"class": "ready"}),
        workload.message,
    ]


def _instances(instances: Iterable[InstanceReport]) -> ET.Element:
    rows = [_instance(instance) for instance in instances]
    return _table(("Instance", "State", "Containers", "Because"), rows, "Nothing runs here.")


def _instance(instance: InstanceReport) -> list[Part]:
    state = _e("span", instance.state, **{"class": "dot", "data-ready": "yes" if instance.ready else "no"})
    containers = _e("span", *(_container(container) for container in instance.containers))
    return [_name(instance.instance), state, containers, instance.because]


def _container(container: ContainerReport) -> ET.Element:
    facts = [container.state]
    if container.exit_code:
        facts.append(f"exit code {container.exit_code}")
    if container.restarts:
        facts.append(f"{container.restarts} restart{'s' if container.restarts > 1 else ''}")
    image = _e("code", container.image, title=container.id)
    return _e("span", image, _e("small", ", ".join(facts)), **{"class": "container"})


def _name(full: str) -> ET.Element:
    """The last part is what people look for; what stands before it is said more quietly."""
    before, slash, name = full.rpartition("/")
    return _e("span", _e("small", before + slash), _e("b", name), **{"class": "name"})


def _pill(state: str) -> ET.Element:
    return _e("span", state, **{"class": "pill", "data-state": state})


def _ago(at: float, now: float) -> ET.Element:
    exact = timestamp(at)
    return _e("time", f"{span(now - at)} ago", datetime=exact, title=exact)


def _section(title: str, content: ET.Element) -> ET.Element:
    return _e("section", _e("h2", title), content)


def _table(titles: tuple[str, ...], rows: list[list[Part]], nothing: str) -> ET.Element:
    """Each cell carries its column's title, which a narrow screen shows in place of the head."""
    if not rows:
        return _e("p", nothing, **{"class": "nothing"})
    head = _e("tr", *(_e("th", title, scope="col") for title in titles))
    body = (
        _e("tr", *(_e("td", cell, **{"data-title": title}) for title, cell in zip(titles, row, strict=True)))
        for row in rows
    )
    return _e("table", _e("thead", head), _e("tbody", *body))


def _footer(alive: str) -> ET.Element:
    links = [_e("a", path, href=path) for path in ("/status", "/metrics", "/healthz", "/readyz")]
    return _e(
        "footer",
        _e("span", f"Pullet {__version__} · {alive} · renews itself every {RENEW}s"),
        _e("nav", *links),
    )


def _e(tag: str, *parts: Part, **attributes: str) -> ET.Element:
    """An element of text and elements, in order."""
    element = ET.Element(tag, {name: str(value) for name, value in attributes.items()})
    for part in parts:
        if isinstance(part, ET.Element):
            element.append(part)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + part
        else:
            element.text = (element.text or "") + part
    return element
