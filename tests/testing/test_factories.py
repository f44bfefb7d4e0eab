from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from factory.declarations import SubFactory

from stripe_django import registry, sync
from stripe_django.models import Card, Charge, Customer, DisputeEvidence, Event
from stripe_django.testing import factories, factory_for, payload

MODELS = registry.models()


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_a_factory_that_gives_a_row(model):
    row = factory_for(model)()
    assert type(row) is model
    assert model.objects.get() == row
    assert row.as_of_kind == "read"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_can_be_built_without_a_database(model):
    built = factory_for(model).build(seed=1)
    assert type(built) is model
    assert built.pk is None


@pytest.mark.django_db
def test_what_is_built_is_what_is_stored():
    built, row = (make(seed=1) for make in (factories.ChargeFactory.build, factories.ChargeFactory))
    assert built.to_stripe() == row.to_stripe()


@pytest.mark.django_db
def test_a_row_is_what_stripe_said_an_hour_ago():
    row = factories.ChargeFactory(amount=500, seed=3)
    assert row.to_stripe() == payload("charge", seed=3, amount=500)
    assert timedelta(minutes=59) < timezone.now() - row.as_of < timedelta(minutes=61)
    sync.apply(payload("charge", seed=3, amount=600), as_of=timezone.now())
    row.refresh_from_db()
    assert row.amount == 600


@pytest.mark.django_db
def test_the_later_call_wins():
    for amount in (1, 2):
        factories.ChargeFactory(id="ch_1", amount=amount)
    assert Charge.objects.get().amount == 2


@pytest.mark.django_db
def test_older_than_what_is_stored_is_an_error():
    factories.ChargeFactory(id="ch_1")
    with pytest.raises(ValueError, match="pass as_of="):
        factories.ChargeFactory(id="ch_1", as_of=datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.django_db
def test_a_batch_is_of_different_rows():
    assert len({row.stripe_id for row in factories.CustomerFactory.create_batch(3)}) == 3
    assert Customer.objects.count() == 3


@pytest.mark.django_db
def test_a_reference_is_an_id_a_row_or_made_on_the_way():
    customer = factories.CustomerFactory()
    charges = [
        factories.ChargeFactory(customer="cus_1"),
        factories.ChargeFactory(customer=customer),
        factories.ChargeFactory(customer__email="a@example.com", customer__name="Ada"),
    ]
    assert charges[0].customer is None
    assert charges[0].customer_id == "cus_1"
    assert charges[1].customer == customer
    assert (charges[2].customer.email, charges[2].customer.name) == ("a@example.com", "Ada")


@pytest.mark.django_db
def test_two_underscores_lead_into_a_hash():
    charge = factories.ChargeFactory(billing_details__address__city="Bath")
    assert charge.billing_details["address"]["city"] == "Bath"
    assert charge.billing_details["name"]


@pytest.mark.django_db
def test_an_object_of_a_connected_account():
    assert factories.ChargeFactory(stripe_account="acct_1").stripe_account == "acct_1"


@pytest.mark.django_db
def test_an_event_brings_its_object():
    event = factories.EventFactory(type="charge.refunded")
    assert type(event) is Event
    assert Charge.objects.get().stripe_id == event.data["object"]["id"]


@pytest.mark.django_db
def test_evidence_comes_with_its_dispute():
    evidence = factory_for(DisputeEvidence)(customer_name="Ada")
    assert evidence.customer_name == "Ada"
    assert evidence.disputes.get().stripe_id == evidence.stripe_id


@pytest.mark.django_db
def test_a_factory_of_ones_own():
    class BigChargeFactory(factory_for(Charge)):
        amount = 10**6
        customer = SubFactory(factory_for(Customer), name="Ada")

    charge = BigChargeFactory(customer__email="a@example.com")
    assert charge.amount == 10**6
    assert (charge.customer.name, charge.customer.email) == ("Ada", "a@example.com")


def test_one_factory_for_each_model():
    assert factories.CardFactory is factory_for(Card)
    assert factories.CardFactory.__name__ == "CardFactory"
    with pytest.raises(AttributeError, match="CardsFactory"):
        _ = factories.CardsFactory


@pytest.mark.django_db
def test_an_unknown_keyword_is_an_error():
    with pytest.raises(TypeError, match="charge has no 'amout'"):
        factories.ChargeFactory(amout=1)


@pytest.mark.django_db
def test_its_objects_are_not_those_of_a_fake(fake_stripe):
    factories.CustomerFactory.reset_sequence(force=True)
    made = {factories.CustomerFactory().stripe_id for _ in range(5)}
    assert made.isdisjoint(fake_stripe.create("customer")["id"] for _ in range(5))
    assert Customer.objects.count() == 5
