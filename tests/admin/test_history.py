"""What is connected to an object in the admin: panels, history, states of the past, actions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from stripe_django import sync
from stripe_django.admin.relations import relations
from stripe_django.models import (
    Charge,
    Customer,
    Event,
    InboxEvent,
    Invoice,
    PaymentMethod,
    Refund,
    Subscription,
    Transfer,
)
from stripe_django.sync.events import processor, store
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.reconstruct import past
from tests.posting import at, customer, event
from tests.rows import row

pytestmark = pytest.mark.django_db

QUERIES = 15


def page_of(made, name="change", *args):
    view = f"admin:stripe_django_{made._meta.model_name}_{name}"
    return reverse(view, args=[made.pk, *map(quote, args)])


def panels(client, made):
    """The panels of a page by title."""
    found = client.get(page_of(made)).context["stripe_panels"]
    return {panel.title: panel.more for panel in found}


def ids(panel):
    column = panel["table"].headers.index("stripe id")
    return [strip_tags(line[column]) for line in panel["table"].lines]


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def staff(client, django_user_model):
    def log_in(*permissions):
        user = django_user_model.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


def test_a_transfer_has_its_reversals_and_its_balance_transaction(admin_client):
    sync.apply(
        [
            {"id": "tr_1", "object": "transfer", "balance_transaction": "txn_1", "amount": 500},
            {"id": "trr_1", "object": "transfer_reversal", "transfer": "tr_1", "amount": 200},
            {"id": "trr_2", "object": "transfer_reversal", "transfer": "tr_2", "amount": 200},
            {"id": "txn_1", "object": "balance_transaction", "fee": 59, "currency": "eur"},
        ]
    )
    found = panels(admin_client, Transfer.objects.get())
    assert list(found) == ["Balance transaction", "Transfer reversals", "History"]
    assert [ids(found[title]) for title in list(found)[:2]] == [["txn_1"], ["trr_1"]]
    assert not any(panel["more"] for panel in found.values())


def test_a_panel_has_the_newest_and_a_link_to_all(admin_client):
    made = row(Charge, "ch_1")
    for number in range(12):
        when = at(number * (-1) ** number)
        row(Refund, f"re_{number}", charge_id="ch_1", created=when)
    panel = panels(admin_client, made)["Refunds"]
    assert ids(panel) == [f"re_{number}" for number in (10, 8, 6, 4, 2, 0, 1, 3, 5, 7)]
    assert panel["more"] == "/admin/stripe_django/refund/?charge=ch_1"
    listed = admin_client.get(panel["more"]).context["cl"].result_list
    assert len(listed) == 12


def test_a_page_with_everything_on_it_takes_few_queries(admin_client):
    made = row(Customer, "cus_1")
    for relation in relations(Customer):
        row(relation.model, f"{relation.name}_1", **{relation.field.attname: "cus_1"})
    sync.apply([event(number) for number in range(12)])
    admin_client.get(page_of(made))  # fills Django's cache of content types
    with CaptureQueriesContext(connection) as caught:
        page = admin_client.get(page_of(made))
    assert len(caught) <= QUERIES
    shown = [panel.title for panel in page.context["stripe_panels"]]
    assert len(shown) == 4 + 2
    assert shown[:3] == ["Subscriptions", "Invoices", "Charges"]
    assert "/admin/stripe_django/taxid/?customer=cus_1" in page.text


def test_panels_are_of_what_may_be_viewed(staff):
    made = row(Charge, "ch_1")
    row(Refund, "re_1", charge_id="ch_1")
    sync.apply(event(1, "charge.updated", {"id": "ch_1", "object": "charge"}))
    client = staff("view_charge")
    assert panels(client, made) == {}
    assert client.get(page_of(made, "as_of", "evt_1")).status_code == 403
    for name in ("refresh", "replay"):
        target = made if name == "refresh" else Event.objects.get()
        assert client.post(page_of(target, name)).status_code == 403


@pytest.fixture
def past_customer():
    """A customer with three events."""
    kinds = {1: "customer.created", 2: "customer.updated", 3: "customer.updated"}
    for number, kind in kinds.items():
        sync.apply(event(number, kind, customer(balance=number, name="<b>", metadata={})))
    return Customer.objects.get()


def test_the_history_tells_what_each_event_changed(admin_client, past_customer):
    history = panels(admin_client, past_customer)["History"]
    told = [(it.event.stripe_id, it.changes) for it in history["entries"]]
    assert told == [
        ("evt_3", [("balance", "2", "3")]),
        ("evt_2", [("balance", "1", "2")]),
        ("evt_1", []),
    ]
    assert history["more"] == ""


def test_the_history_shows_amounts_as_money_and_times_as_times(admin_client):
    made = {"id": "ch_1", "object": "charge", "currency": "eur", "amount_refunded": 500}
    given = {"amount_refunded": 0, "review_opened_at": None}
    told = event(1, "charge.refunded", made | {"review_opened_at": 1_700_000_000})
    told["data"]["previous_attributes"] = given
    sync.apply([made, told])
    [entry] = panels(admin_client, Charge.objects.get())["History"]["entries"]
    changed = {change.path: change[1:] for change in entry.changes}
    assert changed["amount_refunded"] == ("€0.00", "€5.00")
    assert 'title="2023-11-14 22:13:20 UTC, 1700000000"' in changed["review_opened_at"][1]


def test_a_long_history_ends_in_a_link(admin_client, past_customer):
    sync.apply([event(number) for number in range(4, 13)])
    history = panels(admin_client, past_customer)["History"]
    assert len(history["entries"]) == 10
    listed = admin_client.get(history["more"]).context["cl"].result_list
    assert len(listed) == 12


def test_the_page_as_of_an_event(admin_client, past_customer):
    with CaptureQueriesContext(connection) as caught:
        page = admin_client.get(page_of(past_customer, "as_of", "evt_2"))
    assert len(caught) <= QUERIES
    assert page.context["then"].balance == 2
    assert page.context["differences"] == [("balance", "2", "3")]
    assert "Snapshot as of" in page.text
    assert "&lt;b&gt;" in page.text
    assert Customer.objects.get().balance == 3
    now = admin_client.get(page_of(past_customer, "as_of", "evt_3"))
    assert now.context["differences"] == []


def test_there_is_no_state_as_of_another_objects_event(admin_client, past_customer):
    sync.apply(event(9, obj=customer(stripe_id="cus_2")))
    for event_id in ("evt_9", "evt_none"):
        assert admin_client.get(page_of(past_customer, "as_of", event_id)).status_code == 404
    gone = page_of(past_customer, "as_of", "evt_1").replace(f"/{past_customer.pk}/", "/0/")
    assert admin_client.get(gone).status_code == 404


def test_the_past_is_what_the_event_would_have_made():
    """Whole rows: every column as the sync would have written it."""
    obj = {"id": "in_1", "object": "invoice", "customer": "cus_1", "total": 5, "n": [1.5]}
    obj |= {"created": 1_700_000_000, "livemode": False, "metadata": {"a": "b"}, "due_date": None}
    sync.apply(event(1, "invoice.created", obj))
    written = Invoice.objects.get()
    made = past(written, Event.objects.get(), home=HomeAccount(livemode=False))
    apart = {"id", "synced_at"}
    for field in Invoice._meta.concrete_fields:
        if field.name not in apart:
            assert getattr(made, field.attname) == getattr(written, field.attname), field.name
    assert (made.to_stripe(), made.pk) == (obj, None)


def test_an_event_leads_to_its_object_as_of_it_and_now(admin_client, past_customer):
    page = admin_client.get(page_of(Event.objects.get(stripe_id="evt_2")))
    tools = {tool.label: tool.url for tool in page.context["stripe_tools"]}
    assert tools["The customer as of this"] == page_of(past_customer, "as_of", "evt_2")
    assert tools["The customer now"] == page_of(past_customer)


def test_the_timeline_of_a_customer_page_by_page(admin_client):
    made = row(Customer, "cus_1")
    expected = []
    for number in range(40):
        model = (Invoice, Charge, Subscription, PaymentMethod)[number % 4]
        created = at(number // 8)  # several of each kind in one second
        row(model, f"x_{number}", customer_id="cus_1", created=created)
        expected.append((created, model._meta.model_name, f"x_{number}"))
    row(Refund, "re_1", charge_id="x_1", created=at(2))
    expected.append((at(2), "refund", "re_1"))
    row(Charge, "other", customer_id="cus_2", created=at(2))
    sync.apply(event(3))
    expected.append((at(3), "event", "evt_3"))

    address, found = page_of(made, "timeline"), []
    while address:
        with CaptureQueriesContext(connection) as caught:
            page = admin_client.get(address)
        assert len(caught) <= QUERIES
        rows = [entry.row for entry in page.context["entries"]]
        found += [(it.created, it._meta.model_name, it.stripe_id) for it in rows]
        following = page.context["next"]
        address = following and f"{page_of(made, 'timeline')}?before={following}"
    assert sorted(found) == sorted(expected)
    assert [each[0] for each in found] == sorted((each[0] for each in expected), reverse=True)


@pytest.mark.parametrize("before", ["x", "1-2", "9999999999999999-charge-1", "1-charge-x"])
def test_a_timeline_from_nowhere_begins_with_the_newest(admin_client, before):
    made = row(Customer, "cus_1")
    row(Charge, "ch_1", customer_id="cus_1", created=datetime(2026, 1, 1, tzinfo=UTC))
    page = admin_client.get(page_of(made, "timeline"), {"before": before})
    assert [entry.row.stripe_id for entry in page.context["entries"]] == ["ch_1"]


def test_refresh(staff, fake):
    fake.add(customer(name="New"))
    sync.apply(customer(name="Old"), as_of=at(0))
    made = Customer.objects.get()
    client = staff("view_customer", "refresh_objects")
    assert client.get(page_of(made, "refresh")).status_code == 405
    assert said(client.post(page_of(made, "refresh"), follow=True)) == ["Read again from Stripe."]
    made.refresh_from_db()
    assert made.name == "New"


def test_a_refresh_without_a_key_says_so(staff, endpoint):
    made = row(Customer, "cus_1")
    client = staff("view_customer", "refresh_objects")
    [message] = said(client.post(page_of(made, "refresh"), follow=True))
    assert "No Stripe secret key is configured" in message


def test_several_are_refreshed_and_refusals_are_told_once(staff, fake):
    fake.add(customer(name="New"))
    made = [row(Customer, "cus_1", livemode=False), row(Customer, "cus_2", livemode=True)]
    client = staff("view_customer", "refresh_objects")
    data = {"action": "refresh", "_selected_action": [it.pk for it in made]}
    changelist = reverse("admin:stripe_django_customer_changelist")
    answer = said(client.post(changelist, data, follow=True))
    assert answer == ["1 object read again.", "Stripe has no customer 'cus_2' for this key."]


def test_an_event_is_applied_again(staff):
    store.store(event(1, obj=customer(name="Ann")), sent_at=at(1) + timedelta(hours=1))
    processor.process("evt_1")
    Customer.objects.all()._raw_delete("default")
    made = Event.objects.get()
    client = staff("view_event", "replay_inboxevent")
    assert said(client.post(page_of(made, "replay"), follow=True)) == ["1 applied"]
    assert Customer.objects.get().name == "Ann"
    InboxEvent.objects.update(status="failed", body="no JSON")
    assert said(client.post(page_of(made, "replay"), follow=True)) == ["1 failed"]


def test_an_event_from_a_list_is_applied_again(staff):
    sync.apply(event(1, obj=customer(name="Ann")))
    Customer.objects.all()._raw_delete("default")
    client = staff("view_event", "replay_inboxevent")
    answer = client.post(page_of(Event.objects.get(), "replay"), follow=True)
    assert said(answer) == ["Applied."]
    assert Customer.objects.get().name == "Ann"
