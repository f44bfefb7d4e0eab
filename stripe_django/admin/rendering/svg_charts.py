"""Charts as the coordinates of an SVG that a template draws.

A library of charts would bring scripts and styles inside the page, which a strict
Content-Security-Policy refuses. Coordinates are percentages, so that text keeps its size on a
screen of any width; classes have the colours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from math import ceil, floor, log10
from typing import ClassVar

from django.utils.translation import gettext as _

GAP = 0.25  # of the room of a bar
TICKS = 4  # steps of the axis, about
LABELS = 4  # under the axis, at most
LINE = "3"  # pixels
EDGE = 5  # percent, where a label would stand out if its middle were there
STEPS = (1, 2, 2.5, 5, 10)

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each label, with its text; ``kind`` is the CSS class of its colour.

    Negative values hang from the axis.
    """

    name: str
    kind: str
    values: Sequence[Number]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    """A change in a waterfall, or with ``is_total`` a total; ``caption`` is its short text."""

    name: str
    kind: str
    value: Number
    text: str
    caption: str
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; the numbers are text, which no locale writes with another point."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its value, or a label under the axis."""

    at: str
    text: str
    anchor: str = "middle"
    is_zero: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """The room of one label, with the values that it shows on hover and focus."""

    label: str
    values: Sequence[str]
    x: str
    width: str
    middle: str
    anchor: str

    @property
    def lines(self) -> list[str]:
        return [self.label, *self.values]


@dataclass(frozen=True, slots=True)
class Caption:
    """Text above a bar."""

    x: str
    y: str
    text: str


class Scale:
    """Round numbers from at most ``low`` to at least ``high``, as heights."""

    def __init__(self, low: float, high: float) -> None:
        self.step = _round_step((high - low or 1) / TICKS)
        self.first = floor(low / self.step)
        self.last = max(ceil(high / self.step), self.first + 1)

    def y(self, value: float) -> float:
        """The height of a value, in percent from the top."""
        return 100 * (self.last - value / self.step) / (self.last - self.first)

    @property
    def values(self) -> list[float]:
        return [self.step * number for number in range(self.first, self.last + 1)]


@dataclass(frozen=True, kw_only=True)
class Plot(ABC):
    """What every chart has; ``tick`` is the text of a value on the axis."""

    template: ClassVar = "admin/stripe_django/chart.html"
    kind: ClassVar = "bars"

    key: str
    title: str
    description: str
    tick: Callable[[float], str]

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """From left to right."""

    @property
    @abstractmethod
    def bars(self) -> Iterator[Bar]:
        """The rectangles."""

    @property
    @abstractmethod
    def headers(self) -> list[str]:
        """The heads of the columns of its table."""

    @property
    @abstractmethod
    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """The numbers as a table."""

    @abstractmethod
    def values_at(self, place: int) -> list[str]:
        """The values of one label as text."""

    @abstractmethod
    def extents(self) -> tuple[float, float]:
        """The lowest and the highest end of a bar."""

    @cached_property
    def scale(self) -> Scale:
        low, high = self.extents()
        return Scale(min(low, 0.0), max(high, 0.0))

    @property
    def ticks(self) -> list[Tick]:
        return [
            Tick(_percent(self.scale.y(each)), self.tick(each), is_zero=each == 0)
            for each in self.scale.values
        ]

    @property
    def marks(self) -> Iterator[Tick]:
        """The labels that stand under the axis: as many as there is room for."""
        every = ceil(len(self.labels) / LABELS)
        for place in range(len(self.labels) - 1, -1, -every):
            yield self._mark(place)

    @property
    def slots(self) -> Iterator[Slot]:
        for place, label in enumerate(self.labels):
            middle = self._room * (place + 0.5)
            anchor = "start" if middle < 35 else "end" if middle > 65 else "middle"
            yield Slot(
                label,
                self.values_at(place),
                _percent(self._room * place),
                _percent(self._room),
                _percent(middle),
                anchor,
            )

    @property
    def _room(self) -> float:
        return 100 / max(len(self.labels), 1)

    def _mark(self, place: int) -> Tick:
        middle = self._room * (place + 0.5)
        if middle > 100 - EDGE:
            return Tick("100%", self.labels[place], "end")
        if middle < EDGE:
            return Tick("0%", self.labels[place], "start")
        return Tick(_percent(middle), self.labels[place])

    def _bar(self, place: int, kind: str, start: float, end: float) -> Bar:
        top, bottom = sorted((self.scale.y(start), self.scale.y(end)))
        return Bar(
            kind,
            _percent(self._room * (place + GAP / 2)),
            _percent(top),
            _percent(self._room * (1 - GAP)),
            _percent(bottom - top),
        )


