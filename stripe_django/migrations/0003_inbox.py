from django.db import migrations, models

import stripe_django.fields


class Migration(migrations.Migration):
    dependencies = [
        ("stripe_django", "0002_all_of_stripe"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventPoll",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_account", models.CharField(max_length=255, unique=True)),
                ("read_until", models.DateTimeField()),
                ("missed_since", models.DateTimeField(null=True)),
                ("relisted_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="InboxEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", stripe_django.fields.IdColumn(unique=True)),
                ("type", models.CharField(max_length=255)),
                ("object_name", models.CharField(default="", max_length=255)),
                ("object_id", stripe_django.fields.IdColumn(default="")),
                ("status", models.CharField(default="received", max_length=8)),
                ("reason", models.TextField(default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField(db_index=True, null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("body", models.TextField(default="")),
            ],
            options={
                "verbose_name": "inbox event",
                "permissions": [("replay_inboxevent", "Can apply inbox events again")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="HandlerRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", stripe_django.fields.IdColumn()),
                ("handler", models.CharField(max_length=255)),
                ("status", models.CharField(default="waiting", max_length=8)),
                ("error", models.TextField(default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(db_index=True, null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "permissions": [("retry_handlerrun", "Can run handlers again")],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event_id", "handler"), name="stripe_django_handler_once_per_event"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RefutedSnapshot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("object_name", models.CharField(max_length=255)),
                ("stripe_id", stripe_django.fields.IdColumn()),
                ("digest", models.CharField(max_length=32)),
                ("row_digest", models.CharField(max_length=32)),
                ("refuted_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("object_name", "stripe_id", "digest"),
                        name="stripe_django_refuted_snapshot",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PendingRead",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("object_name", models.CharField(max_length=255)),
                ("stripe_id", stripe_django.fields.IdColumn()),
                ("reason", models.CharField(max_length=8)),
                ("not_before", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(db_index=True)),
                ("error", models.TextField(default="")),
                ("digests", models.TextField(default="")),
            ],
            options={
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("object_name", "stripe_id"),
                        name="stripe_django_one_read_per_object",
                    )
                ],
            },
        ),
    ]
