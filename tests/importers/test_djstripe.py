"""``stripe_import_djstripe``, on tables that dj-stripe 2.11 has filled."""

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django import registry, sync
from stripe_django.models import (
    Charge,
    Customer,
    Event,
    Home,
    InboxEvent,
    Invoice,
    InvoiceLineItem,
    PendingRead,
    PromotionCode,
    SubscriptionItem,
)
from stripe_django.testing import FakeStripe
from tests.round_trip import as_id, expected

pytestmark = pytest.mark.django_db

A_SECOND = timedelta(seconds=1)
ADDED = {  # what dj-stripe adds to payloads
    "djstripe_customer": {"deleted", "default_payment_method"},
    "djstripe_lineitem": {"period_start", "period_end", "customer", "date"},
}


def imported(*arguments, **options):
    """The document that the command prints."""
    out = StringIO()
    call_command(
        "stripe_import_djstripe", *arguments, "--json", stdout=out, stderr=StringIO(), **options
    )
    return json.loads(out.getvalue())


def table(peer, name):
    return peer[f"djstripe_{name}"]._base_manager


def sent(peer):
    """What Stripe has sent of each row of the tables, by table and id."""
    found = {}
    for name, model in peer.items():
        if hasattr(model, "stripe_data"):
            for row in model._base_manager.exclude(stripe_data={}):
                added = ADDED.get(name, set())
                payload = {key: row.stripe_data[key] for key in row.stripe_data.keys() - added}
                if payload.get("object") in registry.by_object_name():
                    found[name, payload["id"]] = row, payload
    return found


def row_of(payload):
    return registry.model_of(payload).objects.get(stripe_id=payload["id"])


def collapsed(name, payload):
    """Without what dj-stripe had Stripe expand."""
    lines = payload.get("lines") if name == "djstripe_invoice" else None
    for each in (payload, *(lines["data"] if lines else ())):
        if each.get("discounts"):
            each["discounts"] = [as_id(one) for one in each["discounts"]]
    for key in ("balance_transaction", "destination", "default_source"):
        if key in payload:
            payload[key] = as_id(payload[key])
    if name == "djstripe_price":
        payload["product"] = as_id(payload["product"])
    return payload


def test_each_row_is_as_stripe_sent_it(peer):
    imported()
    known = sent(peer)
    assert len(known) > 100
    for (name, _), (source, payload) in known.items():
        row = row_of(payload)
        assert row.to_stripe() == expected(collapsed(name, payload))
        if name == "djstripe_event":
            assert row.as_of == datetime.fromtimestamp(payload["created"], UTC)
        elif name not in ("djstripe_lineitem", "djstripe_subscriptionitem"):
            assert (row.as_of, row.as_of_kind) == (source.djstripe_updated, "read")
            created = datetime.fromtimestamp(payload.get("created") or 0, UTC)
            assert row.as_of_from == datetime(created.year, 1, 1, tzinfo=UTC)


def test_the_counts(peer):
    found = imported()
    assert found["tables"]["djstripe_charge"] == {
        "object": "charge",
        "read": table(peer, "charge").count(),
        **{"complete": table(peer, "charge").count(), "incomplete": 0, "empty": 0},
        **{"other_mode": 0, "out_of_scope": 0, "failed": 0},
    }
    assert found["objects"]["charge"] == {"created": Charge.objects.count()}
    assert (found["failures"], found["ambiguous"], found["cursor"]) == ([], 0, None)
    assert found["left_out"]["djstripe_apikey"] == "keys are in the settings or the environment"
    read = {name for name, each in found["tables"].items() if each["read"]}
    assert not read & found["left_out"].keys()


def test_a_second_one_changes_nothing(peer):
    imported()
    before = contents()
    objects = imported()["objects"]
    changes = {"created", "updated", "conflicting", "failed"}
    assert {name for name, counts in objects.items() if changes & counts.keys()} == set()
    assert contents() == before


def contents():
    return {
        (model, row.pop("stripe_id")): row
        for model in registry.models()
        for row in model.objects.values()
    }


def test_a_dry_run_writes_nothing(peer):
    found = imported("--dry-run")
    assert found["objects"]["charge"] == {"created": table(peer, "charge").count()}
    assert contents() == {}
    assert not Home.objects.exists()


def test_events_are_not_delivered(peer):
    imported()
    assert Event.objects.count() == table(peer, "event").count()
    assert not InboxEvent.objects.exists()


