"""What is found wrong while a project is loaded, and of which of its parts that is said."""

from __future__ import annotations

from dataclasses import dataclass, field

from pullet.manifests.compose.scalars import Absent, Wrong
from pullet.manifests.yamldoc import Loc, dotted
from pullet.model.problem import Origin, Problem, Severity

_MOST = 100
_PART = 2


@dataclass(slots=True)
class Notes:
    """`flawed` has the first two words of each place where an error is: ("services", name) and the like.

    `lost` is true when it is not known what the project consists of. With `partial`, the file is looked at by itself:
    what is not there is only warned of. Then `unknown` has the places of what is therefore known in part only, and
    with `open` things may be declared in an included file that is not there.
    """

    problems: list[Problem] = field(default_factory=list)
    flawed: set[Loc] = field(default_factory=set)
    told: set[Problem] = field(default_factory=set)
    lost: bool = False
    partial: bool = False
    unknown: set[Loc] = field(default_factory=set)
    open: bool = False

    def error(self, origin: Origin, loc: Loc, message: str, hint: str = "") -> None:
        self.flawed.add(loc[:_PART])
        self.tell(Problem(origin, message, dotted(loc), hint))

    def warn(self, origin: Origin, loc: Loc, message: str, hint: str = "") -> None:
        self.tell(Problem(origin, message, dotted(loc), hint, Severity.WARNING))

    def wrong(self, origin: Origin, loc: Loc, wrong: Wrong) -> bool:
        """Tells it, and returns whether that is all: what is not beside a file that stands alone is no mistake."""
        excused = self.partial and isinstance(wrong, Absent)
        (self.warn if excused else self.error)(origin, loc, str(wrong), wrong.hint)
        return excused

    def lose(self, problem: Problem) -> None:
        self.lost = True
        self.tell(problem)

    def fork(self) -> Notes:
        """For another file, in which the same names stand for other things."""
        return Notes(self.problems, told=self.told, partial=self.partial)

    def tell(self, problem: Problem) -> None:
        if problem in self.told or len(self.problems) > _MOST:
            return
        if len(self.problems) == _MOST:
            problem = Problem(Origin(problem.origin.path), "has more problems than are shown")
        self.told.add(problem)
        self.problems.append(problem)
