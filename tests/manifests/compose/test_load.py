"""What a project is called, where its variables come from, and which services are on."""

from __future__ import annotations

import pytest

from tests.manifests.compose.project import errors, problems, project, service

WEB = "services: {web: {image: i}}\n"


@pytest.mark.parametrize(
    ("path", "text", "dotenv", "name"),
    [
        ("shop/compose.yaml", WEB, "", "shop"),
        ("apps/My Shop_1.x/compose.yaml", WEB, "", "myshop_1x"),
        ("compose.yaml", WEB, "", "default"),
        ("___/compose.yaml", WEB, "", "default"),
        ("shop/compose.yaml", f"name: other\n{WEB}", "", "other"),
        ("shop/compose.yaml", f"name: a-$X\n{WEB}", "X=b\n", "a-b"),
        ("shop/compose.yaml", WEB, "COMPOSE_PROJECT_NAME=env\n", "env"),
        ("shop/compose.yaml", f"name: other\n{WEB}", "COMPOSE_PROJECT_NAME=env\n", "env"),
        ("shop/compose.yaml", f"name: a\n{WEB}---\nname: b\n", "", "b"),
    ],
)
def test_the_name(path: str, text: str, dotenv: str, name: str) -> None:
    """As Compose finds it: the variable, the file, the directory; the root of a repository is default."""
    dotenv_path = f"{path.rpartition('/')[0]}/.env".lstrip("/")
    loaded = project(text, {dotenv_path: dotenv}, path)
    assert (loaded.name, errors(loaded)) == (name, [])


def test_a_name_that_is_none() -> None:
    """Under which name things run is unknown then."""
    loaded = project(f"name: My Shop\n{WEB}")
    assert errors(loaded) == [
        (
            'shop/compose.yaml:1:7: error: name: "My Shop" is not a project\'s name '
            "(a-z, 0-9, - and _, beginning with a letter or a digit)"
        )
    ]
    assert loaded.unreadable


def test_variables_come_from_the_file_beside() -> None:
    """From .env, typed after interpolation, and never from the process."""
    files = {"shop/.env": "TAG=7\nON=true\nN=3\nP=8080\n"}
    text = (
        "services: {web: {image: 'i:$TAG', tty: $ON, scale: $N, ports: ['$P:80'],"
        " environment: [N, HOME, 'X=$$N', 'U=${COMPOSE_PROJECT_NAME}']}}\n"
    )
    assert service(text, files) == {
        "image": "i:7",
        "tty": True,
        "scale": 3,
        "ports": [{"target": 80, "published": 8080, "protocol": "tcp"}],
        "environment": {"N": "3", "HOME": None, "X": "$N", "U": "shop"},
    }


def test_a_variable_that_is_not_set() -> None:
    """One warning for each, at its first place; keys are left alone."""
    loaded = project("services:\n  web:\n    image: i:$TAG\n    labels: {$TAG: '${TAG}', b: '$OTHER'}\n")
    assert problems(loaded) == [
        (
            "shop/compose.yaml:3:12: warning: services.web.image: the variable TAG is not set, and counts as empty "
            "(set it in the file .env)"
        ),
        (
            "shop/compose.yaml:4:33: warning: services.web.labels.b: the variable OTHER is not set, "
            "and counts as empty (set it in the file .env)"
        ),
    ]
    assert loaded.data["services"]["web"] == {"image": "i:", "labels": {"$TAG": "", "b": ""}}


def test_a_broken_dotenv() -> None:
    """What anything means is unknown then."""
    loaded = project(WEB, {"shop/.env": "A=1\nB='x\n"})
    assert errors(loaded) == [
        "shop/.env:2:1: error: B begins with ' and does not end with it (close it with ')"
    ]
    assert loaded.unreadable


