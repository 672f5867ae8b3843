"""YAML's graph of nodes and the plain data it stands for, by the rules that Kubernetes and Compose tools share.

Used by `yamldoc` only. https://yaml.org/spec/1.2.2/#103-core-schema, but with `0644` octal as those tools have it,
and without YAML 1.1's `yes` and `on`, its base 60 and its dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from yaml._yaml import CParser
from yaml.composer import Composer, ComposerError
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

DEEPEST = 100
LARGEST = 100_000

_PREFIX = "tag:yaml.org,2002:"
_STR, _INT, _FLOAT, _BOOL, _NULL = (_PREFIX + name for name in ("str", "int", "float", "bool", "null"))
MERGE, _SEQ, _MAP = (_PREFIX + name for name in ("merge", "seq", "map"))

_LONGEST_NUMBER = 40
_FIRST_OF_PLAIN = frozenset("~nNtTfF<+-.0123456789")
_WORDS = {
    **dict.fromkeys(("~", "null", "Null", "NULL", ""), _NULL),
    **dict.fromkeys(("true", "True", "TRUE", "false", "False", "FALSE"), _BOOL),
    "<<": MERGE,
}
_NUMBER = re.compile(
    r"""(?P<int> [-+]? (?: 0[0-7]* | [1-9][0-9]* | 0o[0-7]+ | 0x[0-9a-fA-F]+ | 0b[01]+ ) )
      | (?P<float> [-+]? (?: [0-9]+ (?: \.[0-9]* )? | \.[0-9]+ ) (?: [eE][-+]?[0-9]+ )?
                 | [-+]? \.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN) )""",
    re.VERBOSE,
)


class Unsound(Exception):  # noqa: N818 - what is said of the document
    """What is wrong with a document, and where; `first` is where the other one of two equal things stands."""

    def __init__(self, message: str, node: Node, *, hint: str = "", first: Node | None = None) -> None:
        super().__init__(message)
        self.node, self.hint, self.first = node, hint, first


class ForeignTag(Unsound):
    """A tag that only another tool understands."""


class _Resolving:
    """Our resolver; libyaml's parser composes by recursion in C, so that depth is bounded here."""

    depth = 0

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is not ScalarNode:
            return _MAP if kind is MappingNode else _SEQ
        return _plain_tag(value) if implicit[0] else _STR

    def descend_resolver(self, parent: Node | None, _index: object) -> None:
        self.depth += 1
        if self.depth > DEEPEST and parent is not None:
            raise Unsound(f"is nested more than {DEEPEST} levels deep", parent)

    def ascend_resolver(self) -> None:
        self.depth -= 1


class _Composer(_Resolving, CParser):
    """libyaml's parser and its composer, which refuses to give an anchor's name a second time."""


class _Rebinding(_Resolving, Composer, CParser):
    """The same in Python, ten times slower, where an anchor stands for the last node that bore its name.

    https://yaml.org/spec/1.2.2/#3222-anchors-and-aliases
    """

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()
        if not isinstance(event, AliasEvent):
            self.anchors.pop(getattr(event, "anchor", None), None)
        node: Node | None = super().compose_node(parent, index)
        return node


def _plain_tag(value: str) -> str:
    if value and value[0] not in _FIRST_OF_PLAIN:
        return _STR
    word = _WORDS.get(value)
    if word is not None:
        return word
    number = _NUMBER.fullmatch(value) if len(value) <= _LONGEST_NUMBER else None
    if number is None:
        return _STR
    return _INT if number["int"] else _FLOAT


def compose(text: str) -> Node | None:
    """The one document in `text`. Raises Unsound, and yaml.YAMLError for what libyaml finds."""
    node: Node | None
    try:
        node = _Composer(text).get_single_node()
    except ComposerError as error:
        if not str(error.context).startswith("found duplicate anchor"):
            raise
        node = _Rebinding(text).get_single_node()
    return node


def construct(root: Node, tags: frozenset[str] = frozenset()) -> Any:
    """Dictionaries, lists, strings, numbers, booleans and None. Raises Unsound.

    What bears one of `tags` is taken as if it had none.
    """
    return _Constructor(tags).build(root)


