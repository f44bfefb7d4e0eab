"""The only module that imports ``opentelemetry``, and only its API: the project chooses the SDK."""

from __future__ import annotations

from typing import Any

try:
    from opentelemetry import context, metrics, trace
except ImportError:  # without the extra "otel"
    is_installed = False
    context = metrics = trace = None  # type: ignore[assignment]
else:
    is_installed = True

SCOPE = "stripe_django"


def tracer() -> Any:
    """Found at each span: a provider that is set later takes effect."""
    return trace.get_tracer(SCOPE)


def meter() -> Any:
    """Its instruments begin to record when the project sets a provider."""
    return metrics.get_meter(SCOPE)


def observation(value: float, attributes: dict[str, str]) -> Any:
    return metrics.Observation(value, attributes)
