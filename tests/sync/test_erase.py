"""``sync.erase``: the row goes, and with it what events and handlers say of the object."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import override_settings

from stripe_django import sync
from stripe_django.models import Customer, Event, HandlerRun, InboxEvent, PendingRead
from stripe_django.webhooks import on
from tests.linked.models import Badge, Contract, Note, Tag
from tests.posting import customer, event, post, thin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
PERSON = "ada.person@example.com"


def person(**more):
    return customer(email=PERSON, **more)


def stored_only():
    return override_settings(STRIPE_DJANGO={**settings.STRIPE_DJANGO, "APPLY_LATER": True})


def tables_with(text):
    found = apps.get_app_config("stripe_django").get_models()
    return [each.__name__ for each in found if text in str(list(each._base_manager.values()))]


def test_nothing_shows_the_person_and_nothing_brings_them_back():
    @on("customer.created")
    def failing(event, row):
        raise ValueError(f"{row.email} is in no book")

    post(event(1, "customer.created", person()))
    with stored_only():
        post(event(2, obj=person(phone="1")))
    assert tables_with(PERSON) == ["Customer", "Event", "InboxEvent", "HandlerRun"]
    sync.erase(Customer.objects.get())
    assert tables_with(PERSON) == []
    call_command("stripe_events", "apply", verbosity=0)
    call_command("stripe_events", "retry", "--all", verbosity=0)
    post(event(2, obj=person(phone="1")))  # Stripe sends it once more
    assert not Customer.objects.exists()
    assert set(InboxEvent.objects.values_list("status", "body")) == {("ignored", "")}
    assert not HandlerRun.objects.exists()


def test_events_of_others_stay():
    with stored_only():
        post(event(1, obj=person()))
        post(event(2, obj=customer(2, "cus_2", description="a friend of cus_1")))
        post(event(3, obj=person(), account="acct_1"))
    sync.erase(sync.apply(person(), as_of=WHEN).row)
    waiting = InboxEvent.objects.exclude(body="").values_list("event_id", flat=True)
    assert sorted(waiting) == ["evt_2", "evt_3"]


def test_a_thin_event_that_waits_is_erased_too():
    row = sync.apply(person(), as_of=WHEN).row
    with stored_only():
        post(thin(related=("cus_1", "customer")))
    sync.erase(row)
    assert InboxEvent.objects.get().body == ""


def test_a_pending_refetch_goes():
    row = sync.apply(person(), as_of=WHEN).row
    PendingRead.objects.create(
        object_name="customer",
        stripe_id="cus_1",
        reason="tie",
        not_before=WHEN,
        next_attempt_at=WHEN,
    )
    sync.erase(row)
    assert not PendingRead.objects.exists()


def test_a_plain_relation_gets_what_its_on_delete_says():
    row = sync.apply(person(), as_of=WHEN).row
    note = Note.objects.create(customer=row)
    Badge.objects.create(customer=row)
    tag = Tag.objects.create()
    tag.customers.add(row)
    sync.erase(row)
    note.refresh_from_db()
    assert note.customer is None
    assert not Badge.objects.exists()
    assert not tag.customers.exists()
    assert not tag.customers.through.objects.exists()


def test_a_protected_row_stays_with_its_events():
    row = sync.apply([event(1, obj=person()), person()], as_of=WHEN).rows[-1]
    Contract.objects.create(customer=row)
    with pytest.raises(ProtectedError):
        sync.erase(row)
    assert (Customer.objects.count(), Event.objects.count()) == (1, 1)
