import re
from typing import Any

from django.db import migrations, models

import stripe_django.fields

CHUNK = 500

# Ids of these are unique within one account and mode alone, or within their owner, unless they
# have the form of those that Stripe makes. Elsewhere than at home they get another form, which
# the next sync of the event knows.
CHOSEN = {"capability", "coupon", "customer", "plan", "price", "product", "sku"}
MADE_BY_STRIPE = re.compile(r"(cus|plan|price|prod)_[0-9A-Za-z]{14,}", re.ASCII)


def fill(apps: Any, schema_editor: Any) -> None:
    """Fill the new columns of the events that are there."""
    using = schema_editor.connection.alias
    home = apps.get_model("stripe_django", "Home")._base_manager.using(using).first()
    home_mode = home.livemode if home else None
    for name, column, key, kind in (
        ("Event", "data", "object", "object"),
        ("V2CoreEvent", "extra", "related_object", "type"),
    ):
        rows = apps.get_model("stripe_django", name)._base_manager.using(using)
        changed = []
        for row in rows.only(column, "stripe_account", "livemode").iterator(chunk_size=CHUNK):
            found = (getattr(row, column) or {}).get(key)
            is_home = not row.stripe_account and row.livemode is home_mode
            if not isinstance(found, dict) or not is_plain(
                found.get("id"), found.get(kind), is_home
            ):
                continue
            row.object_id, row.object_name = found["id"], found[kind]
            changed.append(row)
            if len(changed) == CHUNK:
                rows.bulk_update(changed, ["object_id", "object_name"])
                changed = []
        rows.bulk_update(changed, ["object_id", "object_name"])


def is_plain(found: Any, kind: Any, is_home: bool) -> bool:
    if not all(isinstance(each, str) and 0 < len(each) <= 255 for each in (found, kind)):
        return False
    return is_home or kind not in CHOSEN or bool(MADE_BY_STRIPE.fullmatch(found))


class Migration(migrations.Migration):
    dependencies = [
        ("stripe_django", "0004_terms_of_prices"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="object_id",
            field=stripe_django.fields.IdColumn(null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="object_name",
            field=models.CharField(max_length=255, null=True),
        ),
        migrations.AddField(
            model_name="v2coreevent",
            name="object_id",
            field=stripe_django.fields.IdColumn(null=True),
        ),
        migrations.AddField(
            model_name="v2coreevent",
            name="object_name",
            field=models.CharField(max_length=255, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["object_id", "created"], name="stripe_event_of_object"),
        ),
        migrations.AddIndex(
            model_name="v2coreevent",
            index=models.Index(fields=["object_id", "created"], name="stripe_v2_event_of_object"),
        ),
    ]
