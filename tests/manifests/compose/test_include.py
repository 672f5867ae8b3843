"""Other projects as a part of this one."""

from __future__ import annotations

from tests.manifests.compose.project import errors, problems, project

DB = "services:\n  db:\n    image: ${IMAGE:-pg}\n    volumes: ['./data:/data', 'v:/v']\n    build: {}\nvolumes: {v: }\n"


def test_the_short_form() -> None:
    """Paths are relative to the included file, whose .env counts less than that of the project."""
    text = "include: [../db/compose.yaml]\nservices: {web: {depends_on: [db]}}\n"
    files = {"db/compose.yaml": DB, "db/.env": "IMAGE=theirs\nX=1\n"}
    loaded = project(text, files)
    assert errors(loaded) == []
    db = loaded.data["services"]["db"]
    assert (db["image"], db["build"], db["volumes"][0]["source"]) == (
        "theirs",
        {"context": "./db"},
        "./db/data",
    )
    assert loaded.data["volumes"] == {"v": {}}
    assert str(loaded.locate(("services", "db", "image"))) == "db/compose.yaml:3:12"
    assert loaded.parts == {"db/compose.yaml"}
    assert loaded.environment["X"] == "1"
    ours = project(text, {**files, "shop/.env": "IMAGE=ours\n"})
    assert ours.data["services"]["db"]["image"] == "ours"


def test_the_long_form() -> None:
    """Several paths are laid over each other, with a directory and variables of their own."""
    text = (
        "include:\n"
        "  - path: [../db/compose.yaml, db.override.yaml]\n"
        "    project_directory: ../base\n"
        "    env_file: [one.env, two.env]\n"
    )
    files = {
        "db/compose.yaml": DB,
        "db/.env": "IMAGE=not this\n",
        "shop/db.override.yaml": "services: {db: {tty: true, volumes: ['./more:/more']}}\n",
        "shop/one.env": "A=1\nIMAGE=one\n",
        "shop/two.env": "IMAGE=two$A\n",
    }
    db = project(text, files).data["services"]["db"]
    assert (db["image"], db["tty"], db["build"]) == ("two1", True, {"context": "./base"})
    assert [one["source"] for one in db["volumes"]] == ["./base/data", "v", "./base/more"]


def test_included_files_include_others() -> None:
    """Each in its own directory, and all of them are parts of the one project."""
    files = {
        "a/compose.yaml": "include: [b/compose.yaml]\nservices: {a: {}}\n",
        "a/b/compose.yaml": "services: {b: {env_file: x.env}}\n",
        "a/b/x.env": "A=$COMPOSE_PROJECT_NAME\n",
    }
    loaded = project("include: [../a/compose.yaml]\nservices: {web: {}}\n", files)
    assert loaded.data["services"] == {"a": {}, "b": {"environment": {"A": "shop"}}, "web": {}}
    assert loaded.parts == {"a/compose.yaml", "a/b/compose.yaml"}


def test_an_override_file_may_change_what_is_included() -> None:
    """It is laid over the project with all that it includes."""
    files = {
        "shop/compose.override.yaml": "services: {db: {image: mine}}\n",
        "db/compose.yaml": DB,
    }
    assert project("include: [../db/compose.yaml]\n", files).data["services"]["db"]["image"] == "mine"


def test_conflicts() -> None:
    """Two different services of one name are an error, twice the same is none."""
    same = project(
        "include: [a.yaml, b.yaml]\n",
        {"shop/a.yaml": "services: {x: {}}\n", "shop/b.yaml": "services: {x: }\n"},
    )
    assert errors(same) == []
    text = "include: [a.yaml]\nservices:\n  x: {image: other}\n"
    loaded = project(text, {"shop/a.yaml": "services:\n  x: {image: i}\n"})
    assert errors(loaded) == [
        (
            "shop/compose.yaml:3:3: error: services.x: is also in a file that is included, and differs "
            "(there at shop/a.yaml:2:3)"
        )
    ]
    assert loaded.flawed == {("services", "x")}


def test_what_cannot_be_included() -> None:
    """What the project consists of is unknown then, so that nothing of it is taken away."""
    text = "include:\n  - no.yaml\n  - {path: ../../x.yaml}\n  - {path: a.yaml, env_file: no.env}\nservices: {}\n"
    loaded = project(text, {"shop/a.yaml": "services: {}\n"})
    assert errors(loaded) == [
        (
            "shop/compose.yaml:2:5: error: include[0]: names shop/no.yaml, which is not in the repository "
            "(commit it, or correct the path)"
        ),
        (
            "shop/compose.yaml:3:5: error: include[1]: is outside of the repository "
            "(only files of the repository can be read)"
        ),
        (
            "shop/compose.yaml:4:5: error: include[2]: names shop/no.env, which is not in the repository "
            "(commit it, or correct the path)"
        ),
    ]
    assert "shop/compose.yaml" in [one.path for one in loaded.unreadable]
    assert loaded.data == {}
    assert dict(loaded.looked_at)["shop/no.yaml"] is None


def test_circles() -> None:
    """A circle is told where it closes."""
    loaded = project(
        "include: [a.yaml]\n",
        {"shop/a.yaml": "include: [b.yaml]\n", "shop/b.yaml": "include: [compose.yaml]\n"},
    )
    (said,) = errors(loaded)
    assert said.startswith(
        "shop/b.yaml:1:11: error: include[0]: goes in a circle (shop/compose.yaml → shop/a.yaml"
    )


def test_a_bomb() -> None:
    """Files that include each other many times end at a bound."""
    files = {
        f"shop/i{n}.yaml": f"include: [{', '.join([f'i{n + 1}.yaml'] * 10)}]\nservices: {{s{n}: {{}}}}\n"
        for n in range(15)
    }
    files["shop/i15.yaml"] = "services: {}\n"
    loaded = project("include: [i0.yaml]\n", files)
    assert "is too much: files may include 100 others, 20 levels deep" in "".join(errors(loaded))


def test_what_only_counts_in_the_project_itself() -> None:
    """The name of an included file means nothing, and where it wants to stand is told not to count."""
    files = {"shop/a.yaml": "name: other\nx-pullet: {nodeSelector: {a: b}}\nservices: {a: {image: i}}\n"}
    loaded = project("include: [a.yaml]\n", files)
    assert (loaded.name, problems(loaded)) == ("shop", [
        "shop/a.yaml:2:1: warning: x-pullet: counts only in the file of the project, and not in one that is included",
    ])  # fmt: skip
