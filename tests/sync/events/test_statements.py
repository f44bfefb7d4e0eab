"""How many statements an event costs that is applied inline, counted at the driver."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection

from stripe_django.models import Charge, Customer
from tests.posting import customer, event, post
from tests.sync.writer.test_statements import TRANSACTION_CONTROL, on_postgresql, on_sqlite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

OWN = {"stripe_django_inboxevent", "stripe_django_home"}
MOST, MOST_FOR_A_TABLE = 4, 3
# On PostgreSQL, one statement is tried first and refused, and a limit goes before the others.
TRIED = ("WITH home AS", "SELECT current_setting('lock_timeout')")

CHARGE = {
    "id": "ch_1",
    "object": "charge",
    "amount": 100,
    "balance_transaction": "txn_1",
    "customer": "cus_1",
    "payment_method_details": {"type": "card", "card": {"brand": "visa"}},
    "refunds": {"object": "list", "data": [], "has_more": False, "url": "/v1/charges/ch_1/refunds"},
    "source": {"id": "card_1", "object": "card", "customer": "cus_1"},
}


@contextmanager
def on_mysql(sent):
    def count(execute, sql, params, many, context):
        sent.extend([sql] * (len(params) if many else 1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


WAYS = {"postgresql": on_postgresql, "sqlite": on_sqlite, "mysql": on_mysql}


def statements(payload):
    """What was sent for a delivery, but for transaction control."""
    return counted(lambda: post(payload))


def counted(step):
    """What a step sends, but for transaction control."""
    sent = []
    with WAYS[connection.vendor](sent):
        step()
    return [each for each in sent if not TRANSACTION_CONTROL.match(each)]


def tables(sent):
    return {name for each in sent for name in re.findall(r"stripe_django_\w+", each)}


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        (event(2, kind="charge.succeeded", obj=CHARGE), {"event", "charge", "card"}),
        (event(2), {"event", "customer"}),
        (event(2, obj={"id": "x_1", "object": "unheard_of"}), {"event"}),
    ],
    ids=["charge.succeeded, new", "customer.updated, present", "unknown"],
)
def test_statements_of_an_event(payload, names, running, request, record_property):
    post(event(1, obj=customer(0)))
    sent = statements(payload)
    mirrored = {f"stripe_django_{name}" for name in names}
    looked_up = {"stripe_django_customer"}  # in test mode, for its test clock
    assert tables(sent) <= OWN | mirrored | looked_up | {f"{name}_id_seq" for name in mirrored}
    assert len(sent) <= MOST + MOST_FOR_A_TABLE * len(names), "\n".join(sent)
    assert running.requests == []
    kind = request.node.callspec.id
    record_property("summary", f"statements for {kind} on {connection.vendor}: {len(sent)}")


def test_a_delivery_once_more_costs_little():
    post(event())
    sent = [each for each in statements(event()) if not each.startswith(TRIED)]
    assert len(sent) == 3, "\n".join(sent)
    assert tables(sent) <= OWN
    assert Customer.objects.count() == 1
    assert not Charge.objects.exists()
