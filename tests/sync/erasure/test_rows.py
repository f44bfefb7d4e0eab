"""``sync.erase``: the row goes, and with it what events and handlers say of the object."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import override_settings

from stripe_django import sync
from stripe_django.models import Customer, Event, HandlerRun, Home, InboxEvent, PendingRead
from stripe_django.sync.erasure.rows import erase as erase_row
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
    assert set(tables_with(PERSON)) == {"Customer", "Event", "InboxEvent", "HandlerRun"}
    erase_row(Customer.objects.get())
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
    erase_row(sync.apply(person(), as_of=WHEN).row)
    waiting = InboxEvent.objects.exclude(body="").values_list("event_id", flat=True)
    assert sorted(waiting) == ["evt_2", "evt_3"]


def test_a_thin_event_that_waits_is_erased_too():
    row = sync.apply(person(), as_of=WHEN).row
    with stored_only():
        post(thin(related=("cus_1", "customer")))
    erase_row(row)
    assert InboxEvent.objects.get().body == ""


@pytest.mark.parametrize("context", ["acct_1", "org_1/acct_1"])
def test_thin_events_of_other_accounts_stay(context):
    row = sync.apply(person(), as_of=WHEN).row
    other = sync.apply(person(), account="acct_1", as_of=WHEN).row
    with stored_only():
        post(thin(related=("cus_1", "customer"), context=context))
    erase_row(row)
    assert InboxEvent.objects.get().body
    erase_row(other)
    assert InboxEvent.objects.get().body == ""


@pytest.mark.parametrize(
    "shown",
    [
        {"id": "acct_1", "object": "account", "email": PERSON},
        {"id": "person_1", "object": "person", "account": "acct_1", "email": PERSON},
        {
            "id": "ba_1",
            "object": "bank_account",
            "account": "acct_1",
            "account_holder_name": PERSON,
        },
        {"id": "fee_1", "object": "application_fee", "account": "acct_1", "new": PERSON},
        {"id": "transfers", "object": "capability", "account": "acct_1", "new": PERSON},
    ],
    ids=lambda shown: shown["object"],
)
def test_events_of_an_account_show_what_your_platform_has_of_it(shown):
    other = {**shown, "account": "acct_2", "id": shown["id"].replace("_1", "_2")}
    row = sync.apply(shown, as_of=WHEN).row
    assert row.stripe_account == ""
    with stored_only():
        post(event(1, obj=shown, account="acct_1"))
        post(event(2, obj=other, account="acct_2"))
    erase_row(row)
    assert dict(InboxEvent.objects.exclude(body="").values_list("event_id", "status")) == {
        "evt_2": "received"
    }
    call_command("stripe_events", "apply", verbosity=0)
    assert not type(row).objects.filter(stripe_id=row.stripe_id).exists()


def test_a_thin_event_about_a_capability_is_of_the_account_in_its_path():
    row = sync.apply({"id": "transfers", "object": "capability", "account": "acct_1"}).row
    with stored_only():
        for number in (1, 2):
            url = f"/v1/accounts/acct_{number}/capabilities/transfers"
            related = {"id": "transfers", "type": "capability", "url": url}
            post(thin(number, "v1.capability.updated", related_object=related))
    erase_row(row)
    assert InboxEvent.objects.exclude(body="").get().event_id == "evt_thin_2"


@pytest.mark.parametrize("named", [{"account": "acct_own"}, {"context": "org_1/acct_own"}])
def test_an_event_may_name_your_own_account(named):
    Home.objects.create(account="acct_own", livemode=False)
    row = sync.apply(person(), as_of=WHEN).row
    with stored_only():
        post(event(1, obj=person(), **named))
        post(event(2, obj=person(), account="acct_1"))
    erase_row(row)
    assert InboxEvent.objects.exclude(body="").get().event_id == "evt_2"
    call_command("stripe_events", "apply", verbosity=0)
    assert Customer.objects.get().stripe_account == "acct_1"


def test_of_objects_without_an_id_only_the_erased_one_goes():
    shown = {"object": "discount", "coupon": {"id": "ten", "object": "coupon"}}
    row = sync.apply(shown | {"customer": "cus_1"}, account="acct_1", as_of=WHEN).row
    with stored_only():
        post(event(1, obj=shown | {"customer": "cus_1"}, account="acct_1"))
        post(event(2, obj=shown | {"customer": "cus_2"}, account="acct_1"))
        post(event(3, obj=shown | {"customer": "cus_1"}))
    erase_row(row)
    assert set(InboxEvent.objects.exclude(body="").values_list("event_id", flat=True)) == {
        "evt_2",
        "evt_3",
    }


def test_a_pending_refetch_goes():
    row = sync.apply(person(), as_of=WHEN).row
    PendingRead.objects.create(
        object_name="customer",
        stripe_id="cus_1",
        reason="tie",
        not_before=WHEN,
        next_attempt_at=WHEN,
    )
    erase_row(row)
    assert not PendingRead.objects.exists()


def test_a_plain_relation_gets_what_its_on_delete_says():
    row = sync.apply(person(), as_of=WHEN).row
    note = Note.objects.create(customer=row)
    Badge.objects.create(customer=row)
    tag = Tag.objects.create()
    tag.customers.add(row)
    erase_row(row)
    note.refresh_from_db()
    assert note.customer is None
    assert not Badge.objects.exists()
    assert not tag.customers.exists()
    assert not tag.customers.through.objects.exists()


def test_a_protected_row_stays_with_its_events():
    row = sync.apply([event(1, obj=person()), person()], as_of=WHEN).rows[-1]
    Contract.objects.create(customer=row)
    with pytest.raises(ProtectedError):
        erase_row(row)
    assert (Customer.objects.count(), Event.objects.count()) == (1, 1)