@dataclass(frozen=True, kw_only=True)
class Chart(Plot):
    """Series of bars over the same labels, stacked on each other, and their total as a line."""

    names: Sequence[str]
    series: Sequence[Series]
    total: Series | None = None

    @property
    def labels(self) -> Sequence[str]:
        return self.names

    @property
    def bars(self) -> Iterator[Bar]:
        for place in range(len(self.names)):
            ends = {True: 0.0, False: 0.0}
            for each in self.series:
                if value := float(each.values[place]):
                    start = ends[value < 0]
                    ends[value < 0] += value
                    yield self._bar(place, each.kind, start, start + value)
            if self.total:
                value = float(self.total.values[place])
                yield replace(self._bar(place, self.total.kind, value, value), height=LINE)

    @property
    def legend(self) -> list[Series]:
        return [*self.series, *([self.total] if self.total else [])]

    @property
    def headers(self) -> list[str]:
        return [_("When"), *(each.name for each in self.legend)]

    @property
    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """The newest first."""
        for place in reversed(range(len(self.names))):
            yield self.names[place], [each.texts[place] for each in self.legend]

    def values_at(self, place: int) -> list[str]:
        return [f"{each.name} {each.texts[place]}" for each in self.legend]

    def extents(self) -> tuple[float, float]:
        sums = [
            [float(each.values[place]) for each in self.series] for place in range(len(self.names))
        ]
        lowest = min((sum(value for value in each if value < 0) for each in sums), default=0.0)
        highest = max((sum(value for value in each if value > 0) for each in sums), default=0.0)
        return lowest, highest


@dataclass(frozen=True, kw_only=True)
class Waterfall(Plot):
    """Changes from one total to the next; each bar begins where the one before has ended."""

    kind: ClassVar = "waterfall"

    steps: Sequence[Step]

    @property
    def labels(self) -> Sequence[str]:
        return [each.name for each in self.steps]

    @property
    def bars(self) -> Iterator[Bar]:
        for place, (step, (start, end)) in enumerate(zip(self.steps, self._spans(), strict=True)):
            yield self._bar(place, step.kind, start, end)

    @property
    def captions(self) -> Iterator[Caption]:
        """The short amounts, above the bars."""
        for slot, bar, step in zip(self.slots, self.bars, self.steps, strict=True):
            yield Caption(slot.middle, bar.y, step.caption)

    @property
    def headers(self) -> list[str]:
        return [_("Movement"), _("Amount")]

    @property
    def rows(self) -> Iterator[tuple[str, list[str]]]:
        for each in self.steps:
            yield each.name, [each.text]

    @property
    def marks(self) -> Iterator[Tick]:
        yield from map(self._mark, range(len(self.labels)))

    def values_at(self, place: int) -> list[str]:
        return [self.steps[place].text]

    def extents(self) -> tuple[float, float]:
        ends = [end for span in self._spans() for end in span]
        return min(ends, default=0.0), max(ends, default=0.0)

    def _spans(self) -> Iterator[tuple[float, float]]:
        level = 0.0
        for each in self.steps:
            start = 0.0 if each.is_total else level
            level = start + float(each.value)
            yield start, level


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A line of a heat map; ``cells`` are texts with their shades, from 0 to 10."""

    label: str
    size: str
    cells: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A table whose cells are the darker, the higher their share is."""

    template: ClassVar = "admin/stripe_django/heat_map.html"

    key: str
    title: str
    description: str
    headers: Sequence[str]
    rows: Sequence[HeatRow]


def _round_step(at_least: float) -> float:
    """A whole number, as the values are."""
    power = 10.0 ** floor(log10(max(at_least, 1.0)))
    steps = (each * power for each in STEPS)
    return next(each for each in steps if each >= at_least and each.is_integer())


def _percent(value: float) -> str:
    return f"{value:.2f}%"
