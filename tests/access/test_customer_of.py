"""How the customer of a user is found, by the models of a project."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import isolate_apps

from stripe_django import sync
from stripe_django.access import customer_of, subscription_required
from stripe_django.access.links import path_to_customer
from stripe_django.fields import StripeForeignKey, StripeOneToOneField
from stripe_django.models import Customer
from tests.access.test_views import has
from tests.asking import NOW
from tests.linked.models import Note, Seat, Team


@pytest.fixture
def customer(db):
    return sync.apply({"id": "cus_1", "object": "customer"}, as_of=NOW).row


def test_a_model_with_a_link(customer, django_assert_num_queries):
    team = Team.objects.create(name="a", customer=customer)
    team = Team.objects.get()
    with django_assert_num_queries(1):
        assert customer_of(team) == customer
    assert customer_of(Team(customer_id="cus_9")) is None
    with django_assert_num_queries(0):
        assert customer_of(Team()) is None


def test_a_link_by_the_key_of_the_row(customer):
    assert customer_of(Note(customer=customer)) == customer
    assert customer_of(Note()) is None


def test_a_model_that_leads_to_one_with_a_link(customer):
    assert path_to_customer(Seat) == ("team", "customer")
    team = Team.objects.create(name="a", customer=customer)
    assert customer_of(Seat(team=team)) == customer
    assert customer_of(Seat()) is None


def test_a_path_may_be_given_and_end_in_a_property(customer, monkeypatch):
    team = Team(customer=customer)
    assert customer_of(Seat(team=team), "team__customer") == customer
    monkeypatch.setattr(Team, "payer", property(lambda self: self.customer), raising=False)
    assert customer_of(Seat(team=team), "team__payer") == customer


def test_a_user_with_a_profile(customer):
    with isolate_apps("tests.linked"):

        class Member(models.Model):
            class Meta:
                app_label = "linked"

        class Profile(models.Model):
            member = models.OneToOneField(Member, models.CASCADE, related_name="profile")
            customer = StripeOneToOneField(Customer, related_name="+")

            class Meta:
                app_label = "linked"

        class Invitation(models.Model):
            """Of which a member may have several."""

            member = models.ForeignKey(Member, models.CASCADE, related_name="invitations")
            customer = StripeForeignKey(Customer, related_name="+")

            class Meta:
                app_label = "linked"

        assert path_to_customer(Member) == ("profile", "customer")
        member = Member(pk=1)
        member.profile = Profile(member=member, customer=customer)
        assert customer_of(member) == customer
        Member._meta.get_field("profile").set_cached_value(member, None)
        assert customer_of(member) is None


@pytest.mark.django_db
def test_models_that_lead_nowhere_or_to_several():
    with isolate_apps("tests.linked"):

        class Alone(models.Model):
            class Meta:
                app_label = "linked"

        class Both(models.Model):
            payer = StripeForeignKey(Customer, related_name="+")
            partner = StripeForeignKey(Customer, related_name="+")

            class Meta:
                app_label = "linked"

        class Hidden(models.Model):
            alone = models.OneToOneField(Alone, models.CASCADE, related_name="+")
            customer = StripeForeignKey(Customer, related_name="+")

            class Meta:
                app_label = "linked"

        with pytest.raises(
            ImproperlyConfigured, match=r"linked\.Alone has no .*_name=\"\+\" leads"
        ):
            customer_of(Alone())
        with pytest.raises(ImproperlyConfigured, match="several ways: partner, payer"):
            customer_of(Both())
        assert customer_of(Both(), "payer") is None


def test_views_of_a_user_with_a_link(customer, django_assert_num_queries):
    """The user of this request is a team, which has a link."""

    @subscription_required("prod_a")
    def page(request):
        return "page"

    has("cus_1")
    request = RequestFactory().get("/")
    request.user = Team.objects.create(name="a", customer=customer)
    request.user.is_authenticated = True
    with django_assert_num_queries(1):
        assert page(request) == "page"


TEMPLATE = """{% load stripe_access %}
{% has_access user "prod_b" "prod_a" grace_days=7 as is_member %}
{% has_access user "prod_b" as is_other %}{% has_access user as has_any %}
{{ user|has_access_to:"prod_a" }} {{ is_member }} {{ is_other }} {{ has_any }}
{{ user|is_entitled_to:"exports" }}"""


def rendered(user):
    return Template(TEMPLATE).render(Context({"user": user})).split()


def test_templates(customer, django_assert_num_queries):
    has("cus_1")
    for user in (customer, Team(customer=customer)):
        with django_assert_num_queries(5):
            assert rendered(user) == ["True", "True", "False", "True", "False"]
    for nobody in (Team(), None, ""):
        assert rendered(nobody) == ["False"] * 5
    plan = Template("{{ customer.current_plan.stripe_id }} {{ customer.has_access_to }}")
    assert plan.render(Context({"customer": Customer.objects.get()})) == "gold True"
