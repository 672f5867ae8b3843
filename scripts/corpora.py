"""`make corpora CORPORA=dir [OUT=file]`: every manifest below a directory by itself, against what its folder promises.

Folders are named after what they hold: k8s and compose (valid), invalid, legacy, partial, template, sops, doubtful.
Exit 1 on a crash, on a file of `invalid` that is accepted, and on a valid one that is refused for a reason that no line
of documented.txt knows; docs/explanation/manifests.md explains each.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pullet.manifests.assemble import assemble
from pullet.manifests.kubernetes.objects import is_manifest
from pullet.manifests.reader import read_compose, read_file
from pullet.manifests.yamldoc import Document, documents
from pullet.model.catalog import Catalog
from pullet.model.problem import Problem, Severity
from pullet.model.snapshot import EmptyTree, File
from pullet.repo.paths import DirectoryTree

CLASSES = ("k8s", "compose", "invalid", "legacy", "partial", "template", "sops", "doubtful")
VERDICTS = ("clean", "warn", "refuse", "crash")
REASONS = Path(__file__).with_name("documented.txt")

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_NAMES = re.compile(r"(?:docker-)?compose[^/]*\.ya?ml")
_BASES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_OVERRIDES = frozenset(base.replace(".", ".override.", 1) for base in _BASES)
_TELLING = re.compile(rb"^(services|include)\s*:", re.MULTILINE)
_SECTIONS = frozenset({"version", "name", "networks", "volumes", "configs", "secrets", "models"})
_MEANT = frozenset({"k8s", "legacy", "invalid", "template"})
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of documented.txt: a name, and a pattern of `field: message`."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file; `why` are the documented reasons of a refusal, one for each error, None for a new one."""

    file: str
    sort: str
    verdict: str
    problems: tuple[dict[str, object], ...]
    seconds: float
    why: tuple[str | None, ...] = ()

    @property
    def bad(self) -> str:
        if self.verdict == "crash":
            return "crashed"
        if self.sort == "invalid" and self.verdict != "refuse":
            return "is accepted, and should not be"
        if self.sort in {"k8s", "compose"} and None in self.why:
            return "is refused for a reason that is not documented"
        return ""


class Alone(DirectoryTree):
    """A directory in which one Compose file is the project's base, whatever its name, and no override lies on it."""

    def __init__(self, root: Path, file: File) -> None:
        super().__init__(root)
        self._file = file
        directory = PurePosixPath(file.path).parent
        self._hidden = frozenset(str(directory / name) for name in _OVERRIDES) - {file.path}

    def identify(self, path: str) -> str | None:
        if path == self._file.path:
            return self._file.blob
        return None if path in self._hidden else super().identify(path)

    def read(self, path: str) -> bytes | None:
        if path == self._file.path:
            return self._file.content
        return None if path in self._hidden else super().read(path)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    reasons = documented()
    results = [
        result for path in _files(options.corpora) if (result := judge(options.corpora, path, reasons))
    ]
    if options.out:
        lines = (json.dumps(_line(result), ensure_ascii=False) + "\n" for result in results)
        options.out.write_text("".join(lines), encoding="utf-8")
    return _report(results)


def documented() -> tuple[Reason, ...]:
    lines = (line.split(None, 1) for line in REASONS.read_text(encoding="utf-8").splitlines())
    return tuple(Reason(line[0], re.compile(line[1])) for line in lines if line and line[0] != "#")


def judge(corpora: Path, path: Path, reasons: Sequence[Reason]) -> Result | None:
    """None for a file that is no manifest, such as what lies beside a Compose file for its containers."""
    name = path.relative_to(corpora).as_posix()
    sort = next((part for part in PurePosixPath(name).parts if part in CLASSES), "")
    began = time.monotonic()
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(_LONGEST)
    try:
        catalog = _read(corpora, PurePosixPath(name), sort)
    except Exception as error:  # noqa: BLE001 - a crash is what is looked for
        said: dict[str, object] = {"path": name, "severity": "error", "message": repr(error)}
        return Result(name, sort, "crash", (said,), round(time.monotonic() - began, 4))
    finally:
        signal.alarm(0)
    return None if catalog is None else _result(name, sort, catalog, time.monotonic() - began, reasons)


