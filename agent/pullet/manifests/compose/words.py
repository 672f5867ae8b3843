"""A command line in one piece, cut into words as Compose does: quotes and backslashes, and nothing else of a shell."""

from __future__ import annotations

from dataclasses import dataclass, field

from pullet.manifests.compose.scalars import Wrong

_OPERATORS = frozenset(";&|<>")
_SPACE = frozenset(" \t\r\n")
_AS_LIST = 'write it as a list: ["sh", "-c", "…"]'


@dataclass(slots=True)
class _Words:
    """`word` is the one being read, None between words; `quote` the character that ends what is being quoted."""

    done: list[str] = field(default_factory=list)
    word: list[str] | None = None
    quote: str = ""

    def add(self, text: str) -> None:
        if self.word is None:
            self.word = []
        self.word.append(text)

    def end(self) -> None:
        if self.word is not None:
            self.done.append("".join(self.word))
        self.word = None


def words(line: str) -> tuple[list[str], str]:
    """The words, and the operator of a shell before which they end, if there is one: no shell reads what is behind it.

    Raises Wrong.
    """
    found = _Words()
    characters = iter(line)
    for character in characters:
        if character == "\\" and found.quote != "'":
            _escape(next(characters, ""), found)
        elif found.quote:
            _quoted(character, found)
        elif character in _SPACE:
            found.end()
        elif character in _OPERATORS:
            if character == ">" and found.word and "".join(found.word).isdecimal():
                found.word = None
            found.end()
            return found.done, character
        else:
            _bare(character, found)
    if found.quote:
        raise Wrong("has a quote that is never closed", _AS_LIST)
    found.end()
    return found.done, ""


def _escape(character: str, found: _Words) -> None:
    if not character:
        raise Wrong("ends with a backslash", _AS_LIST)
    kept = found.quote in {"`", ")"}
    found.add(f"\\{character}" if kept else {"t": "\t", "n": "\n"}.get(character, character))


def _quoted(character: str, found: _Words) -> None:
    """Quotes go; what a shell would run is kept as it stands."""
    closes = character == found.quote
    if not closes or character in "`)":
        found.add(character)
    if closes:
        found.quote = ""


def _bare(character: str, found: _Words) -> None:
    if character in "'\"":
        found.quote = character
        found.add("")
    elif character == "`":
        found.quote = character
        found.add(character)
    elif character == "(" and found.word and found.word[-1] == "$":
        found.quote = ")"
        found.add(character)
    elif character in "()":
        raise Wrong(f"has a {character} outside of quotes", _AS_LIST)
    else:
        found.add(character)
