"""The output of ``stripe_status``, as text."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from django.utils.translation import gettext as _

from stripe_django.health.indicators import Indicator
from stripe_django.health.measurement import Report

WIDTH = 88
INDENT = " " * 17


def lines(found: Report) -> Iterator[tuple[Indicator, str]]:
    """Each indicator, and its lines: what was measured, and what to do."""
    for each in found.indicators:
        mark = "ok" if each.is_healthy else "!!"
        text = [f"{mark} {each.name:<14}{each.text}"]
        text += wrap(
            each.advice,
            WIDTH,
            initial_indent=INDENT,
            subsequent_indent=INDENT,
            break_on_hyphens=False,
        )
        yield each, "\n".join(text)


def summary(found: Report) -> str:
    """In one line, what is unhealthy."""
    names = ", ".join(each.name for each in found.unhealthy)
    return _("Unhealthy: %(names)s.") % {"names": names}
