"""A Compose file, with all that it refers to, to one project in canonical long form.

`load` is what the door calls. The environment of the process has no part in it: a fleet must not depend on who runs
the agent. https://github.com/compose-spec/compose-spec/blob/main/spec.md
"""

from __future__ import annotations

import posixpath
from contextlib import suppress

from pullet.manifests.compose.environment import with_files
from pullet.manifests.compose.gathering import Gathering
from pullet.manifests.compose.kinds import entries_of
from pullet.manifests.compose.loaded import Loaded, Value, Watched
from pullet.manifests.compose.merge import settled
from pullet.manifests.compose.naming import Beside, files, fit, from_directory
from pullet.manifests.compose.notes import Notes
from pullet.manifests.compose.place import Place, Scope
from pullet.manifests.compose.profiles import active, split, with_needs
from pullet.manifests.compose.project import laid_together
from pullet.manifests.compose.scalars import Wrong
from pullet.model.catalog import Unreadable
from pullet.model.problem import Origin, Problem, Severity
from pullet.model.snapshot import File, Tree

_PROJECT_NAME = "COMPOSE_PROJECT_NAME"


def load(file: File, tree: Tree, *, partial: bool = False) -> Loaded:
    """No content of a file raises: what is wrong is in `problems`.

    With `partial`, the file is looked at by itself, and what it names may stand beside it elsewhere.
    """
    gathering = Gathering(Watched(tree), Notes(partial=partial))
    gathering.take(file.path, file.content)
    directory = posixpath.dirname(file.path)
    variables = _variables(directory, gathering)
    role = files(file.path, variables, gathering.tree)
    named = _written_name((file.path,), gathering)
    if isinstance(role, Beside) and (role.part or named is None):
        return _beside(file.path, role, gathering)
    paths = (file.path,) if isinstance(role, Beside) else role.paths
    named = _written_name(paths, gathering)
    scope = gathering.scope(directory, variables)
    name = _name(directory, None if isinstance(role, Beside) else _PROJECT_NAME, named, scope, gathering)
    variables[_PROJECT_NAME] = name
    return _loaded(file.path, name, _project(paths, scope, gathering), gathering)


def _variables(directory: str, gathering: Gathering) -> dict[str, str]:
    path = posixpath.join(directory, ".env")
    if gathering.tree.identify(path) is None or gathering.tree.is_directory(path):
        return {}
    try:
        return gathering.variables(path, {})
    except Wrong as wrong:
        gathering.notes.lose(Problem(Origin(path), str(wrong), hint=wrong.hint))
        return {}


def _written_name(paths: tuple[str, ...], gathering: Gathering) -> Value | None:
    """What the last document that has a name gives as one."""
    names: list[Value] = []
    for path in paths:
        with suppress(Wrong):
            documents = [one.data for one in gathering.documents(path) if isinstance(one.data, dict)]
            names += [data["name"] for data in documents if "name" in data]
    return names[-1] if names else None


def _name(
    directory: str, variable: str | None, written: Value | None, scope: Scope, gathering: Gathering
) -> str:
    """The variable is stronger than the file, as in Compose."""
    text, origin = scope.variables.get(variable or "", ""), Origin(posixpath.join(directory, ".env"))
    if not text and written is not None:
        found = Place(("name",), scope, gathering.notes).interpolated(written)
        text, origin = (found.data if isinstance(found.data, str) else ""), written.origin
    if not text:
        return from_directory(directory)
    if not fit(text):
        message = (
            "is not a project's name" if text != scope.variables.get(_PROJECT_NAME) else "names no project"
        )
        hint = "a-z, 0-9, - and _, beginning with a letter or a digit"
        gathering.notes.lose(Problem(origin, f'"{text[:60]}" {message}', "name", hint))
    return text


def _beside(path: str, role: Beside, gathering: Gathering) -> Loaded:
    """A file that is no project of its own: in silence where it is a part of one."""
    if not role.part:
        message = f"stands beside {posixpath.basename(role.base)} and is left alone, as by Compose"
        hint = "give it a name: of its own, or name the files of the project with COMPOSE_FILE in .env"
        gathering.notes.tell(Problem(Origin(path), message, hint=hint, severity=Severity.WARNING))
    return Loaded(
        path=path,
        name="",
        directory=posixpath.dirname(path),
        root=Value({}, Origin(path)),
        data={},
        problems=tuple(gathering.notes.problems),
        part_of=role.base,
        tree=gathering.tree,
    )


def _project(paths: tuple[str, ...], scope: Scope, gathering: Gathering) -> Value | None:
    try:
        found = laid_together(paths, scope, gathering)
    except Wrong as wrong:
        told = gathering.parsed[paths[0]].problems
        problem = Problem(Origin(paths[0]), str(wrong), hint=wrong.hint)
        gathering.notes.lose(told[0] if told else problem)
        return None
    return None if found is None or gathering.notes.lost else _finished(settled(found), scope, gathering)


def _finished(project: Value, scope: Scope, gathering: Gathering) -> Value:
    """Only with the services that are on, each with what its files say."""
    data = dict(entries_of(project))
    services = data.get("services")
    if services is None or not services.data:
        message = "declares no services, so nothing of it runs"
        hint = "write services:, or remove the file"
        gathering.notes.warn(project.origin, (), message, hint)
    if services is None:
        return project
    on, off = split(entries_of(services), active(project, scope.variables, gathering.notes))
    gathering.off = frozenset(off)
    done = {
        name: with_needs(name, with_files(name, service, gathering), on, off, gathering.notes)
        for name, service in on.items()
    }
    return project.holding({**data, "services": services.holding(done)})


def _loaded(path: str, name: str, project: Value | None, gathering: Gathering) -> Loaded:
    notes = gathering.notes
    root = Value({}, Origin(path)) if project is None or notes.lost else project
    texts = gathering.texts
    if notes.lost:
        gathering.take_named()
    return Loaded(
        path=path,
        name=name,
        directory=posixpath.dirname(path),
        root=root,
        data=root.plain(),
        problems=tuple(notes.problems),
        flawed=frozenset(notes.flawed),
        unknown=frozenset(notes.unknown),
        partial=notes.partial,
        open=notes.open,
        unreadable=tuple(Unreadable(one, texts[one]) for one in texts) if notes.lost else (),
        parts=frozenset(gathering.parts) - {path},
        off=gathering.off,
        environment=_all_variables(gathering),
        tree=gathering.tree,
    )


def _all_variables(gathering: Gathering) -> dict[str, str]:
    """Those of the project, and behind them those of what it includes."""
    found: dict[str, str] = {}
    for scope in gathering.scopes:
        found = {**scope.variables, **found}
    return found
