"""``stripe_groups``: what each group may, and that a second time changes nothing."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from stripe_django import registry

pytestmark = pytest.mark.django_db


def run():
    out = StringIO()
    call_command("stripe_groups", stdout=out)
    return out.getvalue().splitlines()


def codenames(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


def test_the_groups_and_what_they_may():
    names = ["Finance (read only)", "Support", "Operations"]
    assert run() == [f"{name}: created." for name in names]
    finance, support, operations = map(codenames, names)
    assert {name for name in finance if not name.startswith("view_")} == {"export_objects"}
    assert {"view_charge", "view_payout", "view_balancetransaction"} <= finance
    assert {name for name in support if not name.startswith("view_")} == {"refresh_objects"}
    assert {"view_customer", "view_dispute", "view_event"} <= support
    assert not {"view_payout", "view_balancetransaction", "view_issuingcard"} & support
    every = Permission.objects.filter(content_type__app_label="stripe_django")
    assert operations == set(every.values_list("codename", flat=True)) - {"export_objects"}
    assert {f"view_{model._meta.model_name}" for model in registry.models()} < operations


def test_a_group_keeps_what_it_was_given():
    run()
    support = Group.objects.get(name="Support")
    support.permissions.remove(Permission.objects.get(codename="view_charge"))
    support.permissions.add(Permission.objects.get(codename="export_objects"))
    assert run()[1] == "Support: up to date."
    assert {"view_charge", "export_objects"} <= codenames("Support")
