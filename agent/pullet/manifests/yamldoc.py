"""YAML text to documents of plain data, each able to say where in the file a value stands.

Used by the doors of this room and by the settings. Positions cost nothing while all is well: they are found
by composing the document again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, cast

from yaml.error import Mark, MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, SequenceNode

from pullet.manifests.yamlnodes import ForeignTag, Unsound, compose, construct, merged
from pullet.model.errors import Refused
from pullet.model.problem import Origin, Problem

Loc = tuple[str | int, ...]

_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_NOT_PRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_WORDS = {
    "found character that cannot start any token": "quote the value if it begins with this character",
    "mapping values are not allowed in this context": 'quote a value that contains ": ", or check the indentation',
    "did not find expected key": "check the indentation of this line and the ones above it",
    "did not find expected '-' indicator": "check the indentation of this line and the ones above it",
    "could not find expected ':'": "check that a colon and a space follow the key",
    "found undefined alias": "an anchor (&name) must stand before its alias (*name)",
    "did not find expected node content": "quote text that begins with { or [",
}


class Located(Protocol):
    """What can say where in the repository a value of it stands."""

    def locate(self, loc: Loc, *, key: bool = False) -> Origin: ...


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: `text` is its own part, which begins `line` lines into the file."""

    path: str
    index: int
    data: Any = field(repr=False)
    text: str = field(repr=False)
    line: int
    origin: Origin

    def locate(self, loc: Loc, *, key: bool = False) -> Origin:
        """Where the value at `loc` stands, or its key; the nearest value around it where there is none."""
        root = _composed(self.text) if loc else None
        return self.origin if root is None else _origin(self.path, self.line, _find(root, loc, key=key))


@dataclass(frozen=True, slots=True)
class Broken:
    """A document that is not sound YAML: what is wrong, and its text.

    `foreign` is one that is sound but for a tag that only another tool understands.
    """

    problem: Problem
    text: str = field(repr=False)
    foreign: bool = False


def documents(path: str, content: bytes) -> tuple[Document | Broken, ...]:
    """Every document that holds something; a broken one does not hide the others."""
    return tuple(part if isinstance(part, Broken) else part[0] for part in graphs(path, content))


def graphs(
    path: str, content: bytes, tags: frozenset[str] = frozenset()
) -> Iterator[tuple[Document, Node] | Broken]:
    """The same, each with its graph of nodes, and where these `tags` may stand."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield _not_text(path, content, error.start)
        return
    for index, (line, part) in enumerate(_parts(text)):
        found = _read(path, index, part, line, tags)
        if found is not None:
            yield found


def load_one(content: bytes, path: str) -> Document:
    """The only document of a file such as the settings; its data is None where the file is empty.

    Raises Refused, with the place, when it is not sound or not the only one.
    """
    found = documents(path, content)
    for part in found:
        if isinstance(part, Broken):
            raise Refused(f"{part.problem.origin}: {part.problem.message}", hint=part.problem.hint)
    whole = [part for part in found if isinstance(part, Document)]
    if len(whole) > 1:
        raise Refused(f"{whole[1].origin}: the file must hold one document")
    return whole[0] if whole else Document(path, 0, None, "", 0, Origin(path))


def dotted(loc: Loc) -> str:
    """`spec.containers[0].image`; keys that are no plain words stand in brackets."""
    words = (
        f".{part}" if isinstance(part, str) and re.fullmatch(r"[\w-]+", part) else f"[{part}]" for part in loc
    )
    return "".join(words).removeprefix(".")


def _not_text(path: str, content: bytes, at: int) -> Broken:
    before = content[:at].decode("utf-8-sig")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    problem = Problem(Origin(path, line, column), "is not UTF-8 text", hint="save the file as UTF-8")
    return Broken(problem, content.decode(errors="replace"))


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The parts between `---` lines, which YAML allows nowhere else, each with the line it begins at."""
    begin = line = 0
    for separator in _SEPARATOR.finditer(text):
        part = text[begin : separator.start()]
        if _DIRECTIVE.search(part) and not begin:
            continue
        yield line, part
        begin, line = separator.start(), line + part.count("\n")
    yield line, text[begin:]


def _read(
    path: str, index: int, text: str, line: int, tags: frozenset[str]
) -> tuple[Document, Node] | Broken | None:
    odd = _NOT_PRINTABLE.search(text)
    if odd is not None:
        row, column = text.count("\n", 0, odd.start()), odd.start() - text.rfind("\n", 0, odd.start())
        problem = Problem(
            Origin(path, line + row + 1, column), f"the control character {odd[0]!a} is not allowed in YAML"
        )
        return Broken(problem, text)
    try:
        root = compose(text)
        if root is None or (data := construct(root, tags)) is None:
            return None
        return Document(path, index, data, text, line, _origin(path, line, root)), root
    except Unsound as unsound:
        return Broken(_unsound(path, line, unsound), text, foreign=isinstance(unsound, ForeignTag))
    except YAMLError as error:
        return Broken(_syntax(path, line, text, error), text)


def _unsound(path: str, line: int, unsound: Unsound) -> Problem:
    hint = unsound.hint
    if unsound.first is not None:
        hint = f"it stands first on line {line + unsound.first.start_mark.line + 1}"
    return Problem(_origin(path, line, unsound.node), str(unsound), hint=hint)


def _syntax(path: str, line: int, text: str, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(Origin(path, line + 1), f"is not valid YAML: {error}")
    mark = _telling(text, error)
    said = error.problem or error.context or "it cannot be parsed"
    hint = _IN_WORDS.get(said, "")
    if "".join(text.splitlines()[mark.line : mark.line + 1]).startswith("\t", mark.column):
        hint = "YAML is indented with spaces, not with tabs"
    return Problem(
        Origin(path, line + mark.line + 1, mark.column + 1), f"is not valid YAML: {said}", hint=hint
    )


def _telling(text: str, error: MarkedYAMLError) -> Mark:
    """What is never closed is told where it opens, not at the end of the text."""
    mark = cast("Mark", error.problem_mark)
    past_the_end = mark.line >= len(text.rstrip().splitlines()) or "end of stream" in (error.problem or "")
    return error.context_mark if past_the_end and error.context_mark is not None else mark


def _origin(path: str, line: int, node: Node) -> Origin:
    return Origin(path, line + node.start_mark.line + 1, node.start_mark.column + 1)


@lru_cache(maxsize=4)
def _composed(text: str) -> Node | None:
    return compose(text)


def _find(root: Node, loc: Loc, *, key: bool) -> Node:
    node = root
    for depth, part in enumerate(loc):
        pair = _step(node, part)
        if pair is None:
            return node
        node = pair[0] if key and depth == len(loc) - 1 else pair[1]
    return node


def _step(node: Node, part: str | int) -> tuple[Node, Node] | None:
    """The key and the value that stand at `part`, also behind a merge key."""
    if isinstance(node, SequenceNode):
        inside = isinstance(part, int) and part < len(node.value)
        return (node.value[part], node.value[part]) if inside else None
    if not isinstance(node, MappingNode):
        return None
    return _pair(node, str(part))


def _pair(mapping: MappingNode, name: str) -> tuple[Node, Node] | None:
    waiting, seen = [mapping], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        for key, value in current.value:
            if key.value == name:
                return key, value
        waiting += reversed(merged(current))
    return None
