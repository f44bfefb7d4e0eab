"""The migrations: complete, quick, and independent of the package's own field types."""

import time

import pytest
from django.core.management import call_command
from django.db.migrations import CreateModel
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import BooleanField
from django.db.utils import ConnectionHandler

from stripe_django.fields import IdColumn
from stripe_django.models import Charge

pytestmark = pytest.mark.django_db

IN_MEMORY = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
LIMIT = 6  # seconds of the processor; 1 s on a machine of 2026 that has nothing else to do


def created_models():
    loader = MigrationLoader(None)
    for (app, _), migration in loader.disk_migrations.items():
        if app == "stripe_django":
            yield from (each for each in migration.operations if isinstance(each, CreateModel))


def test_every_model_is_as_the_migrations_have_it():
    call_command("makemigrations", "stripe_django", check=True, dry_run=True, verbosity=0)


def test_a_change_of_a_model_is_found(monkeypatch, capsys):
    monkeypatch.setattr(Charge._meta.get_field("amount"), "db_index", True)
    with pytest.raises(SystemExit):
        call_command("makemigrations", "stripe_django", check=True, dry_run=True, interactive=False)
    assert "amount" in capsys.readouterr().out


def test_the_columns_are_plain_django_fields_and_ids():
    fields = {type(field) for model in created_models() for _, field in model.fields}
    others = {each for each in fields if not each.__module__.startswith("django.db.models.")}
    assert BooleanField in fields
    assert others == {IdColumn}


def test_migrating_from_nothing_is_quick():
    connection = ConnectionHandler(IN_MEMORY)["default"]
    executor = MigrationExecutor(connection)
    began = time.process_time()
    executor.migrate(executor.loader.graph.leaf_nodes("stripe_django"))
    took = time.process_time() - began
    assert "stripe_django_charge" in connection.introspection.table_names()
    assert took < LIMIT
