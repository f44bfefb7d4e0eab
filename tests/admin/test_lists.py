"""Lists and pages of the admin: what is counted, how far one can page, what is shown and where."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stripe_django import registry
from stripe_django.admin import app_list, pagination
from stripe_django.admin.rendering import json_tree
from stripe_django.admin.rendering.status_colors import BAD, GOOD, WAITING, tone
from stripe_django.admin.rendering.times import age
from stripe_django.models import (
    BalanceTransaction,
    Charge,
    Customer,
    Event,
    IssuingCard,
)
from stripe_django.models.areas import Area
from tests.rows import WHEN, row

pytestmark = pytest.mark.django_db

CHARGES = reverse("admin:stripe_django_charge_changelist")


def listed(client, address):
    """The list's page, its ids, and the queries that it took."""
    with CaptureQueriesContext(connection) as caught:
        page = client.get(address)
    assert page.status_code == HTTPStatus.OK
    found = [one.stripe_id for one in page.context["cl"].result_list]
    return page, found, [query["sql"] for query in caught]


@pytest.fixture
def few(monkeypatch):
    """Seven charges, of which a list pages through four by two."""
    monkeypatch.setattr(pagination, "LIMIT", 4)
    monkeypatch.setattr(admin.site.get_model_admin(Charge), "list_per_page", 2)
    for number in range(7):
        row(Charge, f"ch_{number}", created=WHEN + timedelta(hours=number))


def test_no_list_counts_further_than_its_limit(admin_client, few):
    page, found, queries = listed(admin_client, CHARGES)
    assert found == ["ch_6", "ch_5"]
    assert "more than 4 charges" in " ".join(page.text.split())
    counts = [sql for sql in queries if "COUNT(" in sql]
    assert len(counts) == 1
    assert "LIMIT 5" in counts[0]


def test_behind_the_last_page_is_a_list_of_what_is_older(admin_client, few):
    assert admin_client.get(CHARGES).context["cl"].older() is None
    last, found, _ = listed(admin_client, CHARGES + "?p=2")
    assert found == ["ch_4", "ch_3"]
    older = last.context["cl"].older()
    page, found, _ = listed(admin_client, CHARGES + older)
    assert found == ["ch_3", "ch_2"]
    assert "4 charges" in " ".join(page.text.split())
    assert page.context["cl"].older() is None


def test_pages_behind_the_limit_are_not_given(admin_client, few):
    assert admin_client.get(CHARGES + "?p=3").status_code == HTTPStatus.FOUND


def test_a_filter_stays_with_what_is_older(admin_client, few):
    older = admin_client.get(CHARGES + "?status=new_code&p=2").context["cl"].older()
    assert "status=new_code" in older
    assert "created__lte=" in older


@pytest.mark.skipif(django_settings.DATABASE != "postgres", reason="of PostgreSQL")
def test_a_whole_list_is_estimated(admin_client, few):
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Charge._meta.db_table}")
    page, _, _ = listed(admin_client, CHARGES)
    assert "about 7 charges" in " ".join(page.text.split())
    page, _, _ = listed(admin_client, CHARGES + "?status=new_code")
    assert "more than 4 charges" in " ".join(page.text.split())


def test_every_model_is_in_an_area():
    assert [model for model in registry.models() if not isinstance(model.stripe.area, Area)] == []
    assert {model.stripe.area for model in registry.models()} == set(Area)


def test_areas_without_rows_are_left_out_but_of_the_apps_own_page(rf, django_user_model):
    row(Charge, "ch_1")
    request = rf.get("/")
    request.user = django_user_model(is_superuser=True, is_staff=True, is_active=True)
    site = admin.AdminSite()
    for model in (Charge, IssuingCard, Customer):
        site.register(model, admin.ModelAdmin)
    app_list.group(site)
    assert names(site.get_app_list(request))["Stripe: Payments"] == ["Charges"]
    if django_settings.DATABASE != "postgres":  # where a table that had rows counts as well
        assert "Stripe: Issuing" not in names(site.get_app_list(request))
    assert "Stripe: Issuing" in names(site.get_app_list(request, "stripe_django"))


def test_whoever_sees_nothing_of_the_app_waits_for_no_look_at_its_tables(rf, django_user_model):
    request = rf.get("/")
    request.user = django_user_model.objects.create_user("clerk", is_staff=True)
    request.user.has_module_perms("stripe_django")  # reads the permissions
    with CaptureQueriesContext(connection) as caught:
        assert admin.site.get_app_list(request) == []
    assert len(caught) == 0


def names(apps):
    return {app["name"]: [str(entry["name"]) for entry in app["models"]] for app in apps}


def test_a_page_shows_money_in_the_currency_of_its_row(admin_client):
    made = row(Charge, "ch_1", amount=123_450, currency="kwd", failure_code=None)
    page = admin_client.get(reverse("admin:stripe_django_charge_change", args=[made.pk]))
    assert "KWD\xa0123.450" in page.text
    groups = {str(each.name): each.fields for each in page.context["adminform"]}
    assert "failure_code" in [getattr(name, "__name__", name) for name in groups["Unset"]]
    assert 'href="https://dashboard.stripe.com/payments/ch_1"' in page.text


def test_a_kind_without_a_filter_is_a_link(admin_client):
    row(Event, "evt_1", type="charge.failed")
    row(BalanceTransaction, "txn_1", type="payout")
    address = reverse("admin:stripe_django_event_changelist")
    assert f'href="{address}?type=charge.failed"' in admin_client.get(address).text
    assert listed(admin_client, address + "?type=charge.failed")[1] == ["evt_1"]
    assert listed(admin_client, address + "?type=other")[1] == []


def test_tones_do_not_overlap():
    assert not GOOD & WAITING | GOOD & BAD | WAITING & BAD
    assert [tone(code) for code in ("paid", "open", "past_due", "void", "brand_new")] == [
        *("good", "waiting", "bad", "over", "over")
    ]


def test_the_age_of_a_time():
    now = timezone.now()
    assert age(now - timedelta(days=3, hours=2)) == "3\xa0days ago"
    assert age(now + timedelta(hours=2, minutes=1)) == "in 2\xa0hours"


def test_a_tree_folds_and_escapes():
    assert json_tree.tree({"a": [], "b": ["<x>", None, 1.5]}) == (
        '<div class="stripe-tree" data-stripe-tree><ul>'
        '<li><b>a</b> <span class="stripe-plain">[]</span></li>'
        '<li><details><summary><b>b</b> <span class="quiet">[3]</span></summary><ul>'
        '<li><b>0</b> <span class="stripe-text">&lt;x&gt;</span></li>'
        '<li><b>1</b> <span class="stripe-none">null</span></li>'
        '<li><b>2</b> <span class="stripe-plain">1.5</span></li>'
        "</ul></details></li></ul></div>"
    )


def test_metadata_is_a_table_by_key():
    assert json_tree.table({"b": "<2>", "a": "1"}) == (
        '<table class="stripe-metadata"><tbody><tr><th scope="row">a</th><td>1</td></tr>'
        '<tr><th scope="row">b</th><td>&lt;2&gt;</td></tr></tbody></table>'
    )
