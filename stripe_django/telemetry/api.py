"""The only module that imports ``opentelemetry``, and only its API: the project chooses the SDK."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

context: Any = None
metrics: Any = None
trace: Any = None
is_installed = False
with suppress(ImportError):  # without the extra "otel"
    from opentelemetry import context, metrics, trace  # noqa: F401 (context is for spans)

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
