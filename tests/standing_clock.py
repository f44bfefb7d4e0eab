"""A clock of Django's that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


def stand_still(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock
