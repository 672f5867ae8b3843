"""The images that a fake engine holds: an id stays when its tag moves on."""

from __future__ import annotations

import hashlib


class FakeImages:
    def __init__(self) -> None:
        self._tags: dict[str, str] = {}
        self._ids: set[str] = set()

    def __contains__(self, image: str) -> bool:
        """A reference or an id."""
        return image in self._tags or image in self._ids

    def add(self, image: str, content: str = "") -> None:
        """`content` is what the reference leads to, its own where nothing is said."""
        self._tags[image] = id_of(content or image)
        self._ids.add(self._tags[image])

    def discard(self, image: str) -> None:
        """A reference, with what it leads to; or an id, with all that lead to it."""
        lost = self._tags.pop(image, image)
        self._ids.discard(lost)
        self._tags = {tag: held for tag, held in self._tags.items() if held != lost}

    def resolved(self, image: str) -> str:
        """The id of a reference or of an id; empty where it is not here."""
        return self._tags.get(image) or (image if image in self._ids else "")


def id_of(content: str) -> str:
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
