"""The figures as lines for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scripts.bench.figures import Below, Exactly, Figure, Over, Times

HEADER = ("what", "measured", "floor", "compared", "limit", "")
VERDICT = {True: "holds", False: "MISSED", None: ""}


def lines(figures: Sequence[Figure]) -> Iterable[str]:
    """Aligned columns, one figure a line."""
    rows = [HEADER, *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def as_json(machine: Mapping[str, object], figures: Iterable[Figure]) -> dict[str, object]:
    return {"machine": dict(machine), "figures": [figure.as_dict() for figure in figures]}


def missed(figures: Iterable[Figure]) -> list[str]:
    return [figure.name for figure in figures if figure.holds is False]


def _row(figure: Figure) -> tuple[str, ...]:
    floor = "" if figure.floor_value is None else number(figure.floor_value, figure.unit)
    compared, limit = _judged(figure)
    return (
        figure.name,
        number(figure.value, figure.unit),
        floor,
        compared,
        limit,
        VERDICT[figure.holds],
    )


def _judged(figure: Figure) -> tuple[str, str]:
    match figure.limit:
        case Over(bound):
            return f"+{number(figure.compared, figure.unit)}", f"+{number(bound, figure.unit)}"
        case Times(bound):
            return f"x{figure.compared:.3f}", f"x{bound:g}"
        case Below(bound):
            return "", f"<{number(bound, figure.unit)}"
        case Exactly(bound):
            return "", f"={number(bound, figure.unit)}"
        case None:
            return "", ""


def number(value: float, unit: str) -> str:
    """With as many digits as mean something; seconds that are few as milliseconds."""
    if unit == "s" and abs(value) < 1:
        return f"{value * 1000:.3g} ms"
    digits = f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"  # noqa: PLR2004 - three digits or so
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {unit}"