def test_env_files() -> None:
    """Later files are stronger than earlier ones, and what stands in the service is stronger than all."""
    text = (
        "services:\n  web:\n    env_file:\n      - a.env\n      - {path: ../b.env, required: true}\n"
        "      - {path: no.env, required: false}\n      - {path: raw.env, format: raw}\n"
        "    environment: {C: own, P: }\n"
    )
    files = {
        "shop/a.env": "A=1\nB=a\nC=a\nOWN=$C\nPROJECT=$X\nX\nNOWHERE\n",
        "b.env": "B='b $A'\nD=\"<$A>\"\n",
        "shop/raw.env": "R='$A'\n",
        "shop/.env": "X=dot\n",
    }
    assert service(text, files) == {
        "environment": {
            "A": "1", "B": "b $A", "C": "own", "OWN": "own", "PROJECT": "dot", "X": "dot", "D": "<1>", "R": "'$A'",
            "P": None,
        }
    }  # fmt: skip


def test_env_files_that_cannot_be_read() -> None:
    """The service is told to have a mistake."""
    text = (
        "services:\n  web:\n    env_file: [no.env, /etc/x.env, bad.env]\n    label_file: no.labels\n"
        "  db: {env_file: [{path: a, format: x}, {format: raw}]}\n  ok: {}\n"
    )
    loaded = project(text, {"shop/bad.env": "\nA B=1\n"})
    assert errors(loaded) == [
        (
            "shop/compose.yaml:3:16: error: services.web.env_file: names shop/no.env, which is not in the repository "
            "(commit it, or correct the path)"
        ),
        (
            "shop/compose.yaml:3:24: error: services.web.env_file: is outside of the repository "
            "(only files of the repository can be read)"
        ),
        (
            "shop/bad.env:2:1: error: services.web.env_file: is no variable "
            "(write NAME=value, and quote a value of several lines)"
        ),
        (
            "shop/compose.yaml:4:17: error: services.web.label_file: names shop/no.labels, which is not in "
            "the repository (commit it, or correct the path)"
        ),
        (
            "shop/compose.yaml:5:19: error: services.db.env_file: has the format x, which is not known "
            "(write raw, or nothing)"
        ),
        "shop/compose.yaml:5:41: error: services.db.env_file: needs a path (name the file)",
    ]
    assert loaded.flawed == {("services", "web"), ("services", "db")}


def test_label_files() -> None:
    """Labels in the service are stronger."""
    text = "services: {web: {label_file: [a.labels], labels: [b=own]}}\n"
    assert service(text, {"shop/a.labels": "a=1\nb=2\n"}) == {"labels": {"a": "1", "b": "own"}}


PROFILES = "services:\n  web: {}\n  dev: {profiles: [debug]}\n  tool: {profiles: [tools, debug]}\n"


@pytest.mark.parametrize(
    ("more", "dotenv", "on"),
    [
        ("", "", {"web"}),
        ("x-pullet: {profiles: [debug]}\n", "", {"web", "dev", "tool"}),
        ("x-pullet: {profiles: [tools]}\n", "", {"web", "tool"}),
        ("", "COMPOSE_PROFILES=tools,other\n", {"web", "tool"}),
        ("x-pullet: {profiles: ['*']}\n", "", {"web", "dev", "tool"}),
    ],
)
def test_profiles(more: str, dotenv: str, on: set[str]) -> None:
    """A service with profiles is off until one of them is turned on."""
    loaded = project(PROFILES + more, {"shop/.env": dotenv})
    assert set(loaded.data["services"]) == on
    assert loaded.off == {"web", "dev", "tool"} - on


def test_needing_what_is_off() -> None:
    """An error that says how to turn it on, unless it is not required."""
    text = (
        "services:\n  web:\n    depends_on:\n      dev: {condition: service_started}\n"
        "      tool: {condition: service_started, required: false}\n"
        "      gone: {condition: service_started, required: false}\n"
        "  dev: {profiles: [debug]}\n  tool: {profiles: [tools]}\n"
    )
    loaded = project(text)
    assert errors(loaded) == [
        (
            "shop/compose.yaml:4:7: error: services.web.depends_on.dev: needs dev, which is off "
            "(turn on the profile debug: x-pullet: {profiles: [debug]})"
        )
    ]
    assert loaded.data["services"]["web"]["depends_on"] == {}