# Time


@pytest.fixture
def charge(peer):
    """A row of dj-stripe, and its payload."""
    source = table(peer, "charge").first()
    return source, collapsed("djstripe_charge", dict(source.stripe_data))


def test_what_came_here_later_stays(charge):
    source, payload = charge
    mine = payload | {"description": "later"}
    sync.apply(mine, as_of=source.djstripe_updated + A_SECOND)
    assert imported("charge")["objects"]["charge"]["stale"] == 1
    assert row_of(payload).description == "later"
    assert not row_of(payload).ambiguous


def test_what_came_here_earlier_is_replaced_and_may_be_newer(charge):
    source, payload = charge
    mine = payload | {"description": "earlier"}
    sync.apply(mine, as_of=source.djstripe_updated - timedelta(days=1))
    found = imported("charge")
    assert (found["objects"]["charge"]["conflicting"], found["ambiguous"]) == (1, 1)
    row = row_of(payload)
    assert (row.description, row.ambiguous) == (payload["description"], True)
    assert not PendingRead.objects.exists()


def test_an_event_since_then_wins(charge):
    source, payload = charge
    imported("charge")
    sync.apply(payload | {"description": "new"}, as_of=source.djstripe_updated + A_SECOND)
    assert (row_of(payload).description, row_of(payload).ambiguous) == ("new", False)


def test_an_event_of_before_the_save_is_ambiguous(charge):
    """dj-stripe may have saved old content: nothing says which of them is newer."""
    source, payload = charge
    imported("charge")
    moment = source.djstripe_updated - timedelta(hours=1)
    sync.apply(payload | {"description": "late"}, as_of=moment)
    assert (row_of(payload).description, row_of(payload).ambiguous) == (
        payload["description"],
        True,
    )


def test_the_clock_of_dj_stripe_was_ahead(charge, peer):
    _, payload = charge
    table(peer, "charge").update(djstripe_updated=timezone.now() + timedelta(days=30))
    imported("charge")
    assert row_of(payload).as_of <= timezone.now()


def test_a_sync_changes_only_what_differs(peer, settings):
    fake = FakeStripe()
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "API_KEY": fake.key}
    payloads = [collapsed(name, payload) for (name, _), (_, payload) in sent(peer).items()]
    fake.add(*(each for each in payloads if each["object"] == "charge"))
    changed = next(each for each in payloads if each["object"] == "charge")
    imported("charge")
    before = contents()
    fake.update(changed["id"], description="changed at Stripe")
    out = StringIO()
    with fake.installed():
        call_command("stripe_sync", "charge", "--json", stdout=out, stderr=StringIO())
    counts = json.loads(out.getvalue())["objects"]["charge"]
    assert counts == {"updated": 1, "unchanged": table(peer, "charge").count() - 1}
    own = {"as_of", "as_of_from", "as_of_source", "synced_at", "id"}
    different = {
        stripe_id: {key for key in row if row[key] != before[model, stripe_id][key]} - own
        for (model, stripe_id), row in contents().items()
        if model is Charge
    }
    assert {key: value for key, value in different.items() if value} == {
        changed["id"]: {"description", "digest"}
    }


# Single rows


def test_a_row_that_cannot_be_mapped_is_a_failure_of_its_own(peer):
    bad, good = table(peer, "charge").order_by("djstripe_id")[:2]
    table(peer, "charge").filter(pk=bad.pk).update(stripe_data={"object": "nonsense", "id": "x"})
    with pytest.raises(CommandError, match="1 object failed"):
        imported("charge")
    assert Charge.objects.filter(stripe_id=good.id).exists()
    assert Charge.objects.count() == table(peer, "charge").count() - 1


def test_a_row_that_the_database_refuses_is_a_failure_of_its_own(peer):
    bad = table(peer, "charge").first()
    payload = bad.stripe_data | {"id": "x" * 300}
    table(peer, "charge").filter(pk=bad.pk).update(stripe_data=payload)
    with pytest.raises(CommandError, match="1 object failed"):
        imported("charge")
    assert Charge.objects.count() == table(peer, "charge").count() - 1


def test_a_row_without_content(peer):
    """An upgrade from 2.8 to 2.10 leaves it, of what Stripe was not asked for again."""
    table(peer, "promotioncode").update(stripe_data={})
    found = imported("promotion_code")["tables"]["djstripe_promotioncode"]
    assert (found["read"], found["empty"]) == (table(peer, "promotioncode").count(),) * 2
    assert not PromotionCode.objects.exists()


