from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("stripe_django", "0009_sync_runs"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="home",
            options={
                "default_permissions": (),
                "permissions": [("refresh_objects", "Can read objects from Stripe again")],
            },
        ),
    ]
