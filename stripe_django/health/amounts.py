"""Durations and counts as text for people."""

from __future__ import annotations

from datetime import timedelta

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
MOST = 10_000  # rows that are counted; more are "more than 10,000"


def seconds(span: timedelta) -> float:
    """Without a fraction, and never negative: clocks differ."""
    return float(max(round(span.total_seconds()), 0))


def duration(value: float) -> str:
    """Such as "2 hours": the largest unit of which there are at least two, or else seconds."""
    for name, size in UNITS[:-1]:
        if value >= 2 * size:
            return f"{value // size:,.0f} {name}s"
    return plural(round(value), "second")


def plural(count: int, noun: str) -> str:
    """Such as "1 event", "2 events" and "more than 10,000 events"."""
    if count > MOST:
        return f"more than {MOST:,} {noun}s"
    return f"{count:,} {noun}" + ("" if count == 1 else "es" if noun.endswith("ch") else "s")
