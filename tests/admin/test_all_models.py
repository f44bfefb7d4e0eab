"""The admin shows every mirrored model, changes nothing, and queries no more for more rows."""

from urllib.parse import quote_plus

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import results
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.core import checks
from django.urls import reverse
from django.utils.html import escape

from stripe_django import registry
from stripe_django.admin import StripeAdmin, options, register
from stripe_django.admin.lists.totals import amounts
from stripe_django.models import (
    Account,
    BalanceTransaction,
    Charge,
    Coupon,
    Customer,
    Dispute,
    DisputeBalanceTransaction,
    HandlerRun,
    Home,
    InboxEvent,
    MirroredAccount,
    PendingRead,
    Plan,
    Statistics,
    SyncRun,
    Verification,
)
from tests.rows import WHEN, row
from tests.visits import queries, seen

pytestmark = pytest.mark.django_db

MODELS = registry.models()
OWN = (InboxEvent, HandlerRun, PendingRead, MirroredAccount, SyncRun, Statistics, Verification)
ODD_IDS = ["a/b_c d", "größe 金 😀", 'q"uo\\te', "x?y#z&=%2F_2F", "<b>", "acct_1A:live:gold"]

FILTERS = [
    "status__exact=failed",
    "livemode__exact=0",
    "customer=cus_2",
    "created__gte=2026-05-01 00:00:00+02:00",
]

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def url(model, page, *args):
    return reverse(f"admin:stripe_django_{model._meta.model_name}_{page}", args=args)


def by_id(model, stripe_id):
    return url(model, "change", quote(stripe_id)) + "?_to_field=stripe_id"


def lines(client, address):
    """The cells of a list's rows, as HTML."""
    changelist = client.get(address).context["cl"]
    return [[str(cell) for cell in result] for result in results(changelist)]


def stripe_fields(model):
    return [field for field in model._meta.get_fields() if hasattr(field, "sources")]


@pytest.fixture
def viewer(client, django_user_model):
    """Logs in somebody who may view charges and nothing else."""
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_charge"))
    client.force_login(user)
    return client


def test_every_mirrored_model_and_some_tables_of_our_own_are_registered_and_nothing_else_of_ours():
    ours = {model for model in admin.site._registry if model.__module__.startswith("stripe_django")}
    assert ours == {*MODELS, *OWN}
    assert not admin.site.is_registered(Home)


def test_the_admin_passes_djangos_checks():
    assert checks.run_checks() == []


@each_model
def test_a_list_and_its_pages(admin_client, model):
    """Every field once, with its help text; no more queries for more rows."""
    made, empty = row(model, "id/1_2 3"), empty_row(model, "id_0")
    admin_client.get(by_id(model, "id/1_2 3"))  # fills Django's cache of content types
    few = queries(admin_client, by_id(model, "id/1_2 3"))
    arrived(model)
    for number in range(1, 12):
        row(model, f"id_{number}")
    page, count = seen(admin_client, url(model, "changelist"))
    assert "id/1_2 3" in page.text
    assert url(model, "change", made.pk) in page.text
    # Session, user, which tables have rows, the accounts of the filter, two for the list, one for
    # each table whose rows it names, and one for the totals.
    its_admin = admin.site.get_model_admin(model)
    more = len(its_admin.list_prefetch) + bool(amounts(its_admin.list_display))
    assert count == (5 if model.stripe.is_global else 6) + more
    page, count = seen(admin_client, by_id(model, "id/1_2 3"))
    assert page.context["original"] == made
    assert count == few <= 15
    fieldsets = page.context["adminform"]
    shown = [line.field for fieldset in fieldsets for row in fieldset for line in row]
    every = [*model._meta.fields, *model._meta.many_to_many]
    names = [field["name"] for field in shown]
    assert sorted(names) == sorted(field.name for field in every if not field.primary_key)
    assert names[names[0] == "metadata"] == "stripe_id"
    assert names[-1] == "extra"
    assert [field["name"] for field in shown if not field["help_text"]] == []
    assert 'name="_save"' not in page.text
    assert "deletelink" not in page.text
    page, _ = seen(admin_client, url(model, "change", empty.pk))
    assert ">None<" not in page.text


def empty_row(model, stripe_id):
    columns = {field.attname: None for field in stripe_fields(model) if not field.many_to_many}
    return row(model, stripe_id, **columns, as_of=None, as_of_kind="")


