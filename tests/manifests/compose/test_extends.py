"""A service laid over another one, of the same file or of another."""

from __future__ import annotations

from tests.manifests.compose.project import errors, problems, project, service


def test_the_same_file() -> None:
    """The base is merged below, chains included, and remains a service of its own."""
    text = (
        "services:\n"
        "  web: {extends: mid, image: c}\n"
        "  mid: {extends: {service: low}, environment: {B: 2}}\n"
        "  low: {image: a, environment: {A: 1}, ports: [80]}\n"
    )
    loaded = project(text)
    assert loaded.data["services"]["web"] == {
        "image": "c",
        "environment": {"A": "1", "B": "2"},
        "ports": [{"target": 80, "protocol": "tcp"}],
    }
    assert loaded.data["services"]["mid"]["image"] == "a"


def test_another_file() -> None:
    """Relative paths are relative to the file that says them, and values stand where they were written."""
    text = "services:\n  web:\n    extends: {file: ../lib/base.yaml, service: app}\n    volumes: ['./own:/own']\n"
    base = (
        "services:\n  app:\n    extends: low\n    build: img\n    volumes: ['./data:/data']\n    env_file: app.env\n"
        "  low:\n    extends: {file: deep/low.yaml, service: low}\n"
    )
    low = "services:\n  low:\n    working_dir: /w\n    configs: [c]\n"
    files = {"lib/base.yaml": base, "lib/deep/low.yaml": low, "lib/app.env": "A=1\n"}
    web = service(text, files)
    assert [one["source"] for one in web["volumes"]] == ["./lib/data", "./shop/own"]
    assert (web["build"], web["working_dir"], web["environment"]) == (
        {"context": "./lib/img"},
        "/w",
        {"A": "1"},
    )
    loaded = project(text, files)
    place = ("services", "web")
    assert str(loaded.locate((*place, "volumes", 0, "source"))) == "lib/base.yaml:5:15"
    assert str(loaded.locate((*place, "working_dir"))) == "lib/deep/low.yaml:3:18"
    assert str(loaded.locate((*place, "environment", "A"))) == "lib/app.env:1:1"
    assert str(loaded.locate(place, key=True)) == "shop/compose.yaml:2:3"
    assert {path for path, _ in loaded.looked_at} >= set(files)
    assert loaded.parts == frozenset()


def test_reset_takes_from_the_base() -> None:
    """What the extending service resets or overrides."""
    text = (
        "services:\n  web: {extends: low, ports: !reset [], cap_add: !override [B], environment: {A: !reset null}}\n"
        "  low: {ports: [80], cap_add: [A], environment: {A: 1, C: 3}}\n"
    )
    assert service(text) == {"cap_add": ["B"], "environment": {"C": "3"}}


def test_only_what_is_extended_is_looked_at() -> None:
    """Mistakes elsewhere in the other file are nobody's business here."""
    base = "services:\n  app: {image: i}\n  other: {ports: [x], image: '${NO:?never}'}\n"
    files = {"shop/base.yaml": base}
    assert service("services: {web: {extends: {file: base.yaml, service: app}}}\n", files) == {"image": "i"}


def test_a_mistake_in_the_base() -> None:
    """It is told once, where it stands, and both services have it."""
    extends = "{extends: {file: base.yaml, service: app}}"
    text = f"services:\n  web: {extends}\n  two: {extends}\n"
    loaded = project(text, {"shop/base.yaml": "services:\n  app: {ports: [x]}\n"})
    (said,) = errors(loaded)
    assert said.startswith("shop/base.yaml:2:17: error: services.app.ports[0]: is no port")
    assert loaded.flawed == {("services", "web"), ("services", "two")}


def test_what_cannot_be_extended() -> None:
    """Each with the place of the wish, and a hint where there is one."""
    text = (
        "services:\n"
        "  a:\n    extends: webb\n"
        "  b:\n    extends: {file: no.yaml, service: x}\n"
        "  c:\n    extends: {file: base.yaml, service: x}\n"
        "  d:\n    extends: {file: base.yaml}\n"
        "  e:\n    extends: {file: ../../x.yaml, service: x}\n"
        "  f:\n    extends: {file: broken.yaml, service: x}\n"
        "  web: {image: i}\n"
    )
    files = {"shop/base.yaml": "services: {y: {}}\n", "shop/broken.yaml": "a: [\n"}
    loaded = project(text, files)
    assert errors(loaded) == [
        (
            'shop/compose.yaml:3:14: error: services.a.extends: names the service "webb", which there is none of '
            "(did you mean web?)"
        ),
        (
            "shop/compose.yaml:5:14: error: services.b.extends: names shop/no.yaml, which is not in the repository "
            "(commit it, or correct the path)"
        ),
        (
            'shop/compose.yaml:7:14: error: services.c.extends: names the service "x", which there is none of in '
            "shop/base.yaml"
        ),
        "shop/compose.yaml:9:14: error: services.d.extends: needs a service (name the service that is extended)",
        (
            "shop/compose.yaml:11:14: error: services.e.extends: is outside of the repository "
            "(only files of the repository can be read)"
        ),
        (
            "shop/broken.yaml:2:1: error: is not valid YAML: did not find expected node content "
            "(quote text that begins with { or [)"
        ),
        "shop/compose.yaml:13:14: error: services.f.extends: names shop/broken.yaml, which cannot be read",
    ]
    assert loaded.unreadable == ()
    assert ("services", "web") not in loaded.flawed


def test_circles() -> None:
    """A circle is told, also over several files."""
    (said,) = errors(project("services:\n  a: {extends: b}\n  b: {extends: a}\n"))
    assert said == "shop/compose.yaml:3:16: error: services.b.extends: goes in a circle (a → b → a)"
    loaded = project(
        "services: {a: {extends: {file: o.yaml, service: b}}}\n",
        {"shop/o.yaml": "services: {b: {extends: {file: p.yaml, service: c}}}\n",
         "shop/p.yaml": "services: {c: {extends: {file: o.yaml, service: b}}}\n"},
    )  # fmt: skip
    assert [one.partition(" error: ")[2].partition(" (")[0] for one in errors(loaded)] == [
        "services.c.extends: goes in a circle"
    ]
    assert ("services", "a") in loaded.flawed
    (itself,) = errors(project("services: {a: {extends: a}}\n"))
    assert "goes in a circle" in itself


def test_a_chain_without_end() -> None:
    """So long a chain is a problem, and takes no time."""
    rows = "".join(f"  s{n}: {{extends: s{n + 1}, cap_add: [c{n}]}}\n" for n in range(2000))
    loaded = project(f"services:\n{rows}  s2000: {{}}\n")
    assert "is a chain of more than 50 services" in "".join(problems(loaded))


def test_variables_in_what_is_extended() -> None:
    """Those of the project."""
    files = {"shop/.env": "FILE=base\nTAG=7\n", "shop/base.yaml": "services: {app: {image: 'i:${TAG}'}}\n"}
    text = "services: {web: {extends: {file: '${FILE}.yaml', service: app}}}\n"
    assert service(text, files) == {"image": "i:7"}
