"""``customer_for`` by one process at a time: what it sends, what it stores, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe
from asgiref.sync import async_to_sync
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection, transaction
from django.utils.functional import SimpleLazyObject

from stripe_django import sync
from stripe_django.api.client import Client, clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import AmbiguousCustomerError, CustomerBusyError, CustomerLinkError
from stripe_django.links import acustomer_for, customer_for, customers
from stripe_django.models import Customer, CustomerCreation
from tests.linked.models import Member, Profile, Seat, Team

pytestmark = pytest.mark.django_db

US = "acct_1032D82eZvKYlo2C"
START = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fake(fake_stripe):
    """Time stands still, and a request is sent once."""
    django_settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    fake_stripe.now = START
    return fake_stripe


@pytest.fixture
def team():
    return Team.objects.create(name="Analytical Engines", email="ada@example.com")


def posts(fake):
    """The parameters of each request that creates a customer."""
    return [each for each in fake.asked("/v1/customers") if each.method == "POST"]


def at_stripe():
    """All customers that Stripe has."""
    return Client().page("/v1/customers", {}).objects


def is_now(moment):
    return START <= moment < START + timedelta(seconds=30)


def wait(fake, **units):
    """Time passes for Stripe, and for a process that starts then."""
    clock = clock_of(settings.api_base)
    clock_of.cache_clear()
    fake.advance(**units)
    clock_of(settings.api_base).machine = clock.machine


def creation():
    """The only creation, as far as it does not differ from run to run."""
    values = CustomerCreation.objects.values().get()
    names = ("model", "object_pk", "stripe_account", "livemode", "status", "customer_id")
    return tuple(values[name] for name in names)


def is_clear():
    """Nothing is left of an attempt."""
    row = CustomerCreation.objects.get()
    return (row.params, row.claim, row.claimed_until, row.first_sent_at, row.last_sent_at) == (
        *("", ""),
        *(None, None, None),
    )


def test_a_row_gets_a_customer(fake, team):
    customer = customer_for(team)
    assert team.customer == customer
    assert Team.objects.get().customer_id == customer.stripe_id
    [post] = posts(fake)
    row = CustomerCreation.objects.get()
    assert post.params == {
        "email": "ada@example.com",
        "name": "Analytical Engines",
        "metadata": {
            "plan": "starter",
            "linked_team_id": str(team.pk),
            "stripe_django": row.token,
        },
    }
    assert post.idempotency_key == row.idempotency_key
    assert (customer.email, customer.metadata["plan"]) == ("ada@example.com", "starter")
    pk = str(team.pk)
    assert creation() == ("linked.team", pk, "", False, "created", customer.stripe_id)
    assert is_clear()


def test_a_linked_one_costs_one_query(fake, team, django_assert_num_queries):
    first = customer_for(team)
    fake.requests.clear()
    with django_assert_num_queries(1):
        assert customer_for(team) == first
    again = Team.objects.get()
    with django_assert_num_queries(1):
        assert customer_for(again) == first
    assert fake.requests == []


def test_an_instance_that_is_out_of_date(fake, team, django_assert_num_queries):
    stale = Team.objects.get()
    first = customer_for(team)
    with django_assert_num_queries(2):
        assert customer_for(stale) == first
    assert stale.customer == first
    assert len(posts(fake)) == 1


def test_the_link_was_lost(fake, team):
    first = customer_for(team)
    Team.objects.update(customer=None)
    assert customer_for(Team.objects.get()) == first
    assert len(posts(fake)) == 1


def test_from_a_coroutine(fake, team):
    customer = async_to_sync(acustomer_for)(team)
    assert team.customer_id == customer.stripe_id


def test_a_user_with_a_profile(fake):
    user = User.objects.create_user("ada", "ada@example.com", first_name="Ada", last_name="King")
    customer = customer_for(SimpleLazyObject(lambda: user))
    assert user.profile.customer == customer
    assert customer_for(Profile.objects.get()) == customer
    [post] = posts(fake)
    token = post.params["metadata"].pop("stripe_django")
    assert post.params == {
        "email": "ada@example.com",
        "name": "Ada King",
        "preferred_locales": ["de"],
        "metadata": {"staff": "False", "auth_user_id": str(user.pk)},
    }
    assert len(token) == 32
    assert creation()[:2] == ("auth.user", str(user.pk))


def test_several_accounts(fake):
    fake.account(US, key="sk_test_us")
    further = {"us": {"ACCOUNT": US, "API_KEY": "sk_test_us"}}
    django_settings.STRIPE_DJANGO |= {"ACCOUNTS": further}
    member = Member.objects.create(slug="Ada")
    own, us = customer_for(member), customer_for(member, account="us")
    assert (own.stripe_account, us.stripe_account) == ("", US)
    assert (member.customer, member.us_customer) == (own, us)
    assert customer_for(Member.objects.get(), account=US) == us
    assert [post.account_id for post in posts(fake)] == [fake.account_id, US]
    assert CustomerCreation.objects.count() == 2


def test_a_connected_account(fake, team):
    fake.create("account", id="acct_1Connected000001")
    customer = customer_for(team, account="acct_1Connected000001")
    assert customer.stripe_account == "acct_1Connected000001"
    assert customer_for(Team.objects.get(), account="acct_1Connected000001") == customer
    with pytest.raises(CustomerLinkError, match="is linked to a customer of the account acct_1C"):
        customer_for(team)
    assert len(posts(fake)) == 1


def test_a_linked_customer_that_has_not_arrived(fake):
    fake.create("customer", id="cus_1")
    team = Team.objects.create(name="a", customer_id="cus_1")
    assert customer_for(team).stripe_id == "cus_1"
    assert posts(fake) == []


def test_a_customer_deleted_at_stripe(fake, team):
    first = customer_for(team)
    token = CustomerCreation.objects.get().token
    fake.delete(first.api_id)
    sync.refresh(first)
    team = Team.objects.get()
    second = customer_for(team)
    assert second != first
    assert Team.objects.get().customer_id == second.stripe_id
    assert (len(posts(fake)), CustomerCreation.objects.count()) == (2, 1)
    assert CustomerCreation.objects.get().token != token
    assert customer_for(Team.objects.get()) == second


def test_a_linked_customer_that_stripe_does_not_have(fake):
    team = Team.objects.create(name="a", customer_id="cus_mistyped")
    customer = customer_for(team)
    assert Team.objects.get().customer_id == customer.stripe_id != "cus_mistyped"


class TestFoundByMetadata:
    def existing(self, fake, team, **values):
        metadata = {"linked_team_id": str(team.pk)}
        values = {"email": team.email, "metadata": metadata, **values}
        return fake.create("customer", **values)["id"]

    def test_in_the_mirror(self, fake, team):
        known = self.existing(fake, team)
        sync.fetch(Customer, known)
        fake.requests.clear()
        assert customer_for(team).stripe_id == known
        assert fake.requests == []
        assert creation()[-2:] == ("created", known)

    def test_at_stripe(self, fake, team):
        known = self.existing(fake, team)
        self.existing(fake, team, metadata={"linked_team_id": f"{team.pk}0"})
        assert customer_for(team).stripe_id == known
        assert posts(fake) == []
        assert not fake.asked("/v1/customers/search")

    def test_not_that_of_another_row_which_had_the_key(self, fake, team):
        sync.fetch(Customer, self.existing(fake, team, email="stranger@example.com"))
        assert customer_for(team).email == team.email
        assert len(posts(fake)) == 1

    @pytest.mark.parametrize("is_mirrored", [True, False])
    def test_several(self, fake, team, is_mirrored):
        known = [self.existing(fake, team) for _ in range(2)]
        if is_mirrored:
            for each in known:
                sync.fetch(Customer, each)
        with pytest.raises(AmbiguousCustomerError, match=r"Several .*cus_.*, cus_"):
            customer_for(team)
        assert posts(fake) == []
        team.customer_id = known[0]
        team.save()
        assert customer_for(team).stripe_id == known[0]

    def test_one_that_another_row_is_linked_to(self, fake, team):
        known = self.existing(fake, team)
        other = Team.objects.create(name="b", customer_id=known)
        with pytest.raises(AmbiguousCustomerError, match=f"linked.team {other.pk} is linked to it"):
            customer_for(team)

    def test_of_a_row_without_an_address(self, fake):
        member = Member.objects.create(slug="Ada")
        for slug in ("ada", "Ada"):
            fake.create("customer", id=f"cus_{slug}", metadata={"member": slug})
            sync.fetch(Customer, f"cus_{slug}")
        assert customer_for(member).stripe_id == "cus_Ada"


class TestRetries:
    """Stripe has created the customer, and its response is lost."""

    def lose(self, fake, team):
        fake.cut(path="/v1/customers", method="POST", times=1)
        with pytest.raises(stripe.APIConnectionError):
            customer_for(team)
        row = CustomerCreation.objects.get()
        assert (row.status, row.error, row.claim) == ("pending", "APIConnectionError", "")
        assert is_now(row.first_sent_at)
        assert row.first_sent_at == row.last_sent_at
        return row

    @pytest.mark.parametrize("later", [{}, {"minutes": 5}, {"hours": 30}, {"days": 7}])
    def test_later(self, fake, team, later):
        self.lose(fake, team)
        wait(fake, **later)
        customer = customer_for(Team.objects.get())
        assert [each["id"] for each in at_stripe()] == [customer.stripe_id]
        assert len(posts(fake)) == 1
        assert is_clear()

    def test_after_a_week_with_other_values(self, fake, team):
        self.lose(fake, team)
        wait(fake, days=7)
        Team.objects.update(email="lovelace@example.com", name="Lovelace")
        customer = customer_for(Team.objects.get())
        assert customer.email == "ada@example.com"
        assert len(at_stripe()) == 1

    def test_after_a_week_in_which_the_webhook_came(self, fake, team):
        self.lose(fake, team)
        [known] = at_stripe()
        sync.apply(known)
        wait(fake, days=7)
        fake.requests.clear()
        assert customer_for(Team.objects.get()).stripe_id == known["id"]
        assert fake.requests == []

    def test_with_other_values_under_the_same_key(self, fake, team):
        self.lose(fake, team)
        fake.fail(status=409, path="/v1/customers", method="GET", times=1)
        with pytest.raises(stripe.StripeError):
            customer_for(team)
        Team.objects.update(email="lovelace@example.com")
        key = posts(fake)[0].idempotency_key
        fake.answer(
            {"object": "list", "data": [], "has_more": False},
            path="/v1/customers",
            method="GET",
            times=1,
        )
        customer = customer_for(Team.objects.get())
        first, second = posts(fake)
        assert (second.idempotency_key, second.params) == (key, first.params)
        assert [each["id"] for each in at_stripe()] == [customer.stripe_id]

    def test_a_key_that_stripe_has_forgotten(self, fake, team):
        fake.fail(status=429, path="/v1/customers", method="POST", times=1)
        with pytest.raises(stripe.RateLimitError):
            customer_for(team)
        wait(fake, hours=24)
        Team.objects.update(email="lovelace@example.com")
        assert customer_for(Team.objects.get()).email == "lovelace@example.com"
        first, second = posts(fake)
        assert first.idempotency_key != second.idempotency_key
        token = first.params["metadata"]["stripe_django"]
        assert token == second.params["metadata"]["stripe_django"]


class TestRefusals:
    def test_a_refusal_leaves_nothing(self, fake, team):
        fake.fail(status=400, param="email", path="/v1/customers", method="POST", times=1)
        with pytest.raises(stripe.InvalidRequestError):
            customer_for(team)
        assert not CustomerCreation.objects.exists()
        Team.objects.update(email="right@example.com")
        assert customer_for(Team.objects.get()).email == "right@example.com"

    @pytest.mark.parametrize("status", [401, 403])
    def test_of_the_key(self, fake, team, status):
        fake.fail(status=status, path="/v1/customers", method="POST", times=1)
        with pytest.raises(stripe.StripeError):
            customer_for(team)
        assert customer_for(team).email == team.email

    def test_a_refusal_after_a_lost_response_keeps_what_may_exist(self, fake, team):
        TestRetries().lose(fake, team)
        empty = {"object": "list", "data": [], "has_more": False}
        fake.answer(empty, path="/v1/customers", method="GET", times=1)  # not yet
        fake.fail(status=401, path="/v1/customers", method="POST", times=1)
        with pytest.raises(stripe.AuthenticationError):
            customer_for(team)
        assert is_now(CustomerCreation.objects.get().first_sent_at)
        customer_for(team)
        assert len(at_stripe()) == 1

    def test_an_error_of_stripe_gets_another_key(self, fake, team):
        fake.fail(status=500, path="/v1/customers", method="POST", times=1)
        with pytest.raises(stripe.APIError):
            customer_for(team)
        row = CustomerCreation.objects.get()
        assert (row.error, row.params, is_now(row.first_sent_at)) == ("APIError 500", "", True)
        customer_for(team)
        first, second = posts(fake)
        assert first.idempotency_key != second.idempotency_key

    def test_no_message_of_an_error_is_stored(self, fake, team):
        fake.fail(status=500, message="ada@example.com?", path="/v1/customers", method="POST")
        with pytest.raises(stripe.APIError, match="ada@"):
            customer_for(team)
        assert "ada" not in str(CustomerCreation.objects.values().get())

    def test_a_row_that_is_not_saved(self):
        with pytest.raises(CustomerLinkError, match="Save the team first"):
            customer_for(Team(name="a"))

    @pytest.mark.parametrize("instance", [AnonymousUser(), Team, None, "cus_1"])
    def test_what_is_no_row(self, instance):
        with pytest.raises(CustomerLinkError, match=r"is no row|is a model"):
            customer_for(instance)

    def test_a_model_without_a_declaration(self, team):
        seat = Seat.objects.create(team=team, plan_id="gold")
        with pytest.raises(CustomerLinkError, match=r"linked.Seat has no CustomerLink"):
            customer_for(seat)

    def test_an_account_without_a_name(self, team):
        with pytest.raises(CustomerLinkError, match="No account has the name 'eu'"):
            customer_for(team, account="eu")


def test_another_process_takes_too_long(fake, team, monkeypatch):
    monkeypatch.setattr(customers, "PATIENCE", 0.3)
    fake.cut(path="/v1/customers", method="POST", times=1)
    with pytest.raises(stripe.APIConnectionError):
        customer_for(team)
    year = datetime(2100, 1, 1, tzinfo=UTC)
    CustomerCreation.objects.update(claim="theirs", claimed_until=year)
    with pytest.raises(CustomerBusyError, match="Another process is creating the customer"):
        customer_for(team)
    CustomerCreation.objects.update(claimed_until=datetime(2000, 1, 1, tzinfo=UTC))
    assert customer_for(team)
    assert len(at_stripe()) == 1


def test_a_deleted_row_leaves_nothing(fake):
    member = Member.objects.create(slug="ada")
    first = customer_for(member)
    member.delete()
    assert not CustomerCreation.objects.exists()
    fake.update(first.api_id, metadata={})
    sync.refresh(first)
    assert customer_for(Member.objects.create(slug="ada")) != first


def test_a_deleted_profile_keeps_the_customer_of_the_user(fake):
    user = User.objects.create_user("ada", "ada@example.com")
    first = customer_for(user)
    user.profile.delete()
    assert customer_for(User.objects.get()) == first
    user.delete()
    assert not CustomerCreation.objects.exists()


def test_inside_a_transaction_of_a_test(fake, team):
    with transaction.atomic():
        customer = customer_for(team)
        depth = len(connection.savepoint_ids)
    assert depth
    assert Team.objects.get().customer == customer
