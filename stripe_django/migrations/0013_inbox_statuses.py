from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stripe_django", "0012_last_sync"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="handlerrun",
            index=models.Index(fields=["status", "id"], name="stripe_handler_status"),
        ),
        migrations.AddIndex(
            model_name="inboxevent",
            index=models.Index(fields=["status", "id"], name="stripe_inbox_status"),
        ),
    ]
