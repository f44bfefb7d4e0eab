"""Without OpenTelemetry nothing of it is imported, and everything works as it does with it."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")

SCRIPT = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
import django
django.setup()
from stripe_django import telemetry
from stripe_django.api.steps import within
from stripe_django.telemetry import metrics, names
assert not telemetry.is_installed
span = telemetry.span(names.DELIVERY, duration=metrics.DELIVERY_DURATION)
assert span is telemetry.begin(names.PAGE) is telemetry.NOTHING
with span as inner, inner.current():
    inner.set(names.EVENT_ID, "evt_1")
    inner.fail(ValueError())
for each in metrics.ALL:
    assert each.instrument is None
metrics.EVENTS.add(1, {})
metrics.EVENT_LAG.record(1, {})
metrics.HEALTHY.replace({"lag": 1})
assert metrics.HEALTHY.observations() == []
import stripe_django.urls, stripe_django.tasks
print([name for name in sys.modules if name.startswith("opentelemetry.")])
"""


def test_it_is_not_needed():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=Path(__file__).parents[2],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert (done.stderr, done.stdout.strip()) == ("", "[]")
