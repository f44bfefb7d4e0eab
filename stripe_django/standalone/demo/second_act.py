"""The second act: an empty database that follows Stripe by webhooks alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import stripe

from stripe_django.models import Event, InboxEvent, PendingRead
from stripe_django.standalone.demo import report
from stripe_django.standalone.demo.commands import Project
from stripe_django.standalone.demo.counts import items
from stripe_django.standalone.demo.screen import console, counted, heading, progress
from stripe_django.testing import Business, FakeStripe
from stripe_django.testing.fake import DeliveryQueue

SEED = 11
NEWCOMERS = 30
DUPLICATES = 30
AT_ONCE = 64  # connections
POLLS = 5
SECONDS_BETWEEN_POLLS = 3.0
PATIENCE = 60.0  # seconds for the deliveries, and for the reads that they ask for
RETRY_AFTER = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds


def play(project: Project, fake: FakeStripe, client: stripe.StripeClient) -> bool:
    """Return whether everything is as at Stripe in the end."""
    heading("The second act: webhooks alone")
    with (
        project.receiving() as address,
        fake.delivering(retry_after=RETRY_AFTER, workers=AT_ONCE, timeout=PATIENCE) as queue,
    ):
        console.print(f"A project listens at {address}, and its database is empty.")
        secret = fake.webhook_secret
        fake.create("webhook_endpoint", url=address, enabled_events=["*"], secret=secret)
        with progress(lambda: f"{len(queue.attempts):,} deliveries"):
            live(fake, queue)
            _wait(queue)
        _show_deliveries(queue, client)
        report.show_differences("By webhooks alone", client)
        return _poll(project, client)


def live(fake: FakeStripe, queue: DeliveryQueue) -> None:
    """Customers come all at once, in any order and some twice; one delivery is lost."""
    queue.duplicate(DUPLICATES)
    with queue.burst(shuffled=SEED):
        shop = Business(fake, seed=SEED, start=datetime.now(UTC) - timedelta(hours=1))
        for number in range(NEWCOMERS):
            payer = shop.customer(email=f"newcomer{number}@example.com")
            shop.subscribe(payer, "team-monthly", quantity=1 + number % 5)
        fake.now = None  # the time of this machine again
    queue.drop(type="customer.created")
    fake.create("customer", email="lost@example.com")


def _poll(project: Project, client: stripe.StripeClient) -> bool:
    """Find what no webhook has brought. Return whether everything is as at Stripe then."""
    console.print("\n".join([*_waiting(), "What no webhook has brought, a poll finds:"]))
    for _ in range(POLLS):
        project.run("stripe_events", "poll")
        if not report.show_differences("After the poll", client):
            return True
        waiting = _waiting()
        if not waiting:
            break
        console.print(f"{' '.join(waiting)} The next poll does that:")
        time.sleep(SECONDS_BETWEEN_POLLS)
    return False


def _waiting() -> list[str]:
    """A sentence about the rows, and one about the events, as far as there are any."""
    events = InboxEvent.objects.exclude(next_attempt_at=None).count()
    waiting = (
        (PendingRead.objects.count(), "row", "read from Stripe once more"),
        (events, "event", "retried"),
    )
    return [
        f"{counted(number, noun)} {'waits' if number == 1 else 'wait'} to be {what}."
        for number, noun, what in waiting
        if number
    ]


def _wait(queue: DeliveryQueue) -> None:
    try:
        queue.wait(PATIENCE)
    except TimeoutError as error:
        console.print(f"After {PATIENCE:.0f} s: {error}")


def _show_deliveries(queue: DeliveryQueue, client: stripe.StripeClient) -> None:
    happened = sum(1 for _ in items(client, str(Event.stripe.list_path)))
    delivered = sum(each.succeeded for each in queue.attempts)
    retries = sum(each.number > 1 for each in queue.attempts)
    stored = InboxEvent.objects.count()
    console.print(f"{happened:,} events happened; {delivered:,} deliveries brought {stored:,}.")
    console.print(f"Sent twice: {DUPLICATES}. Retried: {retries:,}. Lost on purpose: 1.")
