import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import stripe_django.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("stripe_django", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "customer",
                    stripe_django.fields.StripeOneToOneField(
                        related_name="member", to="stripe_django.customer"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
    ]
