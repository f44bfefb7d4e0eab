"""Whether all migrations of this app are applied."""

from __future__ import annotations

from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_noop

from stripe_django.models import Home

HINT = gettext_noop(
    "The tables of stripe_django are missing or out of date: run the command migrate."
)


def is_pending() -> bool:
    """Whether a migration of this app was not applied; takes a query and some milliseconds.

    Raises ``DatabaseError`` if the database cannot be reached.
    """
    executor = MigrationExecutor(connections[router.db_for_write(Home)])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes("stripe_django")))
