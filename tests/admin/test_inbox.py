"""The inbox in the admin: what failed can be tried again by whoever may, and nothing else."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from stripe_django.models import Customer, HandlerRun, InboxEvent, MirroredAccount, PendingRead
from stripe_django.sync.events import handlers, processor, store
from stripe_django.webhooks import on
from tests.visits import queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_handlers")]

MODELS = [InboxEvent, HandlerRun, PendingRead, MirroredAccount]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


@pytest.fixture
def staff(client, django_user_model):
    """Logs in somebody with these permissions."""

    def staff(*names):
        user = django_user_model.objects.create_user("staff", is_staff=True)
        user.user_permissions.add(*Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return client

    return staff


def url(model, page, *args):
    return reverse(f"admin:stripe_django_{model._meta.model_name}_{page}", args=args)


def event(number):
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": "customer.updated",
        "created": 1_700_000_000 + number,
        "livemode": False,
        "data": {"object": {"id": f"cus_{number}", "object": "customer", "name": "<b>Ann</b>"}},
    }


def stored(number, **values):
    store.store(event(number), sent_at=timezone.now())
    found = InboxEvent.objects.filter(event_id=f"evt_{number}")
    found.update(**values)
    return found.get()


def some(model, number=1):
    """A row of any of the models."""
    now = timezone.now()
    if model is InboxEvent:
        return stored(number, status="failed", reason="No room.")
    if model is HandlerRun:
        known = {"event_id": f"evt_{number}", "handler": "shop.notify", "error": "No room."}
        return model.objects.create(**known, status="failed", next_attempt_at=now)
    if model is PendingRead:
        known = {"object_name": "customer", "stripe_id": f"cus_{number}", "reason": "conflict"}
        return model.objects.create(**known, not_before=now, next_attempt_at=now)
    return model.objects.create(stripe_account=f"acct_{number}", read_until=now)


def act(client, model, action, *rows):
    """Choose an action for rows; the messages that follow, ``None`` if it is not offered."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(url(model, "changelist"), data, follow=True)
    return [str(message) for message in page.context["messages"]]


@each_model
def test_the_list_and_the_page_answer(admin_client, model):
    made = some(model)
    listed = admin_client.get(url(model, "changelist"))
    assert url(model, "change", made.pk) in listed.text
    assert admin_client.get(url(model, "change", made.pk)).status_code == 200


@each_model
def test_nothing_can_be_added_changed_or_deleted(admin_client, model):
    made = some(model)
    change = url(model, "change", made.pk)
    assert admin_client.post(change, {"status": "applied"}).status_code == 403
    for method in (admin_client.get, admin_client.post):
        assert method(url(model, "add")).status_code == 403
        assert method(url(model, "delete", made.pk), {"post": "yes"}).status_code == 403
    act(admin_client, model, "delete_selected", made)
    assert model.objects.get() == made


@each_model
def test_more_rows_take_no_more_queries(admin_client, model):
    some(model)
    admin_client.get(url(model, "changelist"))
    few = queries(admin_client, url(model, "changelist"))
    for number in range(2, 12):
        some(model, number)
    assert queries(admin_client, url(model, "changelist")) == few == 5


@each_model
def test_without_the_permission_nothing_is_seen(staff, model):
    made = some(model)
    client = staff("view_charge")
    pages = (url(model, "changelist"), url(model, "change", made.pk))
    assert [client.get(page).status_code for page in pages] == [403, 403]


def test_an_event_is_found_by_its_whole_id(admin_client):
    stored(1)
    stored(11)
    page = admin_client.get(url(InboxEvent, "changelist"), {"q": "evt_1"})
    assert [found.event_id for found in page.context["cl"].result_list] == ["evt_1"]


def test_by_status(admin_client):
    stored(1, status="dead")
    stored(2)
    page = admin_client.get(url(InboxEvent, "changelist"), {"status__exact": "dead"})
    assert [found.event_id for found in page.context["cl"].result_list] == ["evt_1"]


@each_model
def test_times_have_utc_on_hover_in_the_list_and_on_the_page(admin_client, model, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    at = timezone.now().replace(year=2026, month=3, day=4, hour=23, minute=30, second=5)
    name = "synced_at" if model is MirroredAccount else "next_attempt_at"
    made = some(model)
    model.objects.filter(pk=made.pk).update(**{name: at})
    for page in (url(model, "changelist"), url(model, "change", made.pk)):
        shown = re.search(
            '<time[^>]* title="2026-03-04 23:30:05 UTC">(.*?)<', admin_client.get(page).text
        )
        assert shown.group(1) == "March 5, 2026, 8:30 a.m."


def test_the_status_of_an_event_has_a_colour(admin_client):
    stored(1, status="dead")
    page = admin_client.get(url(InboxEvent, "changelist")).text
    assert '<span class="stripe-status stripe-bad">Dead</span>' in page


def test_the_body_is_text(admin_client):
    page = admin_client.get(url(InboxEvent, "change", stored(1).pk)).text
    assert "&lt;b&gt;Ann&lt;/b&gt;" in page
    processor.process("evt_1")
    assert "Ann" not in admin_client.get(url(InboxEvent, "change", stored(1).pk)).text


def test_retry(staff):
    client = staff("view_inboxevent", "replay_inboxevent")
    later = timezone.now() + timedelta(hours=1)
    failed, dead = stored(1, status="failed", next_attempt_at=later), stored(2, status="dead")
    left = stored(3, status="dead")
    assert act(client, InboxEvent, "retry", failed, dead) == ["2 applied"]
    left.refresh_from_db()
    assert (left.status, Customer.objects.count()) == ("dead", 2)
    assert act(client, InboxEvent, "retry", failed) == ["Nothing to do."]


def test_replay(staff):
    client = staff("view_inboxevent", "replay_inboxevent")
    first = stored(1)
    assert act(client, InboxEvent, "replay", first) == ["Nothing to do."]
    processor.process("evt_1")
    Customer.objects.all()._raw_delete("default")
    assert act(client, InboxEvent, "replay", first) == ["1 applied"]
    assert Customer.objects.get().name == "<b>Ann</b>"


def test_what_fails_again_is_told(staff):
    client = staff("view_inboxevent", "replay_inboxevent")
    assert act(client, InboxEvent, "retry", stored(1, body="no JSON")) == ["1 failed"]


@pytest.mark.parametrize("action", ["retry", "replay"])
def test_a_viewer_may_not(staff, action):
    client = staff("view_inboxevent")
    failed = stored(1, status="failed")
    page = client.get(url(InboxEvent, "changelist")).text
    assert f'value="{action}"' not in page
    act(client, InboxEvent, action, failed)
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == ("failed", 0)


def test_a_handler_is_run_again(staff):
    failing = [True]

    @on("customer.updated")
    def notify(event, customer):
        assert not failing

    stored(1)
    processor.process("evt_1")
    run = HandlerRun.objects.get()
    failing.clear()
    client = staff("view_handlerrun")
    act(client, HandlerRun, "retry", run)
    assert HandlerRun.objects.get().status == "failed"
    client.logout()


def test_a_handler_is_run_again_by_whoever_may(staff):
    seen = []
    on("customer.updated")(seen.append)
    stored(1)
    processor.process("evt_1")
    [run] = HandlerRun.objects.all()
    assert run.status == "failed"  # it takes two arguments

    client = staff("view_handlerrun", "retry_handlerrun")
    handlers._handlers.clear()
    assert act(client, HandlerRun, "retry", run) == ["1 failed"]
    assert InboxEvent.objects.get().attempts == 1