def _result(name: str, sort: str, catalog: Catalog, seconds: float, reasons: Sequence[Reason]) -> Result:
    held = [*catalog.unmet, *(problem for workload in catalog.workloads for problem in workload.unmet)]
    refused = (*catalog.errors, *(replace(problem, severity=Severity.ERROR) for problem in held))
    warnings = [problem for problem in catalog.problems if problem.severity is Severity.WARNING]
    verdict = "refuse" if refused else "warn" if warnings else "clean"
    return Result(
        file=name,
        sort=sort,
        verdict=verdict,
        problems=tuple({**one.as_dict(), "path": name} for one in sorted([*refused, *warnings])),
        seconds=round(seconds, 4),
        why=tuple(_why(problem, reasons) for problem in refused),
    )


def _why(problem: Problem, reasons: Sequence[Reason]) -> str | None:
    text = f"{problem.field}: {problem.message}"
    return next((reason.name for reason in reasons if reason.pattern.search(text)), None)


def _read(corpora: Path, name: PurePosixPath, sort: str) -> Catalog | None:
    """By itself: what it refers to may be declared elsewhere, and of what stands beside it only files are known."""
    path = corpora / name
    content = path.read_bytes()
    root = corpora.joinpath(*name.parts[: name.parts.index(sort) + 1]) if sort else path.parent
    file = File(path.relative_to(root).as_posix(), hashlib.sha256(content).hexdigest(), content)
    parts = documents(file.path, content)
    data = [part.data for part in parts if isinstance(part, Document)]
    if _is_compose(path, sort, data, content):
        base = file if path.name in _BASES else replace(file, path=str(Path(file.path).with_name(_BASES[0])))
        reading = read_compose(base, Alone(root, base), partial=True)
    elif sort in _MEANT or any(map(is_manifest, data)):
        reading = read_file(replace(file, path=f"{Path(file.path).with_suffix('')}.yaml"), EmptyTree())
    else:
        return None
    return assemble((reading,), partial=True)


def _is_compose(path: Path, sort: str, data: Sequence[Any], content: bytes) -> bool:
    """Also a file whose name does not say so; one with Compose's own tags is no sound YAML for others."""
    if sort == "k8s" or path.suffix == ".json" or any(map(is_manifest, data)):
        return False
    whole = [one for one in data if isinstance(one, dict)]
    keys = {str(key) for one in whole for key in one if not str(key).startswith("x-")}
    looks = bool(_TELLING.search(content)) or (bool(whole) and keys <= _SECTIONS)
    return bool(_NAMES.fullmatch(path.name)) or looks or (sort == "invalid" and bool(whole))


def _too_long(*_: object) -> None:
    raise TimeoutError(f"takes more than {_LONGEST} s")


def _files(corpora: Path) -> Iterator[Path]:
    return (path for path in sorted(corpora.rglob("*")) if path.suffix in _SUFFIXES and path.is_file())


def _line(result: Result) -> dict[str, object]:
    return {
        "file": result.file,
        "verdict": result.verdict,
        "problems": result.problems,
        "seconds": result.seconds,
    }


def _report(results: Sequence[Result]) -> int:
    counts = Counter((result.sort, result.verdict) for result in results)
    print(f"{'':10}" + "".join(f"{verdict:>8}" for verdict in VERDICTS))
    for sort in (*CLASSES, ""):
        row = [counts[sort, verdict] for verdict in VERDICTS]
        if any(row):
            print(f"{sort or 'elsewhere':10}" + "".join(f"{count:8}" for count in row))
    valid = [result for result in results if result.sort in {"k8s", "compose"} and result.verdict == "refuse"]
    reasons = Counter(reason for result in valid for reason in {*result.why} if reason)
    print("\nvalid files that are refused, by documented reason:")
    for reason, count in reasons.most_common():
        print(f"{count:8}  {reason}")
    bad = [result for result in results if result.bad]
    for result in bad:
        print(f"\n{result.file} {result.bad}")
        for problem in result.problems[:3]:
            print(f"    {problem.get('line')}: {problem.get('field')}: {problem['message']}")
    slowest = max(results, key=lambda result: result.seconds, default=None)
    if slowest is not None:
        print(f"\n{len(results)} files, the slowest {slowest.seconds:.2f} s: {slowest.file}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
