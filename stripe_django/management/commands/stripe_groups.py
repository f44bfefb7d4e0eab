"""``manage.py stripe_groups``: groups for the people who use the admin."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import router, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import registry
from stripe_django.management.base import StripeCommand, require_tables
from stripe_django.models.areas import Area

LABEL = "stripe_django"
SUPPORT = {Area.PAYMENTS, Area.CUSTOMERS, Area.BILLING, Area.PRODUCTS, Area.CHECKOUT}
FINANCE = SUPPORT | {Area.BALANCES, Area.CONNECT, Area.TAX, Area.REPORTING}


class Command(StripeCommand):
    help = gettext_noop(
        'Make the groups "Finance (read only)", "Support" and "Operations" with permissions for'
        " the admin, or add to them what they lack. Nothing is taken from a group."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        ours = Permission.objects.filter(content_type__app_label=LABEL)
        with transaction.atomic(using=router.db_for_write(Group)):
            for name, codenames in groups(ours.values_list("codename", flat=True)).items():
                group, is_new = Group.objects.get_or_create(name=name)
                group.permissions.add(*ours.filter(codename__in=codenames))
                text = _("%(name)s: created.") if is_new else _("%(name)s: up to date.")
                self.stdout.write(text % {"name": name})


def groups(codenames: Iterable[str]) -> dict[str, set[str]]:
    """The permissions of each group; ``codenames`` are all of the app."""
    events = {"view_event", "view_v2coreevent"}  # of which the history of an object is made
    return {
        "Finance (read only)": views(FINANCE) | {"view_statistics", "export_objects"},
        "Support": views(SUPPORT) | events | {"refresh_objects"},
        "Operations": set(codenames) - {"export_objects"},
    }


def views(areas: Collection[Area]) -> set[str]:
    """The permissions to view the objects of some products of Stripe."""
    return {
        f"view_{model._meta.model_name}"
        for model in registry.models()
        if model.stripe.area in areas
    }
