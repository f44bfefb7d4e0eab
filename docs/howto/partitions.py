"""A migration of the project: makes large tables of the mirror partitioned ones (PostgreSQL)."""

from django.db import migrations

TABLES = ["stripe_django_charge", "stripe_django_event"]
PARTITIONS = 16  # of each table


def partition(apps, schema_editor):
    for table in TABLES:
        partition_table(schema_editor, table, PARTITIONS)


def partition_table(schema_editor, table, count):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table}")
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = %s::regclass AND NOT indisunique",
            [table],
        )
        indexes = [definition for (definition,) in cursor.fetchall()]
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
        cursor.execute(
            f"CREATE TABLE {table} (LIKE {table}_before"
            " INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY) PARTITION BY HASH (stripe_id)"
        )
        for number in range(count):
            cursor.execute(
                f"CREATE TABLE {table}_{number} PARTITION OF {table}"
                f" FOR VALUES WITH (MODULUS {count}, REMAINDER {number}) WITH (fillfactor = 50)"
            )
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")
        cursor.execute(f"DROP TABLE {table}_before")
        # Before PostgreSQL 17, a partitioned table has no identity columns.
        cursor.execute(f"CREATE SEQUENCE {table}_id_seq OWNED BY {table}.id")
        cursor.execute(
            f"SELECT setval('{table}_id_seq', coalesce(max(id), 0) + 1, false) FROM {table}"
        )
        cursor.execute(
            f"ALTER TABLE {table} ALTER id SET DEFAULT nextval('{table}_id_seq'),"
            f" ADD CONSTRAINT {table}_pkey PRIMARY KEY (id, stripe_id),"
            f" ADD CONSTRAINT {table}_stripe_id_key UNIQUE (stripe_id)"
        )
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute(f"ANALYZE {table}")


class Migration(migrations.Migration):
    dependencies = [("stripe_django", "0003_account_indexes")]

    operations = [migrations.RunPython(partition, elidable=False)]
