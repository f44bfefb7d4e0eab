"""Durations and counts as text for people."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

UNITS = (
    (86_400, ngettext_lazy("%(count)s day", "%(count)s days", "number")),
    (3_600, ngettext_lazy("%(count)s hour", "%(count)s hours", "number")),
    (60, ngettext_lazy("%(count)s minute", "%(count)s minutes", "number")),
    (1, ngettext_lazy("%(count)s second", "%(count)s seconds", "number")),
)
MOST = 10_000  # rows that are counted; more are "more than 10,000"


def seconds(span: timedelta) -> float:
    """Without a fraction, and never negative: clocks differ."""
    return float(max(round(span.total_seconds()), 0))


def duration(value: float) -> str:
    """Such as "2 hours": the largest unit of which there are at least two, or else seconds."""
    size, text = next((unit for unit in UNITS[:-1] if value >= 2 * unit[0]), UNITS[-1])
    number = round(value) // size
    return str(text % {"number": number, "count": intcomma(number)})


def counted(count: int) -> str:
    """Such as "2" and "more than 10,000"."""
    if count > MOST:
        return _("more than %(count)s") % {"count": intcomma(MOST)}
    return intcomma(count)
