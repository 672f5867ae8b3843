"""Projects as people write them, each file as text, and what loading makes of them."""

from __future__ import annotations

from typing import Any

from pullet.manifests.compose.load import load
from pullet.manifests.compose.loaded import Loaded
from pullet.model.problem import Severity
from pullet.model.snapshot import File
from tests.manifests.compose.hand import Files

PATH = "shop/compose.yaml"


def project(text: str, files: dict[str, str] | None = None, path: str = PATH) -> Loaded:
    """The project of `path`, with the files beside it; their paths are from the root of the repository."""
    content = text.encode(errors="surrogatepass")
    return load(File(path, "blob", content), Files({path: text, **(files or {})}))


def service(
    text: str, files: dict[str, str] | None = None, name: str = "web", path: str = PATH
) -> dict[str, Any]:
    """One service of a project in which nothing is wrong."""
    loaded = project(text, files, path)
    assert errors(loaded) == []
    found: dict[str, Any] = loaded.data["services"][name]
    return found


def attribute(text: str, **env: str) -> Any:
    """What one attribute of a service becomes; `text` is `name: value`."""
    dotenv = "".join(f"{name}='{value}'\n" for name, value in env.items())
    found = service(f"services:\n  web:\n    {text}\n", {"shop/.env": dotenv} if env else None)
    return found.get(text.partition(":")[0])


def errors(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems if problem.severity is Severity.ERROR]


def problems(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]
