"""Addresses and parameters that no page of the admin links to: at worst a 404, never a crash."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from stripe_django import sync
from stripe_django.models import Customer, Event, V2CoreAccount, V2CoreEvent
from tests.posting import at, customer, event

pytestmark = pytest.mark.django_db

LIST = "/admin/stripe_django/{}/?{}"
HUGE = str(10**30)


@pytest.mark.parametrize("model", ["customer", "charge", "event", "subscription"])
@pytest.mark.parametrize(
    "query",
    [
        *("created__year=99999999999", "created__year=-1", "created__month=99"),
        *("created__gte=0001-01-01T00:00%2B09:00", "created__gte=99999-01-01", "created__lte=soon"),
        *(f"p={HUGE}", "p=-1", "p=x", f"o={HUGE}", "o=1.-2.x", "e=1", "q=%00", "q=" + "x" * 5000),
        *(f"id__exact={HUGE}", "id__in=1,x", "stripe_id=%00", "livemode__exact=9", "nothing=1"),
        *("created__isnull=maybe", "_popup=1", "_to_field=extra", "object_id=%0a"),
        "metadata__contains=x",  # which SQLite cannot do
        *("stripe_id__regex=%5B", "stripe_id__iregex=("),
    ],
)
def test_a_list_with_a_parameter_that_makes_no_sense(admin_client, model, query):
    assert admin_client.get(LIST.format(model, query)).status_code < 500


def test_a_list_with_a_good_year(admin_client):
    sync.apply(customer(created=1_700_000_000), as_of=at(1))
    page = admin_client.get(LIST.format("customer", "created__year=2023"))
    assert page.context["cl"].result_count == 1


@pytest.mark.parametrize("id", [HUGE, "x", "1_2", "-1", "1/x", "%00", "..", "1/as-of/evt_x"])
@pytest.mark.parametrize("below", ["change/", "timeline/", "history/", "as-of/evt_1/"])
def test_a_page_of_no_object(admin_client, id, below):
    address = f"/admin/stripe_django/customer/{id}/{below}"
    assert admin_client.get(address).status_code in (302, 404)


@pytest.mark.parametrize(
    "id", ["evt_a/b", "evt_a?b#c", "evt_%2F", "evt ä", "../evt", "a\nb", "_2F"]
)
def test_an_event_of_any_id_has_a_page_of_the_object_as_of_it(admin_client, id):
    sync.apply({**event(1), "id": id})
    row = Customer.objects.get()
    page = admin_client.get(reverse("admin:stripe_django_customer_change", args=[row.pk]))
    (entry,) = next(
        panel.more["entries"] for panel in page.context["stripe_panels"] if "entries" in panel.more
    )
    then = admin_client.get(entry.as_of)
    assert (then.status_code, then.context["event"]) == (200, Event.objects.get())
    event_page = reverse("admin:stripe_django_event_change", args=[Event.objects.get().pk])
    assert admin_client.get(event_page).status_code == 200


@pytest.mark.parametrize(
    ("permissions", "is_shown"),
    [
        (["view_v2coreaccount"], False),
        (["view_v2coreaccount", "view_event"], False),
        (["view_v2coreaccount", "view_v2coreevent"], True),
    ],
)
def test_events_of_the_second_version_have_a_permission_of_their_own(
    client, django_user_model, permissions, is_shown
):
    account = {"id": "acct_1", "object": "v2.core.account", "livemode": False}
    row = sync.apply(account, as_of=at(1)).row
    assert isinstance(row, V2CoreAccount)
    told = {"id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.updated"}
    about = {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"}
    changes = {"contact_email": {"before": "old@example.com"}}
    sync.apply(
        {**told, "created": "2026-01-01T00:00:00Z", "related_object": about} | {"changes": changes}
    )
    assert V2CoreEvent.objects.count() == 1
    user = django_user_model.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    page = client.get(reverse("admin:stripe_django_v2coreaccount_change", args=[row.pk]))
    assert (b"v2.core.account.updated" in page.content) is is_shown


def test_half_a_surrogate_pair_in_a_payload_is_shown_as_json_has_it(admin_client):
    half = "cut \ud83d off"
    row = sync.apply(
        customer(metadata={half: half}, new=[half], shipping={"name": half}), as_of=at(1)
    ).row
    timeline = admin_client.get(f"/admin/stripe_django/customer/{row.pk}/timeline/")
    assert timeline.status_code == 200
    page = admin_client.get(f"/admin/stripe_django/customer/{row.pk}/change/")
    assert "cut \\ud83d off" in page.text


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "UTC"])
def test_the_last_time_of_all_has_pages_everywhere(admin_client, settings, zone):
    settings.TIME_ZONE = zone
    row = sync.apply(customer(created=253_402_300_799), as_of=at(1)).row
    assert row.created.year == 9999
    for page in ("", f"{row.pk}/change/", f"{row.pk}/timeline/"):
        assert admin_client.get(f"/admin/stripe_django/customer/{page}").status_code == 200


@pytest.mark.parametrize(
    "odd", ["x", 5, ["x"], {"name": [1], "submission_count": "x", "start": "x"}]
)
def test_something_else_in_the_place_of_a_hash(admin_client, odd):
    columns = ("billing_details", "outcome", "last_payment_error", "evidence_details", "period")
    values = dict.fromkeys(columns, odd)
    for number, name in enumerate(("charge", "payment_intent", "dispute")):
        payload = {"id": f"x_{number}", "object": name, "livemode": False, **values}
        row = sync.apply(payload, as_of=at(1)).row
        page = f"/admin/stripe_django/{row._meta.model_name}/{row.pk}/change/"
        assert admin_client.get(page).status_code == 200
