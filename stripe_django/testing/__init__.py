"""For the test suites of projects that use the package: payloads, factories, strategies.

Nothing is imported before it is asked for: the factories need factory_boy and the strategies
hypothesis (``pip install stripe-django[testing]``), and models need the settings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .business import Business
    from .factories import factory_for
    from .fake import FakeStripe
    from .sample_payloads import payload
    from .strategies import payloads

__all__ = ["Business", "FakeStripe", "factory_for", "payload", "payloads"]

HOMES = {
    "Business": "business",
    "FakeStripe": "fake",
    "factory_for": "factories",
    "payload": "sample_payloads",
    "payloads": "strategies",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
