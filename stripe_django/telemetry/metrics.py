"""The metrics. Without OpenTelemetry, recording one does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import names
from .api import is_installed, meter

Attributes = Mapping[str, str | int]

SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LONG = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """A counter, a histogram or a gauge; ``unit`` is UCUM's."""

    name: str
    unit: str
    about: str
    attributes: tuple[str, ...] = ()
    instrument: Any = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if is_installed:
            object.__setattr__(self, "instrument", self._made())

    def _made(self) -> Any:
        raise NotImplementedError

    @property
    def prometheus(self) -> str:
        """Its name in Prometheus, before the suffixes of histograms."""
        seconds = "_seconds" if self.unit == "s" else ""
        return self.name.replace(".", "_") + seconds


@dataclass(frozen=True, slots=True)
class Counter(Metric):
    def _made(self) -> Any:
        return meter().create_counter(self.name, self.unit, self.about)

    def add(self, amount: int, attributes: Attributes) -> None:
        if self.instrument is not None:
            self.instrument.add(amount, attributes)

    @property
    def prometheus(self) -> str:
        return self.name.replace(".", "_") + "_total"


@dataclass(frozen=True, slots=True)
class Histogram(Metric):
    bounds: tuple[float, ...] = SHORT

    def _made(self) -> Any:
        bounds = {"explicit_bucket_boundaries_advisory": self.bounds}
        return meter().create_histogram(self.name, self.unit, self.about, **bounds)

    def record(self, value: float, attributes: Attributes) -> None:
        """Record a value with those of the attributes that the metric has."""
        if self.instrument is not None:
            own = {name: attributes[name] for name in self.attributes if name in attributes}
            self.instrument.record(value, own)


@dataclass(frozen=True, slots=True)
class Gauge(Metric):
    def _made(self) -> Any:
        return meter().create_gauge(self.name, self.unit, self.about)

    def set(self, value: float, attributes: Attributes) -> None:
        if self.instrument is not None:
            self.instrument.set(value, attributes)


DELIVERY_DURATION = Histogram(
    "stripe_django.delivery.duration",
    "s",
    "How long the responses to Stripe's deliveries took.",
    (names.STATUS_CODE,),
)
EVENTS = Counter(
    "stripe_django.events",
    "{event}",
    "Attempts to apply events, by their outcome.",
    (names.EVENT_TYPE, names.OUTCOME),
)
EVENT_LAG = Histogram(
    "stripe_django.event.lag",
    "s",
    "The time from the creation of an event at Stripe until it was applied.",
    (names.EVENT_TYPE,),
    LONG,
)
APPLY_DURATION = Histogram(
    "stripe_django.apply.duration",
    "s",
    "How long the transactions took that apply events.",
    (names.OUTCOME,),
)
HANDLER_DURATION = Histogram(
    "stripe_django.handler.duration",
    "s",
    "How long the attempts of handlers took, by their outcome.",
    (names.HANDLER, names.OUTCOME),
)
ROWS = Counter(
    "stripe_django.rows",
    "{row}",
    "Snapshots of objects that were compared with their rows, by the outcome.",
    (names.OBJECT, names.OUTCOME),
)
REQUEST_DURATION = Histogram(
    "stripe_django.request.duration",
    "s",
    "How long requests to Stripe took; those with status 429 exceeded the rate limit.",
    (names.METHOD, names.URL_TEMPLATE, names.STATUS_CODE, names.ERROR_TYPE),
)
HEALTHY = Gauge(
    "stripe_django.healthy",
    "1",
    "1 for an indicator of the health page that is healthy, 0 for one that is not.",
    (names.INDICATOR,),
)
BACKLOG = Gauge(
    "stripe_django.backlog",
    "{item}",
    "Events, runs of handlers and refetches that are not done.",
    (names.KIND,),
)
DEAD_LETTERED = Gauge(
    "stripe_django.dead_lettered",
    "{item}",
    "Events, runs of handlers and refetches that are no longer retried.",
    (names.KIND,),
)
INDICATOR_AGE = Gauge(
    "stripe_django.indicator.age",
    "s",
    "The indicators of the health page that are a time, such as waiting, poll and sync.",
    (names.INDICATOR,),
)
INDICATOR_ROWS = Gauge(
    "stripe_django.indicator.rows",
    "{row}",
    "The indicators of the health page that are a number, such as ambiguous and missed.",
    (names.INDICATOR,),
)

ALL: tuple[Metric, ...] = tuple(each for each in vars().values() if isinstance(each, Metric))
