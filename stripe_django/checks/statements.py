"""Checks of how events are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.db import connections, router
from django.utils.translation import gettext as _

from stripe_django.conf import settings
from stripe_django.models import InboxEvent
from stripe_django.sync.database import prepared

from .options import has_its_type

WAYS = ("", "auto", "prepared", "unprepared")


def check_single_statement(**kwargs: Any) -> Iterator[CheckMessage]:
    if not has_its_type("SINGLE_STATEMENT"):
        return
    if settings.single_statement not in WAYS:
        yield Error(
            _("STRIPE_DJANGO['SINGLE_STATEMENT'] is neither 'auto', 'prepared' nor 'unprepared'."),
            hint=_("Leave it out, which is 'auto', or leave it empty to have several statements."),
            id="stripe_django.E044",
        )
    alias = router.db_for_write(InboxEvent)
    if settings.single_statement == "prepared" and prepared.is_pooled(connections[alias]):
        yield Warning(
            _(
                "STRIPE_DJANGO['SINGLE_STATEMENT'] is 'prepared', and the database %(alias)r has"
                " DISABLE_SERVER_SIDE_CURSORS, as behind a pool of connections."
            )
            % {"alias": alias},
            hint=_(
                "In transaction mode, PgBouncer keeps prepared statements since version 1.21, if"
                " max_prepared_statements is set. Otherwise leave it out."
            ),
            id="stripe_django.W045",
        )
