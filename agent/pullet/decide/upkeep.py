"""What a node needs besides what stands, and which images it needs no more. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pullet.decide.scene import Scene
from pullet.decide.shedding import spent
from pullet.model.image import familiar
from pullet.model.lifetime import Endless
from pullet.model.network import attached
from pullet.model.upkeep import Discard, Needed, StoredImage
from pullet.model.workload import Workload

_DAY = 86400


def needed(scene: Scene) -> Needed | None:
    """None where not all is known that is declared: absence of information never deletes."""
    desired, records = scene.desired, scene.memory.records.values()
    if desired.hold or desired.catalog.unreadable or desired.catalog.refused:
        return None
    wanted = [one for each in desired.assignments for one in each.instances[:1]]  # the others are like it
    pods = [(one.pod, one.name.workload) for one in wanted] + [
        (one.pod, one.name) for one in _recurring(scene)
    ]
    joined = (each.network for pod, name in pods for each in attached(pod.network, name.namespace))
    recorded = (record.good.images for record in records if record.good)
    return Needed(
        references=frozenset(each.image for pod, _ in pods for each in pod.all_containers()),
        ids=frozenset(
            image for images in (*(one.images for one in wanted), *recorded) for image in images.values()
        ),
        networks=tuple({str(one): one for one in joined}.values()),
        spent=spent(scene),
    )


def _recurring(scene: Scene) -> Iterator[Workload]:
    """What has an end may stand nowhere now, and be wanted again."""
    return (one for one in scene.desired.catalog.workloads if not isinstance(one.lifetime, Endless))


def superfluous(images: Iterable[StoredImage], what: Needed, now: float, keep: float) -> Iterator[Discard]:
    """Those that nothing has needed for more than `keep` seconds, and that nobody else has given a name."""
    for image in images:
        unused = now - image.needed
        ours = {familiar(reference) for reference in image.references}
        if not what.needs(image) and unused > keep and image.tags <= ours:
            yield Discard(image, f"nothing has needed it for {_lasting(unused)}")


def _lasting(seconds: float) -> str:
    days = int(seconds // _DAY)
    return f"{days} {'day' if days == 1 else 'days'}" if days else f"{seconds:.0f} s"
