"""Which account an object lives in, whichever way and in whichever order it came."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from stripe_django import sync
from stripe_django.models import (
    Account,
    ApplicationFee,
    BankAccount,
    Capability,
    Charge,
    Customer,
    FileUpload,
    Home,
    Person,
    Refund,
    Subscription,
    TaxCode,
    Transfer,
)
from stripe_django.sync import home

pytestmark = pytest.mark.django_db

SELLER, OTHER = "acct_1Seller", "acct_1Other"
OWN = "acct_1Own"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def at(hours):
    return NOW + timedelta(hours=hours)


def charge(**values):
    return {"id": "py_1", "object": "charge", "amount": 100, "livemode": False, **values}


def fee(**values):
    known = {"id": "fee_1", "object": "application_fee", "account": SELLER, "livemode": False}
    return {**known, "charge": charge(), **values}


def transfer(**values):
    known = {"id": "tr_1", "object": "transfer", "destination": SELLER, "livemode": False}
    return {**known, "destination_payment": charge(), **values}


def event(kind, payload, hours=0.0, **values):
    known = {"id": f"evt_{kind}_{hours}", "object": "event", "type": kind, "livemode": False}
    created = int(at(hours).timestamp())
    return {**known, "created": created, "data": {"object": payload}, **values}


class TestNested:
    @pytest.mark.parametrize("payload", [fee(), transfer(), transfer(destination={"id": SELLER})])
    def test_the_account_that_the_payload_names(self, payload):
        sync.apply(payload, as_of=NOW)
        assert Charge.objects.get().stripe_account == SELLER

    def test_that_of_the_object_around_it(self):
        sync.apply(charge(refunds={"data": [{"id": "re_1", "object": "refund"}]}), account=SELLER)
        assert Refund.objects.get().stripe_account == SELLER

    def test_an_account_that_is_not_named_is_unknown(self):
        sync.apply(charge(source_transfer=transfer(destination_payment="py_1")), account=SELLER)
        assert Transfer.objects.get().stripe_account is None

    def test_a_bank_account_is_no_account(self):
        sync.apply(transfer(destination="ba_1"), as_of=NOW)
        assert Charge.objects.get().stripe_account is None

    def test_a_customer_in_an_unknown_account_is_no_row(self):
        inner = charge(customer={"id": "cus_1", "object": "customer"})
        sync.apply(transfer(destination="ba_1", destination_payment=inner), as_of=NOW)
        assert not Customer.objects.exists()
        assert Charge.objects.get().customer_id is None
        assert Charge.objects.get().to_stripe()["customer"] == "cus_1"

    def test_ones_own_account_by_its_id(self):
        Home.objects.create(livemode=False, account=SELLER)
        sync.apply(fee(charge=charge(customer="cus_1")), account=OTHER)
        assert Charge.objects.get().stripe_account == ""
        assert Charge.objects.get().customer_id == "cus_1"

    def test_a_file_in_an_account_may_be_of_anybody(self):
        file = {"id": "file_1", "object": "file"}
        account = {"id": SELLER, "object": "account", "settings": {"branding": {"logo": file}}}
        sync.apply(account, as_of=NOW)
        assert FileUpload.objects.get().stripe_account is None


class TestEstablished:
    STEPS = {
        "nested": lambda: sync.apply(fee(account="ba_1"), as_of=at(5)),
        "named": lambda: sync.apply(transfer(), as_of=at(6)),
        "read": lambda: sync.apply(charge(amount=200), as_of=at(3), account=SELLER),
        "late": lambda: sync.apply(
            event("charge.succeeded", charge(status="pending"), hours=1, account=SELLER)
        ),
        "copy": lambda: sync.apply(charge(), account=SELLER),
        "fresh": lambda: sync.apply(
            event("payment.created", charge(amount=200), hours=3, account=SELLER)
        ),
    }

    @pytest.mark.parametrize("order", [*permutations(["nested", "named", "read", "late"])])
    def test_whatever_the_order(self, order):
        for name in order:
            self.STEPS[name]()
        row = Charge.objects.get()
        assert (row.stripe_account, row.amount) == (SELLER, 200)
        assert row.is_alive

    @pytest.mark.parametrize("name", ["read", "late", "copy", "fresh"])
    def test_by_a_root_that_is_late_or_alike(self, name):
        sync.apply(charge(amount=200), as_of=at(4), account="")
        self.STEPS[name]()
        assert Charge.objects.get().stripe_account == SELLER

    def test_not_by_a_nested_sighting(self):
        sync.apply(charge(), as_of=at(0), account=OTHER)
        sync.apply(transfer(), as_of=at(1))
        assert Charge.objects.get().stripe_account == OTHER

    def test_not_by_what_nobody_said(self):
        sync.apply(charge(customer="cus_1"), as_of=at(0), account=SELLER)
        sync.apply(charge(customer="cus_1", amount=300), as_of=at(1))
        row = Charge.objects.get()
        assert (row.stripe_account, row.amount) == (SELLER, 300)
        assert row.customer_id == f"{SELLER}:test:cus_1"

    def test_what_was_mapped_for_another_account_is_read_again(self):
        sync.apply(charge(customer="cus_1"), as_of=at(4), account="")
        self.STEPS["late"]()
        row = Charge.objects.get()
        assert (row.stripe_account, row.ambiguous) == (SELLER, True)
        sync.apply(charge(customer="cus_1"), as_of=at(5), account=SELLER)
        row = Charge.objects.get()
        assert (row.customer_id, row.ambiguous) == (f"{SELLER}:test:cus_1", False)

    def test_what_is_expanded_for_another_account_changes_nothing(self):
        sync.apply(charge(customer="cus_1"), as_of=at(0), account=SELLER)
        inner = charge(customer="cus_1", amount=300)
        sync.apply(transfer(destination="ba_1", destination_payment=inner), as_of=at(1))
        row = Charge.objects.get()
        assert (row.customer_id, row.amount) == (f"{SELLER}:test:cus_1", 100)


class TestOfThePlatform:
    OBJECTS = [
        (Account, {"id": SELLER, "object": "account"}),
        (Person, {"id": "person_1", "object": "person", "account": SELLER}),
        (Capability, {"id": "transfers", "object": "capability", "account": SELLER}),
        (BankAccount, {"id": "ba_1", "object": "bank_account", "account": SELLER}),
        (ApplicationFee, {"id": "fee_1", "object": "application_fee", "account": SELLER}),
        (TaxCode, {"id": "txcd_1", "object": "tax_code"}),
    ]

    @pytest.mark.parametrize(("model", "payload"), OBJECTS)
    def test_whichever_way_they_came(self, model, payload):
        known = {"livemode": False}
        ways = [
            lambda hours: sync.apply(payload | known, as_of=at(hours)),
            lambda hours: sync.apply(payload | known, as_of=at(hours), account=SELLER),
            lambda hours: sync.apply(event("x.updated", payload, hours, account=SELLER)),
        ]
        for order in permutations(ways):
            for hours, way in enumerate(order):
                way(hours)
                row = model.objects.get()
                assert row.stripe_account == ""
            model.objects.all()._raw_delete("default")

    def test_a_bank_account_of_a_customer_is_the_customers(self):
        payload = {"id": "ba_1", "object": "bank_account", "customer": "cus_1"}
        sync.apply(payload, as_of=NOW, account=SELLER)
        assert BankAccount.objects.get().stripe_account == SELLER

    def test_an_external_account_inside_the_account(self):
        inner = {"object": "list", "data": [{"id": "ba_1", "object": "bank_account"}]}
        sync.apply({"id": SELLER, "object": "account", "external_accounts": inner}, account=SELLER)
        assert BankAccount.objects.get().stripe_account == ""


class TestEqualIds:
    def customer(self, name):
        return {"id": "cus_NffrFeUfNV2Hib", "object": "customer", "name": name, "livemode": False}

    def test_customers_of_three_accounts(self):
        for account in ("", SELLER, OTHER):
            sync.apply(self.customer(account or "own"), as_of=NOW, account=account)
        found = dict(Customer.objects.values_list("stripe_account", "name"))
        assert found == {"": "own", SELLER: SELLER, OTHER: OTHER}
        row = Customer.objects.by_api_id("cus_NffrFeUfNV2Hib", SELLER).get()
        assert row.name == SELLER
        assert row.api_id == "cus_NffrFeUfNV2Hib"
        assert Customer.objects.by_api_id("cus_NffrFeUfNV2Hib").get().name == "own"

    def test_the_id_of_your_own_account_means_your_own(self):
        for account in ("", SELLER):
            sync.apply(self.customer(account or "own"), as_of=NOW, account=account)
        found = Customer.objects.by_api_id("cus_NffrFeUfNV2Hib", OWN)
        assert not found.exists()
        Home.objects.update_or_create(defaults={"account": OWN, "livemode": False})
        assert found.get().name == "own"
        assert Customer.objects.by_api_id("cus_NffrFeUfNV2Hib", SELLER).get().name == SELLER
        assert Customer.objects.by_api_id("cus_NffrFeUfNV2Hib").get().name == "own"

    def test_a_row_that_is_older_than_the_knowledge_of_your_account(self):
        """It is the one that is found until there is a row without an account."""
        sync.apply(self.customer("older"), as_of=NOW, account=OWN)
        Home.objects.update_or_create(defaults={"account": OWN, "livemode": False})
        found = Customer.objects.by_api_id("cus_NffrFeUfNV2Hib", OWN)
        assert found.get().name == "older"
        sync.apply(self.customer("own"), as_of=NOW)
        assert found.get().name == "own"

    def test_the_deletion_of_one_is_that_of_no_other(self):
        for account in ("", SELLER):
            sync.apply(self.customer("Ada"), as_of=at(0), account=account)
        deleted = event("customer.deleted", self.customer("Ada"), hours=1, account=SELLER)
        sync.apply(deleted)
        alive = Customer.objects.alive().values_list("stripe_account", flat=True)
        assert list(alive) == [""]

    def test_copies_and_references_are_those_of_the_account(self):
        items = {"object": "list", "data": [], "has_more": False}
        payload = {"id": "sub_1", "object": "subscription", "items": items, "livemode": False}
        sync.apply(payload | {"customer": self.customer("copy")}, as_of=NOW, account=SELLER)
        row = Subscription.objects.get()
        assert row.customer.stripe_account == SELLER
        assert row.customer.subscriptions.get() == row
        assert row.to_stripe()["customer"] == "cus_NffrFeUfNV2Hib"

    def test_of_a_fee_the_charge_has_the_sellers_customer(self):
        sync.apply(fee(charge=charge(customer=self.customer("Ada"))), as_of=NOW)
        assert Charge.objects.get().customer.stripe_account == SELLER

    def test_a_long_id_is_found_too(self):
        name = "c" * 250
        sync.apply({"id": name, "object": "customer"}, as_of=NOW, account=SELLER)
        assert Customer.objects.by_api_id(name, SELLER).get().api_id == name


class TestFetched:
    def test_a_404_at_home_is_no_deletion_elsewhere(self, fake):
        sync.apply(charge(id="ch_1"), as_of=NOW, account=SELLER)
        with pytest.raises(Charge.DoesNotExist):
            sync.fetch(Charge, "ch_1")
        assert Charge.objects.get().is_alive

    def test_a_404_of_an_unknown_account_is_no_deletion(self, fake):
        sync.apply(transfer(destination="ba_1"), as_of=NOW)
        with pytest.raises(Charge.DoesNotExist):
            sync.refresh(Charge.objects.get())
        assert Charge.objects.get().is_alive

    def test_a_read_establishes_an_unknown_account(self, fake):
        sync.apply(transfer(destination="ba_1"), as_of=NOW)
        fake.add(charge())
        assert sync.refresh(Charge.objects.get()).stripe_account == ""

    def test_a_customer_of_a_connected_account(self, fake):
        fake.create("account", id=SELLER)
        fake.create("customer", id="cus_1", name="own")
        fake.create("customer", id="cus_1", name="the seller's", account=SELLER)
        row = sync.fetch(Customer, "cus_1", account=SELLER)
        assert (row.name, row.stripe_id) == ("the seller's", f"{SELLER}:test:cus_1")
        fake.delete("cus_1", account=SELLER)
        assert not sync.refresh(row).is_alive
        assert sync.fetch(Customer, "cus_1").name == "own"

    def test_a_person_of_a_connected_account_is_gone(self, fake):
        fake.create("account", id=SELLER)
        sync.apply({"id": "person_1", "object": "person", "account": SELLER}, account=SELLER)
        assert not sync.refresh(Person.objects.get()).is_alive


class TestOwnAccount:
    def test_it_is_read_once(self, fake):
        fake.account_id = OWN
        fake.create("account", id=OWN)
        home.set_mode("default", livemode=False)
        fake.create("customer", id="cus_1")
        assert sync.fetch(Customer, "cus_1", account=OWN).stripe_account == ""
        assert sync.fetch(Customer, "cus_1", account=OWN).stripe_id == "cus_1"
        assert Home.objects.get().account == OWN
        assert [each.path for each in fake.requests].count("/v1/account") == 1

    def test_a_key_that_may_not_read_it_leaves_it_unknown(self, fake, monkeypatch):
        monkeypatch.setattr(home, "_unreadable", set())
        fake.fail(status=403, path="/v1/account", times=9)
        home.set_mode("default", livemode=False)
        home.learn_account("default")
        home.learn_account("default")
        assert Home.objects.get().account == ""
        assert [each.path for each in fake.requests].count("/v1/account") == 1

    def test_an_event_of_an_organisation(self):
        Home.objects.create(livemode=False, account=OWN)
        customer = {"id": "cus_1", "object": "customer", "livemode": False}
        sync.apply(event("customer.created", customer, context=OWN))
        sync.apply(event("customer.updated", customer, 1, context=f"org_1/{SELLER}"))
        found = Customer.objects.order_by("pk").values_list("stripe_account", flat=True)
        assert list(found) == ["", SELLER]