@each_model
def test_no_admin_lets_anything_be_changed(rf, admin_user, model):
    request = rf.get("/")
    request.user = admin_user
    rights = {"add": False, "change": False, "delete": False, "view": True}
    assert admin.site.get_model_admin(model).get_model_perms(request) == rights


def test_nothing_can_be_added_changed_or_deleted(admin_client):
    made = row(Charge, "ch_1")
    change = url(Charge, "change", made.pk)
    assert admin_client.post(change, {"stripe_id": "id_2"}).status_code == 403
    for method in (admin_client.get, admin_client.post):
        assert method(url(Charge, "add")).status_code == 403
        assert method(url(Charge, "delete", made.pk), {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"}
    page = admin_client.post(url(Charge, "changelist"), selected)
    assert 'name="action"' not in page.text
    assert Charge.objects.get().stripe_id == "ch_1"


def arrived(model):
    """Makes the targets that the rows of ``model`` refer to."""
    targets = {field.related_model for field in model._meta.fields if field.is_relation}
    for target in targets:
        row(target, "missing_1")


def test_links_take_one_query_however_many(admin_client):
    dispute = row(Dispute, "dp_1")
    page = url(Dispute, "change", dispute.pk)
    admin_client.get(page)
    before = queries(admin_client, page)
    for number in range(50):
        link(dispute, f"txn_{number}")
    row(BalanceTransaction, "txn_7")
    assert queries(admin_client, page) == before
    text = admin_client.get(page).text
    assert f'<a href="{by_id(BalanceTransaction, "txn_7")}">txn_7</a>, ' in text
    assert "txn_49</a>" in text


def link(dispute, target):
    made = DisputeBalanceTransaction(dispute_id=dispute.stripe_id, balance_transaction_id=target)
    made.save_base(raw=True, force_insert=True)


def test_without_the_permission_nothing_is_seen(viewer, rf, django_user_model):
    request = rf.get("/")
    request.user = django_user_model.objects.get()
    admins = (admin.site.get_model_admin(model) for model in (*MODELS, *OWN))
    assert [each.model for each in admins if each.has_view_permission(request)] == [Charge]
    for model in (Charge, Customer, Account):
        made = row(model, "id_1")
        pages = (url(model, "changelist"), url(model, "change", made.pk), by_id(model, "id_1"))
        expected = 200 if model is Charge else 403
        assert [viewer.get(page).status_code for page in pages] == [expected] * 3, model


def test_only_what_may_be_seen_is_listed(viewer):
    for model in MODELS:
        row(model, "id_1")
    page = viewer.get(reverse("admin:index")).text
    listed = [model for model in MODELS if url(model, "changelist") in page]
    assert listed == [Charge]


def test_to_view_and_to_try_again_are_the_only_permissions():
    ours = Permission.objects.filter(content_type__app_label="stripe_django")
    names = {f"view_{model._meta.model_name}" for model in (*MODELS, *OWN)}
    again = {"replay_inboxevent", "retry_handlerrun", "refresh_objects", "manage_mirroredaccount"}
    again.add("export_objects")
    runs = {"view_syncrun", "view_syncrange"}
    assert set(ours.values_list("codename", flat=True)) == names | again | runs


def test_a_viewer_cannot_change(viewer):
    made = row(Charge, "ch_1")
    assert viewer.post(url(Charge, "change", made.pk), {"amount": 1}).status_code == 403
    assert viewer.get(url(Charge, "add")).status_code == 403
    assert viewer.post(url(Charge, "delete", made.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("stripe_id", ODD_IDS)
def test_a_reference_links_to_its_target_whatever_the_id(admin_client, stripe_id):
    row(Charge, "ch_1", customer_id=stripe_id)
    customer = row(Customer, stripe_id, name=stripe_id)
    address = by_id(Customer, stripe_id)
    anchor = f'<a href="{address}">{escape(stripe_id)}</a>'
    assert any(anchor in cell for cell in lines(admin_client, url(Charge, "changelist"))[0])
    page = admin_client.get(address)
    assert page.context["original"] == customer
    assert escape(stripe_id) in page.text


@pytest.mark.parametrize("stripe_id", ODD_IDS)
def test_an_id_is_searched_as_a_whole(admin_client, stripe_id):
    for other in (stripe_id, "b_c", "金", stripe_id + "x"):
        row(Coupon, other)
    page = admin_client.get(url(Coupon, "changelist"), {"q": stripe_id})
    assert [found.stripe_id for found in page.context["cl"].result_list] == [stripe_id]


def test_an_address_is_searched_from_its_beginning(admin_client):
    row(Customer, "cus_1", email="bea@example.com")
    row(Customer, "cus_2")
    for text in ("bea@example.com", "BEA@"):
        page = admin_client.get(url(Customer, "changelist"), {"q": text})
        assert [found.stripe_id for found in page.context["cl"].result_list] == ["cus_1"]


def test_behind_a_reference_to_a_row_that_has_not_arrived_the_admin_says_so(admin_client):
    made = row(Charge, "ch_1", customer_id="cus_none")
    page = admin_client.get(url(Charge, "change", made.pk))
    assert f'<a href="{by_id(Customer, "cus_none")}">cus_none</a>' in page.text
    answer = admin_client.get(by_id(Customer, "cus_none"), follow=True)
    assert answer.redirect_chain == [(reverse("admin:index"), 302)]
    [message] = answer.context["messages"]
    assert "“cus_none” doesn’t exist" in str(message)


def test_a_list_of_charges(admin_client):
    row(Charge, "ch_1", customer_id=None, status="succeeded", created=None, livemode=None)
    changelist = admin_client.get(url(Charge, "changelist")).context["cl"]
    assert [named(column) for column in changelist.list_display] == [
        *("action_checkbox", "amount", "status", "customer", "last4", "description", "created"),
        "stripe_id",
    ]


def test_the_newest_come_first(admin_client):
    for number, year in ((1, 2024), (2, 2026), (3, 2025)):
        row(Charge, f"ch_{number}", created=WHEN.replace(year=year))
    page = admin_client.get(url(Charge, "changelist"))
    assert [found.stripe_id for found in page.context["cl"].result_list] == ["ch_2", "ch_3", "ch_1"]


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter(admin_client, query):
    row(Charge, "ch_1")
    row(
        Charge,
        "ch_2",
        status="failed",
        livemode=False,
        customer_id="cus_2",
        created=WHEN.replace(month=6),
    )
    page = admin_client.get(f"{url(Charge, 'changelist')}?{quote_plus(query, '=')}")
    assert [found.stripe_id for found in page.context["cl"].result_list] == ["ch_2"]


def test_a_code_without_a_label_is_shown_as_it_is(admin_client):
    row(Charge, "ch_1", status="brand_new")
    row(Charge, "ch_2", status="succeeded")
    shown = lines(admin_client, url(Charge, "changelist"))
    assert [cells_of(line, "status") for line in shown] == [
        '<span class="stripe-status stripe-good">Succeeded</span>',
        '<span class="stripe-status stripe-over">brand_new</span>',
    ]


def cells_of(line, name):
    [cell] = [cell for cell in line if f"field-{name}" in cell]
    return cell.partition(">")[2].rpartition("<")[0]


def test_a_percentage_has_no_zeros_at_the_end(admin_client):
    row(Coupon, "c_1")
    [line] = lines(admin_client, url(Coupon, "changelist"))
    assert cells_of(line, "percent_off") == "12.5"


def test_what_stripe_sent_is_never_markup(admin_client):
    values = {"display_name": "<script>1</script>", "business_url": "javascript:alert(1)"}
    made = row(Account, "acct_1", **values, metadata={"a": "<script>2</script>"}, extra={"é": 1})
    page = admin_client.get(url(Account, "change", made.pk)).text
    assert "&lt;script&gt;1" in page
    assert "&lt;script&gt;2" in page
    assert 'href="javascript:' not in page
    assert '<b>é</b> <span class="stripe-plain">1</span>' in page


def test_an_own_site_links_within_itself_and_only_to_what_it_has():
    site = admin.AdminSite(name="other")
    site.register(Charge, StripeAdmin, **options(Charge, site))
    [target] = [c for c in options(Charge, site)["list_display"] if named(c) == "customer"]
    assert target(Charge(customer_id="<cus_1>")) == "<cus_1>"
    register(whole := admin.AdminSite(name="whole"))
    assert set(whole._registry) == {*MODELS, *OWN}


def named(column):
    return getattr(column, "__name__", column)


def test_a_project_can_change_the_admin_of_one_model():
    class PlanAdmin(type(admin.site.get_model_admin(Plan))):
        list_display = ["stripe_id", "name"]

    site = admin.AdminSite()
    site.register(Plan, PlanAdmin)
    assert site.get_model_admin(Plan).check() == []
    assert site.get_model_admin(Plan).ordering == ["-created"]
