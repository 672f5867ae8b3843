"""Short forms, and how numbers, sizes, durations and command lines are written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullet.manifests.compose import scalars, short
from pullet.manifests.compose.scalars import Wrong
from pullet.manifests.compose.words import words

TCP = {"protocol": "tcp"}

PORTS: list[tuple[str, list[dict[str, Any]]]] = [
    ("80", [{"target": 80, **TCP}]),
    ("8080:80", [{"target": 80, "published": 8080, **TCP}]),
    ("8080:80/udp", [{"target": 80, "published": 8080, "protocol": "udp"}]),
    ("80/SCTP", [{"target": 80, "protocol": "sctp"}]),
    ("127.0.0.1:8080:80", [{"target": 80, "published": 8080, "host_ip": "127.0.0.1", **TCP}]),
    ("127.0.0.1::80", [{"target": 80, "host_ip": "127.0.0.1", **TCP}]),
    ("[::1]:8080:80", [{"target": 80, "published": 8080, "host_ip": "::1", **TCP}]),
    ("::1:8080:80", [{"target": 80, "published": 8080, "host_ip": "::1", **TCP}]),
    (":80", [{"target": 80, **TCP}]),
    ("0:80", [{"target": 80, **TCP}]),
    ("80-81", [{"target": 80, **TCP}, {"target": 81, **TCP}]),
    ("90-91:80-81", [{"target": 80, "published": 90, **TCP}, {"target": 81, "published": 91, **TCP}]),
    ("8000-9000:80", [{"target": 80, "published": "8000-9000", **TCP}]),
    ("1.2.3.4:90-91:80-81/udp", [
        {"target": 80, "published": 90, "host_ip": "1.2.3.4", "protocol": "udp"},
        {"target": 81, "published": 91, "host_ip": "1.2.3.4", "protocol": "udp"},
    ]),
]  # fmt: skip

BAD_PORTS = ["x", "80/x", "80:", "1-3:1-2", "3-1", "70000", "a.b:80:80", "80:80:80", "-1", "80-", "8 0"]

BIND = {"bind": {"create_host_path": True}}
VOLUMES: list[tuple[str, dict[str, Any]]] = [
    ("/data", {"type": "volume", "target": "/data"}),
    ("/d", {"type": "volume", "target": "/d"}),
    ("data:/x", {"type": "volume", "source": "data", "target": "/x"}),
    ("data:/x:ro", {"type": "volume", "source": "data", "target": "/x", "read_only": True}),
    ("data:/x:rw", {"type": "volume", "source": "data", "target": "/x", "read_only": False}),
    ("data:/x:nocopy", {"type": "volume", "source": "data", "target": "/x", "volume": {"nocopy": True}}),
    ("./a:/x", {"type": "bind", "source": "./a", "target": "/x", **BIND}),
    ("../a:/x", {"type": "bind", "source": "../a", "target": "/x", **BIND}),
    (".:/x", {"type": "bind", "source": ".", "target": "/x", **BIND}),
    ("~/a:/x", {"type": "bind", "source": "~/a", "target": "/x", **BIND}),
    ("/a:/x:cached", {"type": "bind", "source": "/a", "target": "/x", **BIND}),
    ("/a:/x:ro,z,rshared", {
        "type": "bind", "source": "/a", "target": "/x", "read_only": True,
        "bind": {"create_host_path": True, "selinux": "z", "propagation": "rshared"},
    }),
    ("a:/x:ro", {"type": "volume", "source": "a", "target": "/x", "read_only": True}),
    ("c:/a:/x", {"type": "bind", "source": "c:/a", "target": "/x", **BIND}),
    ("C:\\a:/x:ro", {"type": "bind", "source": "C:\\a", "target": "/x", "read_only": True, **BIND}),
]  # fmt: skip

BAD_VOLUMES = ["", ":", "a:", ":/x", "a:/x:", "a:/x:ro:y", "data:/x:what"]

DEVICES = [
    ("/dev/a", {"source": "/dev/a", "target": "/dev/a", "permissions": "rwm"}),
    ("/dev/a:/dev/b", {"source": "/dev/a", "target": "/dev/b", "permissions": "rwm"}),
    ("/dev/a:/dev/b:r", {"source": "/dev/a", "target": "/dev/b", "permissions": "r"}),
    ("/dev/a:rw", {"source": "/dev/a", "target": "/dev/a", "permissions": "rw"}),
    ("vendor.example/gpu=all", {"name": "vendor.example/gpu=all"}),
]

SCALARS: list[tuple[Callable[[object], object], object, object]] = [
    (scalars.flag, True, True),
    (scalars.flag, "yes", True),
    (scalars.flag, "OFF", False),
    (scalars.whole, 5, 5),
    (scalars.whole, "5", 5),
    (scalars.whole, "-1", -1),
    (scalars.whole, 5.0, 5),
    (scalars.number, "0.5", 0.5),
    (scalars.number, 2, 2.0),
    (scalars.number, ".5", 0.5),
    (scalars.size, 1024, 1024),
    (scalars.size, "1024", 1024),
    (scalars.size, "5b", 5),
    (scalars.size, "2k", 2048),
    (scalars.size, "2kb", 2048),
    (scalars.size, "1.5m", 1572864),
    (scalars.size, "1 GB", 1073741824),
    (scalars.size, "1GiB", 1073741824),
    (scalars.size, "-1", -1),
    (scalars.duration, "10s", 10.0),
    (scalars.duration, "1m30s", 90.0),
    (scalars.duration, "1.5h", 5400.0),
    (scalars.duration, "500ms", 0.5),
    (scalars.duration, "1d", 86400.0),
    (scalars.duration, "0", 0.0),
    (scalars.microseconds, "400ms", 400_000),
    (scalars.microseconds, "95000", 95_000),
    (scalars.microseconds, 95_000, 95_000),
    (scalars.permissions, 0o440, 0o440),
    (scalars.permissions, "0440", 0o440),
    (scalars.permissions, "440", 0o440),
    (scalars.text, 420, "420"),
    (scalars.text, True, "true"),
    (scalars.text, 1.0, "1"),
    (scalars.text, 1.5, "1.5"),
    (scalars.text, 1e-7, "1e-07"),
    (scalars.text, 1e21, "1e+21"),
    (scalars.text, float("inf"), "+Inf"),
]

BAD_SCALARS: list[tuple[Callable[[object], object], object, str]] = [
    (scalars.flag, "maybe", "must be true or false, not text"),
    (scalars.flag, 1, "must be true or false, not a number"),
    (scalars.whole, "", "must be a whole number, not empty text"),
    (scalars.whole, 1.5, "must be a whole number, not a fraction"),
    (scalars.whole, True, "must be a whole number, not true or false"),
    (scalars.number, [], "must be a number, not a list"),
    (scalars.size, "1x", "is not a size"),
    (scalars.duration, 30, "must be a duration, not a number"),
    (scalars.duration, "30", "is not a duration"),
    (scalars.duration, "", "is not a duration"),
    (scalars.permissions, "9", "is not a mode"),
    (scalars.text, {}, "must be text, not a mapping"),
]

LINES: list[tuple[str, list[str]]] = [
    ("", []),
    ("a b  c\n\td", ["a", "b", "c", "d"]),
    ("a 'b c' \"d e\"f", ["a", "b c", "d ef"]),
    ("''", [""]),
    ('a "\\"b\\"" \\\'c', ["a", '"b"', "'c"]),
    ("'a\\nb' a\\nb", ["a\\nb", "a\nb"]),
    ("sh -c 'a && b | c > d'", ["sh", "-c", "a && b | c > d"]),
    ("x $(date +%s) `id -u`", ["x", "$(date +%s)", "`id -u`"]),
    ("a#b #c", ["a#b", "#c"]),
    ("a*b ~ $X", ["a*b", "~", "$X"]),
]


@pytest.mark.parametrize(("text", "long"), PORTS)
def test_ports(text: str, long: list[dict[str, Any]]) -> None:
    """Addresses, ranges and protocols."""
    assert short.ports(text) == long


@pytest.mark.parametrize("text", BAD_PORTS)
def test_what_is_no_port(text: str) -> None:
    """It is told, with the form that is meant."""
    with pytest.raises(Wrong) as caught:
        short.ports(text)
    assert "127.0.0.1:8080:80/tcp" in caught.value.hint


def test_a_port_of_a_variable_that_is_not_set() -> None:
    """Nothing is left of it, and what is missing is a value."""
    with pytest.raises(Wrong, match="is empty") as caught:
        short.ports("")
    assert ".env" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [(":/x", "one side of a colon"), (r"C:\a:D:\b", "Windows"), ("a:/b:c:d", "is no volume")],
)
def test_why_it_is_no_volume(text: str, said: str) -> None:
    """It is told why."""
    with pytest.raises(Wrong, match=said):
        short.volume(text)


@pytest.mark.parametrize(("text", "long"), VOLUMES)
def test_volumes(text: str, long: dict[str, Any]) -> None:
    """Names, paths and modes."""
    assert short.volume(text) == long


@pytest.mark.parametrize("text", BAD_VOLUMES)
def test_what_is_no_volume(text: str) -> None:
    """Empty parts, too many of them, and modes that nobody knows."""
    with pytest.raises(Wrong):
        short.volume(text)


@pytest.mark.parametrize(("text", "long"), DEVICES)
def test_devices(text: str, long: dict[str, str]) -> None:
    """Paths of the node, and names of CDI."""
    assert short.device(text) == long


@pytest.mark.parametrize(("convert", "value", "canonical"), SCALARS)
def test_scalars(convert: Callable[[object], object], value: object, canonical: object) -> None:
    """Numbers and text that says one, as variables leave it."""
    found = convert(value)
    assert (found, type(found)) == (canonical, type(canonical))


@pytest.mark.parametrize(("convert", "value", "said"), BAD_SCALARS)
def test_what_is_no_such_scalar(convert: Callable[[object], object], value: object, said: str) -> None:
    """What it must be, and what it is, and never the value itself."""
    with pytest.raises(Wrong) as caught:
        convert(value)
    assert str(caught.value) == said


@pytest.mark.parametrize(("line", "found"), LINES)
def test_words(line: str, found: list[str]) -> None:
    """Quotes group, a backslash takes the next character as it is, and what a shell would run is kept."""
    assert words(line) == (found, "")


@pytest.mark.parametrize(
    ("line", "found", "operator"),
    [
        ("a && b", ["a"], "&"),
        ("a 'x'|b", ["a", "x"], "|"),
        ("a 2>/dev/null", ["a"], ">"),
        ("a;b", ["a"], ";"),
    ],
)
def test_words_end_at_an_operator(line: str, found: list[str], operator: str) -> None:
    """What follows is for a shell, which there is none of."""
    assert words(line) == (found, operator)


@pytest.mark.parametrize("line", ["'a", '"a', "a`b", "$(a", "f(x)", "a)", "a\\"])
def test_lines_that_no_shell_would_take(line: str) -> None:
    """What never ends, and what stands alone."""
    with pytest.raises(Wrong):
        words(line)


FORMS: list[Callable[[str], object]] = [short.ports, short.volume, short.device, words]


@settings(max_examples=1000, deadline=None)
@given(
    st.sampled_from(FORMS),
    st.text(alphabet="0189-:/.[]acdrwpo=,~\\ '\"$()`;", max_size=24) | st.text(max_size=12),
)
def test_any_text(form: Callable[[str], object], text: str) -> None:
    """Whatever stands there, it is read or told."""
    with suppress(Wrong):
        form(text)


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from([convert for convert, _, _ in SCALARS]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet="0189.kmgsh -+eb", max_size=12),
)
def test_any_scalar(convert: Callable[[object], object], value: object) -> None:
    """Whatever stands there, it is read or told."""
    with suppress(Wrong):
        convert(value)
