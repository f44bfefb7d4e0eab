"""The indicators as metrics, recorded whenever they are measured."""

from __future__ import annotations

from stripe_django import telemetry
from stripe_django.telemetry import metrics, names

from .indicators import ROWS, SECONDS, Indicator

BY_KIND = {"backlog": metrics.BACKLOG, "dead_lettered": metrics.DEAD_LETTERED}


def record(indicator: Indicator) -> None:
    if not telemetry.is_installed:
        return
    about = {names.INDICATOR: indicator.name}
    metrics.HEALTHY.set(int(indicator.is_healthy), about)
    if indicator.name in BY_KIND:
        for kind, count in indicator.details.items():
            BY_KIND[indicator.name].set(count, {names.KIND: kind})
    elif indicator.value is None:
        return
    elif indicator.unit == SECONDS:
        metrics.INDICATOR_AGE.set(indicator.value, about)
    elif indicator.unit == ROWS:
        metrics.INDICATOR_ROWS.set(indicator.value, about)
