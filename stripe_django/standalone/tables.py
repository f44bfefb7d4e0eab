from __future__ import annotations

import gc
import sys
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from stripe_django.standalone.database import configuration


def make_tables(*, quietly: bool = False) -> None:
    """Look for what is missing first: ``migrate`` takes its time even where nothing is."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if not quietly:
            print("Creating the tables.", file=sys.stderr, flush=True)
        call_command("migrate", verbosity=0, interactive=False)
        # The migrations leave finalizers. Python ignores a Ctrl-C in one, whenever it runs.
        gc.collect()


def is_empty() -> bool:
    """Return whether no sync has begun yet."""
    runs = apps.get_model("stripe_django", "SyncRun")._default_manager
    return not runs.exists()


def connect(database: str | Path) -> None:
    """Use another database in this thread than the settings name."""
    connection.close()
    connection.settings_dict.update(configuration(str(database)))
