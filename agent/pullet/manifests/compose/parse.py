"""The text of a Compose file to `Value`s, one for each of its documents."""

from __future__ import annotations

from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pullet.manifests.compose.loaded import Value
from pullet.manifests.yamldoc import Broken, Document, graphs
from pullet.manifests.yamlnodes import MERGE, merged, scalar
from pullet.model.problem import Origin, Problem

RESET, OVERRIDE = "!reset", "!override"
_TAGS = frozenset({RESET, OVERRIDE})


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents of one file, and what is wrong with it."""

    documents: tuple[Value, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(path: str, content: bytes) -> Parsed:
    """Every key is text in what comes back; of a file with a problem of this kind nothing can be used."""
    documents: list[Value] = []
    problems: list[Problem] = []
    for part in graphs(path, content, _TAGS):
        if isinstance(part, Broken):
            problems.append(part.problem)
            continue
        builder = _Builder(part[0])
        documents.append(builder.build(part[1]))
        problems += builder.problems
    return Parsed(tuple(documents), tuple(problems))


@dataclass(slots=True)
class _Builder:
    """What aliases share is built once; the graph is sound and bounded, as the document has been made of it."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    done: dict[int, Value] = field(default_factory=dict)

    def build(self, node: Node) -> Value:
        known = self.done.get(id(node))
        if known is None:
            known = self.done[id(node)] = self._build(node)
        return known

    def _build(self, node: Node) -> Value:
        origin, tag = self._origin(node), node.tag if node.tag in _TAGS else ""
        if isinstance(node, MappingNode):
            return Value(self._mapping(node), origin, tag=tag)
        if isinstance(node, SequenceNode):
            return Value([self.build(item) for item in node.value], origin, tag=tag)
        data = scalar(node, _TAGS) if isinstance(node, ScalarNode) else None
        return Value(data, origin, tag=tag)

    def _mapping(self, node: MappingNode) -> dict[str, Value]:
        """Own keys are stronger than merged ones, and come in the order in which they stand."""
        found: dict[str, Value] = {}
        for source in reversed(merged(node)):
            data = self.build(source).data
            found.update(data if isinstance(data, dict) else {})
        for key, value in node.value:
            if key.tag == MERGE:
                continue
            if not key.tag.endswith(":str"):
                self.problems.append(
                    Problem(self._origin(key), "a key must be text", hint=f'write "{key.value}"')
                )
            built = self.build(value)
            found[key.value] = Value(built.data, built.origin, self._origin(key), built.tag)
        return found

    def _origin(self, node: Node) -> Origin:
        mark = node.start_mark
        return Origin(self.document.path, self.document.line + mark.line + 1, mark.column + 1)
