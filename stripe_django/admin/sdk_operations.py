"""The operations that need Stripe's SDK, which no start of a project should wait for."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def operations() -> Any:
    """The module ``stripe_django.operations``, imported at the first use."""
    return apps.get_app_config("stripe_django").operations  # type: ignore[attr-defined]
