"""The page for people: what it says, and that it can do no harm."""

from __future__ import annotations

from html.parser import HTMLParser

from pullet.model.problem import Origin, Problem
from pullet.model.report import InstanceReport, State, WorkloadReport
from tests.lab.asking import ask
from tests.lab.reporting import CONVERGED, DEGRADED, report
from tests.serving.conftest import House

VOID = {"meta"}


class Reader(HTMLParser):
    """What a browser makes of a page: its tags and attributes, the text that people see, and that all is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def read(url: str) -> Reader:
    reply = ask(url)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    return Reader(reply.text)


def test_before_the_first_report(url: str) -> None:
    """A page is there from the first moment and says that it is the first moment."""
    assert "edge-1 starting The agent has started and has not reported yet." in read(url).text


def test_what_people_want_to_know(house: House, url: str) -> None:
    """State, reason, commit, times, problems with their place, workloads and instances, in words."""
    house.tick()
    house.board.publish(DEGRADED)
    text = read(url).text
    for words in (
        "edge-1 degraded Something does not run as committed.",
        "shop/Deployment/web: 1 of 2 instances is not ready",
        "Ready 2 of 6 instances",
        "Commit c0ffee7d1e",
        "Since 100s ago",
        "Last fetch 10s ago",
        "shop/cart.yaml:14:9 error spec.template.spec.containers[0].imagee : unknown field 'imagee'",
        "did you mean 'image'?",
        "shop/Deployment/ web degraded 1 of 2 1 of 2 is not ready",
        "shop/Deployment/ web#1 crashing web:1.4.2 exited, exit code 137, 3 restarts it ended with exit code 137",
    ):
        assert words in text


def test_every_state_has_a_meaning(house: House, url: str) -> None:
    """Whatever the state, the page says it in words and gives it a colour."""
    for state in State:
        house.board.publish(report(state=state))
        page = read(url)
        assert ("span", {"class": "pill", "data-state": str(state)}) in page.tags
        assert f"edge-1 {state} " in page.text


def test_an_old_page_says_so(house: House, url: str) -> None:
    """When the loop no longer turns, what stands on the page is marked as old."""
    house.tick()
    house.board.publish(CONVERGED)
    assert "may be old" not in read(url).text
    house.now += 100
    assert "What stands here may be old: the loop has not turned for 100s" in read(url).text


def test_nothing_from_elsewhere(house: House, url: str) -> None:
    """No script, nothing that is fetched, and it renews itself."""
    house.board.publish(DEGRADED)
    page = read(url)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "form", "object"}
    assert all((attributes.get("href") or "/").startswith("/") for _, attributes in page.tags)
    assert not any("src" in attributes or "style" in attributes for _, attributes in page.tags)
    assert ("meta", {"http-equiv": "refresh", "content": "5"}) in page.tags


def test_everything_is_escaped(house: House, url: str) -> None:
    """Whatever a repository or a container says, the page has the same elements as with harmless words."""
    evil = "</style></td><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"

    def tags(words: str) -> list[str]:
        house.board.publish(
            report(
                node=words,
                commit=words,
                message=words,
                workloads={words: WorkloadReport(State.DEGRADED, 0, 1, message=words)},
                problems=(Problem(Origin(words), words, field=words, hint=words),),
                instances=(InstanceReport(words, words, ready=False, because=words),),
            )
        )
        page = read(url)
        assert words in page.text
        return [tag for tag, _ in page.tags]

    assert tags(evil) == tags("harmless")
