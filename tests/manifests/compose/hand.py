"""Projects in canonical long form, written by hand, and what conversion makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pullet.manifests.compose.convert import convert
from pullet.manifests.compose.loaded import Loaded, Value, Watched
from pullet.manifests.declared import Reading
from pullet.manifests.yamldoc import Document, Loc, documents
from pullet.model.problem import Severity
from pullet.model.workload import Workload

PATH = "compose.yaml"


@dataclass(frozen=True, slots=True)
class Files:
    """A tree of texts by path."""

    texts: Mapping[str, str]

    def identify(self, path: str) -> str | None:
        if path in self.texts:
            return f"blob-{sha256(self.texts[path].encode()).hexdigest()[:6]}"
        below = "".join(f"{name}={self.texts[name]}" for name in self.below(path))
        return f"tree-{sha256(below.encode()).hexdigest()[:6]}" if below else None

    def is_directory(self, path: str) -> bool:
        return path not in self.texts and any(self.below(path))

    def read(self, path: str) -> bytes | None:
        return self.texts[path].encode() if path in self.texts else None

    def below(self, path: str) -> Iterable[str]:
        return sorted(name for name in self.texts if name.startswith(f"{path}/" if path else ""))


def loaded(
    text: str, files: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None, **more: Any
) -> Loaded:
    """The project `shop` as loading would hand it over."""
    (document,) = documents(PATH, text.encode())
    assert isinstance(document, Document)
    return Loaded(
        path=PATH,
        name="shop",
        directory="",
        root=_placed(document, document.data, ()),
        data=document.data,
        environment=env or {},
        tree=Watched(Files(files or {})),
        **more,
    )


def _placed(document: Document, data: Any, loc: Loc) -> Value:
    inner: Any = data
    if isinstance(data, dict):
        inner = {str(name): _placed(document, one, (*loc, name)) for name, one in data.items()}
    elif isinstance(data, list):
        inner = [_placed(document, one, (*loc, index)) for index, one in enumerate(data)]
    return Value(inner, document.locate(loc), document.locate(loc, key=True))


def reading(text: str, files: Mapping[str, str] | None = None, **more: Any) -> Reading:
    return convert(loaded(text, files, **more))


def workloads(reading: Reading) -> dict[str, Workload]:
    """The valid ones by the service's name."""
    found = (one.content for one in reading.declared if one.valid)
    return {one.name.name: one for one in found if isinstance(one, Workload)}


def errors(reading: Reading) -> list[str]:
    """As a person sees them, without the file's name."""
    return [str(one).partition(":")[2] for one in reading.problems if one.severity is Severity.ERROR]


def warnings(reading: Reading) -> list[str]:
    return [str(one).partition(":")[2] for one in reading.problems if one.severity is Severity.WARNING]
