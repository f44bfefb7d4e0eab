"""Arguments that several commands have."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help=_("Print the result as one JSON document.")
    )


def moment(text: str) -> datetime:
    """A date or a time, by default in the project's time zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        example = "2026-01-31T12:00:00Z"
        raise ArgumentTypeError(
            _("%(text)r is neither a date nor a time like %(example)s")
            % {"text": text, "example": example}
        ) from None
    return make_aware(found) if is_naive(found) else found


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(_("%(text)r is not a whole number above 0") % {"text": text})
    return int(text)


def between(lowest: float, highest: float) -> Callable[[str], float]:
    """The type of an option that is a number with bounds."""

    def number(text: str) -> float:
        with suppress(ValueError):
            if lowest <= float(text) <= highest:
                return float(text)
        raise ArgumentTypeError(
            _("%(text)r is not a number from %(lowest)g to %(highest)s")
            % {"text": text, "lowest": lowest, "highest": intcomma(round(highest))}
        )

    return number
