"""Fixtures for pytest: ``pytest_plugins = ["stripe_django.testing.pytest_plugin"]`` in the
``conftest.py`` of the project.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .fake import FakeStripe


@pytest.fixture
def fake_stripe() -> Iterator[FakeStripe]:
    """A fake in place of Stripe, with its key in the settings, for one test."""
    with FakeStripe().installed() as fake:
        yield fake
