"""Several Compose files to one project: overrides on top of each other, and what they include beside them.

https://github.com/compose-spec/compose-spec/blob/main/14-include.md
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace

from pullet.manifests.compose.gathering import MOST_LOADS, Gathering, inside
from pullet.manifests.compose.grammar import SECTIONS
from pullet.manifests.compose.kinds import PULLET, entries_of, string_of
from pullet.manifests.compose.loaded import Value
from pullet.manifests.compose.merge import merge
from pullet.manifests.compose.place import Place, Scope
from pullet.manifests.compose.scalars import Absent, Wrong
from pullet.manifests.compose.source import Source
from pullet.model.problem import Problem

_DEEPEST = 20
_NO_ENV_FILE = "/dev/null"
_EMPTY = "write services: into it, or remove it"


def laid_together(
    paths: Sequence[str], scope: Scope, gathering: Gathering, chain: tuple[str, ...] = ()
) -> Value | None:
    """The later files on top of the earlier ones, each with what it includes. Raises Wrong."""
    merged: Value | None = None
    gathering.parts.update(paths)
    for path in paths:
        documents = gathering.documents(path)
        if not documents:
            raise Wrong(f"names {path}, which is empty", _EMPTY)
        for document in documents:
            source = Source(path, document, scope, gathering.notes, gathering)
            sections = source.sections()
            if sections is None:
                continue
            for place, entry in source.included():
                sections = _including(sections, place, entry, gathering, (*chain, paths[0]))
            merged = merge(merged, sections)
    return None if merged is None else _with_contexts(merged, scope)


def _including(
    sections: Value, place: Place, entry: Value, gathering: Gathering, chain: tuple[str, ...]
) -> Value:
    try:
        found = _included(place, entry, gathering, chain)
    except Absent as absent:
        if gathering.notes.wrong(entry.origin, place.loc, absent):
            gathering.notes.open = True
        else:
            gathering.notes.lost = True
        return sections
    except Wrong as wrong:
        gathering.notes.lose(Problem(entry.origin, str(wrong), f"include[{place.loc[-1]}]", wrong.hint))
        return sections
    return sections if found is None else _beside(sections, found, place)


def _included(place: Place, entry: Value, gathering: Gathering, chain: tuple[str, ...]) -> Value | None:
    """Raises Wrong."""
    words = entries_of(entry)
    paths = [inside(place.scope.anchored(path)) for path in _texts(words.get("path"))]
    if not paths:
        raise Wrong("needs a path")
    if paths[0] in chain:
        raise Wrong("goes in a circle", " → ".join((*chain, paths[0])))
    gathering.loads += 1
    if len(chain) > _DEEPEST or gathering.loads > MOST_LOADS:
        raise Wrong(f"is too much: files may include {MOST_LOADS} others, {_DEEPEST} levels deep")
    directory = posixpath.dirname(paths[0])
    if "project_directory" in words:
        named = place.scope.anchored(string_of(words["project_directory"]))
        directory = "" if named == "./" else inside(named)
    scope = gathering.scope(directory, _variables(place, words, directory, gathering))
    return laid_together(paths, scope, gathering, chain)


def _variables(place: Place, words: dict[str, Value], directory: str, gathering: Gathering) -> dict[str, str]:
    """Those of the including project are stronger. Raises Wrong."""
    around = dict(place.scope.variables)
    given = _texts(words.get("env_file"))
    default = posixpath.join(directory, ".env")
    if given:
        paths = [inside(place.scope.anchored(path)) for path in given if path != _NO_ENV_FILE]
    else:
        paths = [default] if gathering.tree.identify(default) is not None else []
    found: dict[str, str] = {}
    for path in paths:
        found.update(gathering.variables(path, {**found, **around}))
    return {**found, **around}


def _texts(value: Value | None) -> list[str]:
    items = value.data if value is not None and isinstance(value.data, list) else []
    return [str(item.data) for item in items]


def _beside(sections: Value, found: Value, place: Place) -> Value:
    """With what was included; two different things of one name are an error, and neither can be used."""
    done = dict(entries_of(sections))
    ours = entries_of(found).get(PULLET)
    if ours is not None:
        here = replace(place, loc=(PULLET,))
        here.warn(ours, "counts only in the file of the project, and not in one that is included", key=True)
    for section in ("services", "models", *SECTIONS):
        theirs = _entries(entries_of(found).get(section))
        if not theirs:
            continue
        mine = _entries(done.get(section))
        for name in theirs.keys() & mine.keys():
            if theirs[name].plain() != mine[name].plain():
                here = replace(place, loc=(section, name))
                first = theirs[name].key or theirs[name].origin
                here.error(
                    mine[name],
                    "is also in a file that is included, and differs",
                    f"there at {first}",
                    key=True,
                )
        like = done.get(section) or entries_of(found)[section]
        done[section] = like.holding({**theirs, **mine})
    return sections.holding(done)


def _entries(value: Value | None) -> dict[str, Value]:
    return value.data if value is not None and isinstance(value.data, dict) else {}


def _with_contexts(project: Value, scope: Scope) -> Value:
    """A build that names no directory is of the project's."""
    data = dict(entries_of(project))
    services = {
        name: _with_context(service, scope) for name, service in _entries(data.get("services")).items()
    }
    if services:
        data["services"] = data["services"].holding(services)
    return project.holding(data)


def _with_context(service: Value, scope: Scope) -> Value:
    build = _entries(service).get("build")
    if build is None or not isinstance(build.data, dict) or "context" in build.data:
        return service
    context = {"context": Value(scope.anchored("."), build.origin)}
    return service.holding({**_entries(service), "build": build.holding({**build.data, **context})})
