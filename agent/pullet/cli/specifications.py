"""Which specifications a workload has had on this node, from the ledger and the mirror: no agent, no network."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from pullet.model.catalog import Catalog
from pullet.model.memory import Followed
from pullet.model.names import WorkloadName
from pullet.model.verdict import Record

if TYPE_CHECKING:
    from pullet.settings import Settings

    Specification = dict[str, Any]

WAS_GOOD, UNPROVEN = "was good", "never proven"


def known(settings: Settings, target: str, limit: int) -> tuple[WorkloadName, list[Specification]]:
    """What the target means, and its specifications, newest first. Raises Refused where nothing is called so."""
    from pullet.cli.dry import Past
    from pullet.cli.local import kept_mirror
    from pullet.cli.targets import workload_meant_by
    from pullet.ledger import read_ledger
    from pullet.logs import quieten
    from pullet.manifests.reader import Reader

    quieten()
    memory, reader, past = read_ledger(settings.state), Reader(), Past(kept_mirror(settings))

    def read(commit: str) -> Catalog:
        snapshot = past.at(commit)
        return reader.read(snapshot) if snapshot else Catalog()

    newest = read(memory.last.commit).workloads if memory.last else ()
    names = dict.fromkeys([*map(WorkloadName.parse, memory.records), *(one.name for one in newest)])
    name = workload_meant_by(target, names, settings.node)
    declared = ((one, _hash(name, read(one.commit))) for one in reversed(memory.followed))
    return name, list(islice(_told(declared, memory.records.get(str(name), Record())), limit))


def lines(found: Sequence[Specification]) -> Iterator[str]:
    """A table, and below it why what failed did."""
    from pullet.cli.output import ago, aligned, seconds_of

    now = time.time()
    header = ("HASH", "COMMIT", "SEEN", "VERDICT", "SUBJECT")
    rows = (
        (
            one["hash"][:8],
            one["commit"][:10],
            ago(seconds_of(one["seen"]), now) if one["seen"] else "-",
            one["verdict"],
            one["subject"],
        )
        for one in found
    )
    yield from aligned(header, rows)
    for one in found:
        if one["because"]:
            yield ""
            yield f"{one['hash'][:8]} failed {ago(seconds_of(one['at']), now)} ago: {one['because']}"
            yield from (f"  | {said}" for said in one["last_words"].splitlines())


def _hash(name: WorkloadName, catalog: Catalog) -> str:
    """Empty where it is not declared, or cannot be read."""
    return next((one.pod.digest() for one in catalog.workloads if one.name == name), "")


def _told(declared: Iterator[tuple[Followed, str]], record: Record) -> Iterator[Specification]:
    """One for each time that the specification changed, and then what only the ledger still knows."""
    told = set()
    readable = (one for one in declared if one[1])
    for digest, group in groupby(readable, key=lambda one: one[1]):
        followed = [one for one, _ in group]
        told.add(digest)
        yield _specification(digest, followed[-1], record, _former(followed))
    for finding in (record.failed, record.good):
        if finding and finding.hash not in told:
            forgotten = Followed(finding.commit, "", 0.0, "", 0.0)
            yield _specification(finding.hash, forgotten, record, UNPROVEN)


def _former(followed: Sequence[Followed]) -> str:
    """Where the ledger has no verdict of it: a node that converged with it found it good."""
    from pullet.model.report import State

    whole = any(one.state == State.CONVERGED or one.left is not None for one in followed)
    return WAS_GOOD if whole else UNPROVEN


def _specification(digest: str, first: Followed, record: Record, former: str) -> Specification:
    from pullet.model.report import timestamp

    verdict, at, because, words = former, None, "", ""
    if record.failed and record.failed.hash == digest:
        failed = record.failed
        verdict, at, because, words = "failed", failed.at, failed.because, failed.evidence
    elif record.good and record.good.hash == digest:
        verdict, at = "good", record.good.at
    elif record.trial and record.trial.hash == digest:
        verdict, at = "on trial", record.trial.since
    return {
        "hash": digest,
        "commit": first.commit,
        "subject": first.subject,
        "seen": timestamp(first.seen) if first.seen else None,
        "verdict": verdict,
        "at": None if at is None else timestamp(at),
        "because": because,
        "last_words": words,
    }
