from django.db import migrations

from ._fill_factor import leave_none, leave_room


class Migration(migrations.Migration):
    dependencies = [("stripe_django", "0006_statistics")]

    operations = [migrations.RunPython(leave_room, leave_none, elidable=False)]