@pytest.mark.parametrize(
    ("path", "files", "part_of", "said"),
    [
        ("a/compose.override.yaml", {"a/compose.yaml": WEB}, "a/compose.yaml", ""),
        ("a/docker-compose.override.yml", {"a/docker-compose.yml": WEB}, "a/docker-compose.yml", ""),
        ("a/compose.override.yaml", {}, "", ""),
        ("a/docker-compose.yml", {"a/compose.yaml": WEB}, "a/compose.yaml", "stands beside compose.yaml"),
        ("a/compose.prod.yaml", {"a/compose.yaml": WEB}, "a/compose.yaml", "stands beside compose.yaml"),
        ("a/compose.prod.yaml", {"b/compose.yaml": WEB}, "", ""),
        (
            "a/b.yaml",
            {"a/compose.yaml": WEB, "a/.env": "COMPOSE_FILE=b.yaml:c.yaml\n", "a/c.yaml": WEB},
            "",
            "",
        ),
        ("a/c.yaml", {"a/.env": "COMPOSE_FILE=b.yaml;c.yaml\nCOMPOSE_PATH_SEPARATOR=;\n"}, "a/b.yaml", ""),
    ],
)
def test_which_files_are_projects(path: str, files: dict[str, str], part_of: str, said: str) -> None:
    """Overrides are a part of the file beside them; what Compose would pass over is left alone, and told."""
    loaded = project(WEB, files, path)
    assert (loaded.part_of, bool(loaded.data)) == (part_of, not part_of)
    assert len(loaded.problems) == (1 if said else 0)
    assert said in "".join(problems(loaded))


def test_a_file_beside_with_a_name_of_its_own() -> None:
    """It is a project of its own, whatever .env calls the other one."""
    files = {"a/compose.yaml": WEB, "a/.env": "COMPOSE_PROJECT_NAME=main\n"}
    loaded = project(f"name: staging\n{WEB}", files, "a/compose.staging.yaml")
    assert (loaded.name, loaded.part_of, loaded.parts) == ("staging", "", frozenset())


def test_files_named_in_dotenv() -> None:
    """They make one project, in their order."""
    files = {
        "a/.env": "COMPOSE_FILE=compose.yaml:compose.prod.yaml\n",
        "a/compose.prod.yaml": "services: {web: {tty: true}}\n",
        "a/compose.override.yaml": "services: {web: {image: not this}}\n",
    }
    assert service(WEB, files, path="a/compose.yaml") == {"image": "i", "tty": True}


def test_everything_that_was_looked_at() -> None:
    """Also what is missing, as it would change the project if it came."""
    loaded = project("services: {web: {env_file: [{path: x.env, required: false}]}}\n")
    seen = dict(loaded.looked_at)
    assert {path for path, found in seen.items() if found is None} >= {
        "shop/.env",
        "shop/compose.override.yaml",
        "shop/x.env",
    }


def test_ours() -> None:
    """x-pullet stays, other extensions go."""
    loaded = project(
        "x-pullet: {nodeSelector: {a: b}}\nx-other: 1\nservices: {web: {x-pullet: {a: 1}, x-b: 2}}\n"
    )
    assert loaded.data == {
        "x-pullet": {"nodeSelector": {"a": "b"}},
        "services": {"web": {"x-pullet": {"a": 1}}},
    }


def test_profiles_that_are_no_names() -> None:
    """Which services are on is unknown then."""
    assert project(f"x-pullet: {{profiles: [[a]]}}\n{WEB}").unreadable


def test_needing_what_is_wrong() -> None:
    """It is there, however wrong it is."""
    (said,) = errors(project("services:\n  web: {depends_on: [db]}\n  db: [x]\n"))
    assert said == "shop/compose.yaml:3:7: error: services.db: must be a mapping, not a list"
