"""Moments in Django's current time zone, in one format; UTC is their tooltip."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import formats, timesince, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = 7  # days


def local(moment: datetime) -> datetime:
    """The moment in the current time zone, or as it is if its year there is 10000, or none."""
    try:
        return timezone.localtime(moment)
    except OverflowError:
        return moment


def time(moment: datetime, more: str = "") -> SafeString:
    """When; ``more`` follows UTC in the tooltip."""
    utc = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return format_html(
        '<time class="stripe-time" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{utc}, {more}" if more else utc,
        formats.date_format(local(moment), "DATETIME_FORMAT"),
    )


def day(moment: datetime) -> SafeString:
    """A day, which Stripe sends as its beginning in UTC and which is the same in every zone."""
    utc = moment.astimezone(UTC)
    return format_html(
        '<time class="stripe-time" datetime="{}" title="{}">{}</time>'
        ' <span class="stripe-age">{}</span>',
        utc.date(),
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        formats.date_format(utc, "DATE_FORMAT"),
        age(moment),
    )


def time_and_age(moment: datetime) -> SafeString:
    """When, and how long ago."""
    return format_html('{} <span class="stripe-age">{}</span>', time(moment), age(moment))


def age(moment: datetime) -> str:
    now = timezone.now()
    if moment > now:
        return _("in %(time)s") % {"time": timesince.timeuntil(moment, now, depth=1)}
    return _("%(time)s ago") % {"time": timesince.timesince(moment, now, depth=1)}


def days_until(moment: datetime) -> int:
    """By the calendar of the current time zone; negative for the past."""
    return (local(moment).date() - timezone.localdate()).days


def deadline(moment: datetime) -> tuple[str, str]:
    """How many days are left, and a status to colour it by."""
    days = days_until(moment)
    if days < 0:
        return ngettext("%d day over", "%d days over", -days) % -days, "overdue"
    left = _("today") if days == 0 else ngettext("%d day left", "%d days left", days) % days
    return left, "due_soon" if days <= SOON else "due"


def period(start: Any, end: Any) -> str:
    """Two days, from the Unix seconds that payloads have; empty if one is missing."""
    if type(start) is not int or type(end) is not int:
        return ""
    try:
        bounds = [local(datetime.fromtimestamp(each, UTC)) for each in (start, end)]
    except (ValueError, OverflowError, OSError):  # no time that a calendar has
        return ""
    return " – ".join(dict.fromkeys(formats.date_format(each, "DATE_FORMAT") for each in bounds))
