"""A project's own models refer to Stripe's objects: see ``tests.linked``."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin import site
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.forms import modelform_factory

from stripe_django import sync
from stripe_django.fields import StripeForeignKey
from stripe_django.models import Customer, Plan
from stripe_django.sync.erasure.rows import erase as erase_row
from tests.linked.models import Seat, Team

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def arrives(stripe_id, kind="customer", **more):
    return sync.apply({"id": stripe_id, "object": kind, **more}, as_of=WHEN).row


def test_the_id_is_there_before_the_object(django_assert_num_queries):
    Team.objects.create(name="a", customer_id="cus_1")
    for team in (Team.objects.get(), Team.objects.select_related("customer").get()):
        assert (team.customer_id, team.customer) == ("cus_1", None)
    [team] = Team.objects.prefetch_related("customer")
    assert team.customer is None
    customer = arrives("cus_1", email="a@example.com")
    with django_assert_num_queries(1):
        assert Team.objects.select_related("customer").get().customer == customer


def test_both_sides_can_be_queried():
    team = Team.objects.create(name="a", customer=arrives("cus_1", email="a@example.com"))
    Team.objects.create(name="b", customer=arrives("cus_2"))
    Team.objects.create(name="c")
    assert Team.objects.get(customer="cus_1") == team
    assert Team.objects.get(customer__email="a@example.com") == team
    assert Customer.objects.get(team__name="a").team == team
    assert list(Customer.objects.filter(team=None)) == []
    assert Team.objects.filter(customer=None).get().name == "c"


def test_every_character_of_an_id_counts():
    team = Team.objects.create(name="a")
    seats = [Seat.objects.create(team=team, plan_id=plan) for plan in ("Gold", "gold", "gold ")]
    plan = arrives("gold", "plan", nickname="g")
    assert list(plan.seats.all()) == [seats[1]]
    assert [seat.plan for seat in Seat.objects.order_by("id")] == [None, plan, None]


def test_an_object_belongs_to_one_row_and_many_rows_to_none():
    Team.objects.create(name="a", customer_id="cus_1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.create(name="b", customer_id="cus_1")
    Team.objects.create(name="c")
    Team.objects.create(name="d")


def test_rows_stay_when_the_object_goes():
    team = Team.objects.create(name="a", customer=arrives("cus_1"))
    sync.apply({"id": "cus_1", "object": "customer", "deleted": True}, as_of=WHEN)
    assert not Team.objects.get().customer.is_alive
    erase_row(Customer.objects.get())
    team.refresh_from_db()
    assert (team.customer_id, team.customer) == ("cus_1", None)


def test_what_has_not_arrived_is_valid_and_nothing_is_only_where_it_may_be_blank():
    team = Team.objects.create(name="a")
    Team(name="b", customer_id="cus_9").full_clean()
    Team(name="b").full_clean()
    Seat(team=team, plan_id="gold").full_clean()
    with pytest.raises(ValidationError, match="plan"):
        Seat(team=team).full_clean()


@pytest.mark.parametrize("model", [Team, Seat])
def test_the_database_has_an_index_and_no_constraint_on_it(model):
    column = "customer_id" if model is Team else "plan_id"
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    mine = [each for each in found.values() if each["columns"] == [column]]
    assert [each["index"] or each["unique"] for each in mine] == [True]
    assert not any(each["foreign_key"] for each in mine)


def test_a_migration_knows_the_relation():
    historical = MigrationExecutor(connection).loader.project_state().apps
    Team.objects.create(name="a", customer=arrives("cus_1", email="a@example.com"))
    team = historical.get_model("linked", "Team").objects.get(customer__email="a@example.com")
    assert (team.customer_id, team.customer.stripe_id) == ("cus_1", "cus_1")
    fields = historical.get_model("stripe_django", "Customer")._meta.related_objects
    assert [field.name for field in fields if not field.hidden] == ["team"]


@pytest.mark.parametrize("option", ["on_delete", "null", "to_field", "db_constraint"])
def test_what_holds_for_all_of_them_cannot_be_given(option):
    with pytest.raises(TypeError, match=f"StripeForeignKey sets {option} itself"):
        StripeForeignKey(Plan, **{option: models.CASCADE})


def test_it_is_made_again_from_what_a_migration_says():
    field = Seat._meta.get_field("plan")
    _, path, args, options = field.deconstruct()
    assert path == "stripe_django.fields.StripeForeignKey"
    assert (args, options) == (
        [],
        {"blank": False, "related_name": "seats", "to": "stripe_django.plan"},
    )
    again = field.clone()
    assert (again.null, again.blank, again.db_constraint) == (True, False, False)


def form_of(team, customer, **options):
    form = modelform_factory(Team, fields=["name", "customer"], **options)
    return form({"name": "New", "customer": customer}, instance=team)


RAW = ForeignKeyRawIdWidget(Team._meta.get_field("customer").remote_field, site)


def test_a_form_keeps_the_id_of_an_object_that_has_not_arrived():
    team = Team.objects.create(name="Old", customer_id="cus_1")
    form = form_of(team, "cus_1")
    assert form.is_valid(), form.errors
    form.save()
    assert Team.objects.values_list("name", "customer_id").get() == ("New", "cus_1")


def test_a_form_with_a_choice_of_rows_takes_no_other_id():
    arrives("cus_1")
    team = Team.objects.create(name="Old", customer_id="cus_1")
    assert form_of(team, "cus_2").errors.keys() == {"customer"}


def test_a_choice_narrowed_down_takes_no_row_that_is_left_out():
    arrives("cus_1")
    form = form_of(Team.objects.create(name="Old"), "cus_1")
    form.fields["customer"].queryset = Customer.objects.filter(email="a@example.com")
    form.fields["customer"].widget = RAW
    assert form.errors.keys() == {"customer"}


@pytest.mark.parametrize("stripe_id", ["cus_2", "x" * 255])
def test_a_raw_id_needs_no_row(stripe_id):
    form = form_of(Team.objects.create(name="Old"), stripe_id, widgets={"customer": RAW})
    assert form.is_valid(), form.errors
    form.save()
    assert Team.objects.get().customer_id == stripe_id


@pytest.mark.parametrize("stripe_id", ["x" * 256, "a\0b"])
def test_a_raw_id_is_one_that_a_column_can_hold(stripe_id):
    form = form_of(Team.objects.create(name="Old"), stripe_id, widgets={"customer": RAW})
    assert form.errors.keys() == {"customer"}


def test_a_form_sets_a_row_that_is_here_and_clears_it():
    row = arrives("cus_1")
    team = form_of(Team.objects.create(name="Old"), "cus_1").save()
    assert team.customer == row
    assert form_of(team, "").save().customer_id is None
