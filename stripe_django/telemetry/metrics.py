"""The metrics. Without OpenTelemetry, recording one does nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import names
from .api import is_installed, meter, observation

Attributes = Mapping[str, str | int]

FRESH = 150.0  # seconds: what commands and tasks look at, they look at once a minute
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
    """Values by its one attribute, as they were found last.

    Old ones are left out: another process may have found others since.
    """

    values: dict[str, float] = field(init=False, default_factory=dict, compare=False)
    replaced_at: list[float] = field(init=False, default_factory=list, compare=False)

    def _made(self) -> Any:
        callbacks = [lambda options: self.observations()]
        return meter().create_observable_gauge(self.name, callbacks, self.unit, self.about)

    def replace(self, values: Mapping[str, float]) -> None:
        """Replace all values."""
        if self.instrument is not None:
            self.values.clear()
            self.values.update(values)
            self.replaced_at[:] = [time.monotonic()]

    def observations(self) -> list[Any]:
        if not self.replaced_at or time.monotonic() - self.replaced_at[0] > FRESH:
            return []
        [name] = self.attributes
        return [observation(value, {name: key}) for key, value in [*self.values.items()]]


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
    "",
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
