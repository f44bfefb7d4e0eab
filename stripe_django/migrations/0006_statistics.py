from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stripe_django", "0005_events_of_objects"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventHour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField(unique=True)),
                ("first_event", models.BigIntegerField()),
                ("last_event", models.BigIntegerField()),
                ("received", models.PositiveIntegerField(default=0)),
                ("applied", models.PositiveIntegerField(default=0)),
                ("ignored", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("dead", models.PositiveIntegerField(default=0)),
                ("counted_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ObjectStatistics",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_name", models.CharField(max_length=255, unique=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("ambiguous", models.BigIntegerField(default=0)),
                ("newest_at", models.DateTimeField(null=True)),
                ("event_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Statistics",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                ("refreshed_at", models.DateTimeField(null=True)),
                ("last_event", models.BigIntegerField(default=0)),
                ("recent_days_at", models.DateTimeField(null=True)),
                ("days_asked_at", models.DateTimeField(null=True)),
                ("days_began_at", models.DateTimeField(null=True)),
                ("days_to", models.DateField(null=True)),
                ("months_asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "overview",
                "verbose_name_plural": "overview",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RevenueMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("currency", models.CharField(max_length=255)),
                ("subscriptions", models.BigIntegerField()),
                ("mrr", models.DecimalField(decimal_places=4, max_digits=28)),
                ("taken_at", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "currency"), name="stripe_django_revenue_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TableRange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_name", models.CharField(max_length=255)),
                ("first_id", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("ambiguous", models.BigIntegerField()),
                ("newest_at", models.DateTimeField(null=True)),
                ("counted_at", models.DateTimeField(null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("object_name", "first_id"), name="stripe_django_range_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VolumeDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("currency", models.CharField(max_length=255)),
                ("charges", models.BigIntegerField(default=0)),
                ("gross", models.BigIntegerField(default=0)),
                ("refunds", models.BigIntegerField(default=0)),
                ("refunded", models.BigIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "currency"), name="stripe_django_volume_once"
                    )
                ],
            },
        ),
    ]
