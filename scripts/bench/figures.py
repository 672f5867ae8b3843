"""What was measured, beside its floor and its limit, and whether it holds. Pure; shown by `show`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Over:
    """At most so much more than the floor."""

    bound: float


@dataclass(frozen=True, slots=True)
class Times:
    """At most so many times the floor."""

    bound: float


@dataclass(frozen=True, slots=True)
class Below:
    """Less than this, whatever the floor."""

    bound: float


@dataclass(frozen=True, slots=True)
class Exactly:
    bound: float


Limit = Over | Times | Below | Exactly


@dataclass(frozen=True, slots=True)
class Figure:
    """`samples` and `floor` in `unit`; what counts of the samples is their `worth`, of the floor its median.

    Without a limit it is for information.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    floor: tuple[float, ...] = ()
    limit: Limit | None = None
    worth: Callable[[Sequence[float]], float] = median

    @property
    def value(self) -> float:
        return self.worth(self.samples)

    @property
    def floor_value(self) -> float | None:
        return median(self.floor) if self.floor else None

    @property
    def compared(self) -> float:
        """What the limit bounds: the difference to the floor, the ratio, or the value itself."""
        match self.limit:
            case Over():
                return self.value - (self.floor_value or 0.0)
            case Times():
                return self.value / self.floor_value if self.floor_value else float("inf")
            case _:
                return self.value

    @property
    def holds(self) -> bool | None:
        """None without a limit."""
        match self.limit:
            case None:
                return None
            case Below(bound):
                return self.compared < bound
            case Exactly(bound):
                return self.compared == bound
            case Over(bound) | Times(bound):
                return self.compared <= bound

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "worth": self.worth.__name__,
            "floor": self.floor_value,
            "compared": self.compared,
            "limit": self.limit and {type(self.limit).__name__.lower(): self.limit.bound},
            "holds": self.holds,
            "samples": list(self.samples),
            "floor_samples": list(self.floor),
        }
