from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor

from stripe_django.standalone.database import configuration


def make_tables(*, quietly: bool = False) -> None:
    """Look for what is missing first: ``migrate`` takes its time even where nothing is."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if not quietly:
            print("Creating the tables.", file=sys.stderr, flush=True)
        with keeping_interrupts():
            call_command("migrate", verbosity=0, interactive=False)
            gc.collect()  # of the finalizers that the migrations leave


@contextmanager
def keeping_interrupts() -> Iterator[None]:
    """Raise a Ctrl-C at the end of the block that came in a finalizer, where Python ignores it."""
    interrupts: list[Any] = []
    before = sys.unraisablehook

    def keep(ignored: Any) -> None:
        if issubclass(ignored.exc_type, KeyboardInterrupt):
            interrupts.append(ignored.exc_type)
        else:
            before(ignored)

    sys.unraisablehook = keep
    try:
        yield
    finally:
        sys.unraisablehook = before
    if interrupts:
        raise KeyboardInterrupt


def is_empty() -> bool:
    """Return whether no sync has begun yet."""
    runs = apps.get_model("stripe_django", "SyncRun")._default_manager
    return not runs.exists()


def connect(database: str | Path) -> None:
    """Use another database than the settings name."""
    connection.close()
    del connections[DEFAULT_DB_ALIAS]  # or this thread would keep the engine of before
    described = {DEFAULT_DB_ALIAS: dict(configuration(str(database)))}
    connections.settings.update(connections.configure_settings(described))
