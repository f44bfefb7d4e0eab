"""The path of a single object in Stripe's API."""

import pytest

from stripe_django import sync
from stripe_django.models import Card, Charge


@pytest.mark.parametrize("id", [".", "..", ""])
def test_what_is_no_id_has_no_path(id, db, settings, fake_stripe):
    with fake_stripe.installed(), pytest.raises(LookupError):
        sync.fetch(Charge, id)
    assert fake_stripe.requests == []


@pytest.mark.parametrize(
    ("id", "path"),
    [("../customers", "/v1/charges/..%2Fcustomers"), ("a?b#c", "/v1/charges/a%3Fb%23c")],
)
def test_an_id_stays_one_part_of_the_path(id, path):
    assert Charge.stripe.path_of(id=id) == path


def test_the_id_of_an_owner_is_none_either():
    with pytest.raises(LookupError):
        Card.stripe.path_of(id="card_1", customer_id="..")