def test_a_row_of_which_columns_are_left(charge, peer):
    source, payload = charge
    table(peer, "charge").update(stripe_data={})
    assert imported("charge")["tables"]["djstripe_charge"]["incomplete"] > 1
    row = row_of(payload)
    assert (row.amount, row.currency, row.as_of) == (payload["amount"], payload["currency"], None)
    sync.apply(payload, as_of=source.djstripe_updated)
    assert row_of(payload).to_stripe() == expected(payload)
    assert imported("charge")["objects"]["charge"]["stale"] == 1
    assert row_of(payload).to_stripe() == expected(payload)


def test_a_customer_that_was_purged_is_deleted(peer):
    source = table(peer, "customer").first()
    purged = source.djstripe_updated
    table(peer, "customer").filter(pk=source.pk).update(date_purged=purged)
    imported("customer")
    row = Customer.objects.get(stripe_id=source.id)
    assert (row.deleted_at, row.is_alive) == (purged, False)
    assert row.email == source.stripe_data["email"]


def test_a_customer_that_stripe_has_deleted(peer):
    source = table(peer, "customer").first()
    stub = {"id": source.id, "object": "customer", "deleted": True, "default_payment_method": None}
    table(peer, "customer").filter(pk=source.pk).update(stripe_data=stub)
    imported("customer")
    assert not Customer.objects.get(stripe_id=source.id).is_alive


def test_an_item_that_left_its_subscription_is_deleted(peer):
    """dj-stripe leaves it in its table."""
    source = table(peer, "subscriptionitem").first()
    owner = table(peer, "subscription").get(id=source.stripe_data["subscription"])
    payload = owner.stripe_data
    payload["items"]["data"] = [
        each for each in payload["items"]["data"] if each["id"] != source.id
    ]
    table(peer, "subscription").filter(pk=owner.pk).update(stripe_data=payload)
    for _ in range(2):
        imported()
        assert not SubscriptionItem.objects.get(stripe_id=source.id).is_alive
    assert SubscriptionItem.objects.alive().count() == table(peer, "subscriptionitem").count() - 1


def test_what_versions_before_2_11_add_to_the_lines_of_an_invoice(peer):
    source = table(peer, "invoice").first()
    payload = source.stripe_data
    [line, *_] = payload["lines"]["data"]
    expected = dict(line)
    line |= {"period_start": 1, "period_end": 2, "date": 3, "customer": "cus_1"}
    table(peer, "invoice").filter(pk=source.pk).update(stripe_data=payload)
    imported("invoice")
    stored = Invoice.objects.get(stripe_id=source.id).to_stripe()["lines"]["data"][0]
    assert stored.keys() == expected.keys()
    assert InvoiceLineItem.objects.get(stripe_id=line["id"]).to_stripe().keys() == expected.keys()


# Accounts and modes


def owned_by(peer, name, account):
    made = table(peer, "account")
    if not made.filter(id=account).exists():
        own = made.get()
        copy = {"id": account, "stripe_data": own.stripe_data | {"id": account}}
        state = {"djstripe_created": own.djstripe_created, "djstripe_updated": timezone.now()}
        made.create(djstripe_id=1_000, **copy, **state, livemode=False)
    model = peer[f"djstripe_{name}"]
    field = next(each for each in model._meta.fields if each.column == "djstripe_owner_account_id")
    table(peer, name).update(**{field.attname: account})


def test_objects_of_a_connected_account(peer, settings):
    own = table(peer, "account").get().id
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "ACCOUNT": own}
    owned_by(peer, "charge", "acct_connected")
    imported("charge")
    [charge, *_] = Charge.objects.all()
    assert {each.stripe_account for each in Charge.objects.all()} == {"acct_connected"}
    assert charge.customer_id is None or charge.customer_id.startswith("acct_connected:test:")


def test_your_own_account_is_unknown_if_there_are_several(peer):
    own = table(peer, "account").get().id
    owned_by(peer, "charge", "acct_connected")
    with pytest.raises(CommandError, match="--account"):
        imported("charge")
    assert not Home.objects.exists()
    imported("charge", "--account", own)
    assert Charge.objects.first().stripe_account == "acct_connected"


