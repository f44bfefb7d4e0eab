"""Bars as the coordinates of an SVG that a template draws.

A library of charts would bring scripts and styles inside the page, which a strict
Content-Security-Policy refuses; these bars have classes that the style sheet colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 720, 160
GAP = 0.2  # of the room of a bar

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each label, with its text; ``kind`` is the CSS class of its colour.

    The bars of one that is ``below`` hang from the axis.
    """

    name: str
    kind: str
    values: Sequence[Number]
    texts: Sequence[str]
    below: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; the numbers are text, which no locale writes with another point."""

    kind: str
    text: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Series of bars over the same labels, stacked on each other."""

    key: str
    title: str
    description: str
    labels: Sequence[str]
    series: Sequence[Series]

    @property
    def size(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def axis(self) -> str:
        """The height at which the bars begin."""
        above, below = self._extents()
        return _number(HEIGHT * above / (above + below))

    @property
    def bars(self) -> Iterator[Bar]:
        above, below = self._extents()
        scale, room = HEIGHT / (above + below), WIDTH / max(len(self.labels), 1)
        for place, label in enumerate(self.labels):
            up = down = scale * above
            for each in self.series:
                height = scale * float(each.values[place])
                top = down if each.below else up - height
                if each.below:
                    down += height
                else:
                    up -= height
                if height > 0:
                    yield Bar(
                        each.kind,
                        f"{label}: {each.name} {each.texts[place]}",
                        _number(room * (place + GAP / 2)),
                        _number(top),
                        _number(room * (1 - GAP)),
                        _number(max(height, 1)),
                    )

    @property
    def highest(self) -> str:
        """The text of the largest value, which sets the scale of the bars."""
        values = [
            pair for each in self.series for pair in zip(each.values, each.texts, strict=True)
        ]
        return max(values)[1]

    @property
    def last_label(self) -> str:
        return self.labels[-1]

    @property
    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """The numbers as a table, the newest first."""
        for place in reversed(range(len(self.labels))):
            yield self.labels[place], [each.texts[place] for each in self.series]

    def _extents(self) -> tuple[float, float]:
        """How far the bars reach above and below the axis; never nothing in all."""
        places = range(len(self.labels))
        above, below = (
            max(
                (
                    float(sum(each.values[place] for each in self.series if each.below is side))
                    for place in places
                ),
                default=0.0,
            )
            for side in (False, True)
        )
        return (above, below) if above + below > 0 else (1.0, 0.0)


def _number(value: float) -> str:
    return f"{value:.1f}"
