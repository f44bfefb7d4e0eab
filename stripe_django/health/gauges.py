"""The indicators as metrics, as they were measured last."""

from __future__ import annotations

from collections.abc import Iterable

from stripe_django import telemetry
from stripe_django.telemetry import metrics

from .indicators import ROWS, SECONDS, Indicator

BY_KIND = {"backlog": metrics.BACKLOG, "dead_lettered": metrics.DEAD_LETTERED}
BY_UNIT = {SECONDS: metrics.INDICATOR_AGE, ROWS: metrics.INDICATOR_ROWS}


def record(indicators: Iterable[Indicator]) -> None:
    if not telemetry.is_installed:
        return
    found = {each.name: each for each in indicators}
    healthy = {name: int(each.is_healthy) for name, each in found.items()}
    metrics.HEALTHY.replace(healthy)
    for name, gauge in BY_KIND.items():
        gauge.replace(found[name].details if name in found else {})
    for unit, gauge in BY_UNIT.items():
        values = {name: each.value for name, each in found.items() if each.unit == unit}
        gauge.replace({name: value for name, value in values.items() if value is not None})