def test_the_key_in_its_tables_says_which_account_is_yours(peer, settings):
    own = table(peer, "account").get().id
    owned_by(peer, "charge", "acct_connected")
    table(peer, "apikey").create(
        id="own",
        type="secret",
        name="",
        livemode=False,
        secret=settings.STRIPE_DJANGO["API_KEY"],
        stripe_data={},
        djstripe_created=timezone.now(),
        djstripe_updated=timezone.now(),
        **{
            each.attname: own
            for each in peer["djstripe_apikey"]._meta.fields
            if each.column == "djstripe_owner_account_id"
        },
    )
    imported("charge", "customer")
    assert Charge.objects.first().stripe_account == "acct_connected"
    assert Customer.objects.exclude(stripe_account="acct_connected").exists()


def test_the_other_mode_is_ignored(peer):
    payload = table(peer, "charge").first().stripe_data | {"livemode": True}
    source = table(peer, "charge").first()
    table(peer, "charge").filter(pk=source.pk).update(stripe_data=payload)
    assert imported("charge")["tables"]["djstripe_charge"]["other_mode"] == 1
    assert not Charge.objects.filter(stripe_id=source.id).exists()


def test_the_mode_has_to_be_known(peer, settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "API_KEY": ""}
    with pytest.raises(CommandError, match="live or test mode"):
        imported()


# The command


def test_it_continues_where_it_ended(peer, tmp_path):
    state = tmp_path / "cursor"
    last = table(peer, "charge").order_by("-djstripe_id").first()
    state.write_text(f"djstripe_charge:{last.djstripe_id - 1}\n")
    found = imported("--state", str(state))
    assert found["tables"]["djstripe_charge"]["read"] == 1
    assert "djstripe_balancetransaction" not in found["tables"]
    assert found["tables"]["djstripe_event"]["read"] == table(peer, "event").count()
    assert state.read_text() == "\n"  # the next one starts again
    assert imported("--state", str(state))["tables"]["djstripe_balancetransaction"]["read"]


def test_an_interrupted_one_stores_where_it_is(peer, tmp_path):
    state = tmp_path / "cursor"

    def interrupt(execute, sql, *more):
        if "FROM" in sql and "djstripe_charge" in sql and "ORDER BY" in sql:
            os.kill(os.getpid(), signal.SIGTERM)
        return execute(sql, *more)

    with connection.execute_wrapper(interrupt), pytest.raises(CommandError) as raised:
        imported("--state", str(state))
    assert raised.value.returncode == 130
    last = table(peer, "charge").order_by("-djstripe_id").first().djstripe_id
    assert state.read_text() == f"djstripe_charge:{last}\n"
    assert Charge.objects.count() == table(peer, "charge").count()
    assert not Event.objects.exists()
    imported("--state", str(state))
    assert Event.objects.count() == table(peer, "event").count()


def test_as_many_queries_for_any_number_of_rows(peer, tmp_path):
    """Invoices have lists, whose members are compared with what is stored."""
    for source in table(peer, "invoice").all():
        paid = source.stripe_data | {"status": "paid"}
        table(peer, "invoice").filter(pk=source.pk).update(stripe_data=paid)
    imported("invoice")
    last = table(peer, "invoice").order_by("-djstripe_id").first().djstripe_id
    state, counts = tmp_path / "cursor", []
    for after in (0, last - 1):
        state.write_text(f"djstripe_invoice:{after}\n")
        with CaptureQueriesContext(connection) as seen:
            assert imported("invoice", "--state", str(state))["tables"]["djstripe_invoice"]["read"]
        mine = [each for each in seen.captured_queries if "stripe_django_invoice" in each["sql"]]
        counts.append(len(mine))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chrge"], "did you mean charge"),
        (["--database", "nowhere"], "No database nowhere"),
    ],
)
def test_mistakes(peer, arguments, message):
    with pytest.raises(CommandError, match=message):
        imported(*arguments)


def test_the_text(peer):
    out = StringIO()
    call_command("stripe_import_djstripe", "--dry-run", stdout=out, stderr=StringIO())
    lines = out.getvalue().splitlines()
    rows = dict(line.split() for line in lines if line.startswith("djstripe_"))
    assert rows["djstripe_charge"] == str(table(peer, "charge").count())
    assert "djstripe_dispute" not in rows  # it is empty
    assert "Nothing was written: this was a dry run." in lines
    assert "  djstripe_upcominginvoice: previews are not stored" in lines