def merged(node: MappingNode) -> list[MappingNode]:
    """The mappings that `<<` brings in, the strongest first. Raises Unsound."""
    found: list[MappingNode] = []
    for key, value in node.value:
        if key.tag != MERGE:
            continue
        sources = value.value if isinstance(value, SequenceNode) else [value]
        for source in sources:
            if not isinstance(source, MappingNode):
                raise Unsound("must be a mapping or a list of mappings, to be merged here", source)
            found.append(source)
    return found


@dataclass(slots=True)
class _Constructor:
    """Builds each node once; what aliases share is shared, and `size` counts it as often as it is meant."""

    tags: frozenset[str] = frozenset()
    done: dict[int, tuple[Any, int]] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    size: int = 0

    def build(self, node: Node) -> Any:
        self._count(node, 1)
        if isinstance(node, ScalarNode):
            return scalar(node, self.tags)
        known = self.done.get(id(node))
        if known is not None:
            self._count(node, known[1])
            return known[0]
        if id(node) in self.open:
            raise Unsound("contains itself through an alias", node)
        before = self.size
        self.open.add(id(node))
        data = self._mapping(node) if isinstance(node, MappingNode) else self._sequence(node)
        self.open.discard(id(node))
        self.done[id(node)] = data, self.size - before
        return data

    def _count(self, node: Node, more: int) -> None:
        self.size += more
        if self.size > LARGEST:
            raise Unsound(f"holds more than {LARGEST:,} values once aliases are expanded", node)

    def _sequence(self, node: Node) -> list[Any]:
        self._expect(node, _SEQ)
        return [self.build(item) for item in node.value]

    def _mapping(self, node: MappingNode) -> dict[Any, Any]:
        self._expect(node, _MAP)
        own: dict[Any, Any] = {}
        seen: dict[Any, Node] = {}
        for key, value in node.value:
            name = self._key(key)
            first = seen.setdefault(name, key)
            if first is not key:
                raise Unsound(f'the key "{key.value}" stands here a second time', key, first=first)
            if key.tag != MERGE:
                own[name] = self.build(value)
        if MERGE in seen:
            own = self._merge(node, own)
        return own

    def _key(self, key: Node) -> Any:
        if key.tag == MERGE:
            return MERGE
        if not isinstance(key, ScalarNode):
            hint = "text that begins with { or [ needs quotes"
            raise Unsound("a key must be text, not a mapping or a list", key, hint=hint)
        return self.build(key)

    def _expect(self, node: Node, tag: str) -> None:
        if node.tag != tag and node.tag not in self.tags:
            raise ForeignTag(f"the tag {_shown(node.tag)} is not supported", node)

    def _merge(self, node: MappingNode, own: dict[Any, Any]) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for source in reversed(merged(node)):
            result.update(self.build(source))
        return {**result, **own}


def _shown(tag: str) -> str:
    return f"!!{tag.removeprefix(_PREFIX)}" if tag.startswith(_PREFIX) else tag


def scalar(node: ScalarNode, tags: frozenset[str] = frozenset()) -> str | int | float | bool | None:
    """What one scalar stands for. Raises Unsound."""
    text: str = node.value
    tag = node.tag
    if tag in tags:
        tag = _STR if node.style else _plain_tag(text)
    match tag:
        case t if t in {_STR, MERGE}:
            return text
        case t if t in {_INT, _FLOAT, _BOOL, _NULL}:
            return _converted(node, tag, text)
    raise ForeignTag(f"the tag {_shown(node.tag)} is not supported", node)


def _converted(node: ScalarNode, tag: str, text: str) -> int | float | bool | None:
    if tag != _plain_tag(text) and not (tag == _FLOAT and _plain_tag(text) == _INT):
        raise Unsound(f"is not what its tag {_shown(tag)} says", node)
    match tag:
        case t if t == _NULL:
            return None
        case t if t == _BOOL:
            return text[0] in "tT"
        case t if t == _INT:
            return _integer(text)
    return _float(text)


def _integer(text: str) -> int:
    digits = text.lstrip("+-")
    octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0"
    return int(text, 8 if octal else 0)


def _float(text: str) -> float:
    """Python writes infinity and not-a-number without YAML's dot."""
    bare = text.lstrip("+-")
    return float(text.replace(".", "", 1) if bare[1:2].isalpha() else text)
