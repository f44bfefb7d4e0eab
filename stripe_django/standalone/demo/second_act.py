"""The second act: an empty database that follows Stripe by webhooks alone."""

from __future__ import annotations

import stripe

from stripe_django.models import Event, InboxEvent
from stripe_django.standalone.demo import differences
from stripe_django.standalone.demo.commands import Project
from stripe_django.standalone.demo.counts import items
from stripe_django.standalone.demo.differences import Comparison
from stripe_django.standalone.demo.screen import console, heading, progress, table
from stripe_django.standalone.demo.stand_in import Business
from stripe_django.testing import FakeStripe
from stripe_django.testing.fake import DeliveryQueue

NEWCOMERS = 40
DUPLICATES = 30
AT_ONCE = 64  # connections
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
        fake.create("webhook_endpoint", url=address, enabled_events=["*"], status="enabled")
        with progress(lambda: f"{len(queue.attempts):,} deliveries"):
            live(Business(fake, seed=11), fake, queue)
            _wait(queue)
        _show_deliveries(queue, client)
        _show("By webhooks alone", client)
        project.run("stripe_events", "poll")
        return not _show("After the poll", client)


def live(shop: Business, fake: FakeStripe, queue: DeliveryQueue) -> None:
    """Customers come all at once, in any order and some twice; one delivery is lost."""
    queue.duplicate(DUPLICATES)
    with queue.burst(shuffled=11):
        for number in range(NEWCOMERS):
            payer = shop.customer(email=f"newcomer{number}@example.com")
            shop.subscribe(payer, "team-monthly", quantity=1 + number % 5)
    queue.drop(type="customer.created")
    fake.create("customer", email="lost@example.com")


def _wait(queue: DeliveryQueue) -> None:
    try:
        queue.wait(PATIENCE)
    except TimeoutError as error:
        console.print(f"After {PATIENCE:.0f} s: {error}")


def _show_deliveries(queue: DeliveryQueue, client: stripe.StripeClient) -> None:
    happened = sum(1 for _ in items(client, Event.LIST_PATH))
    again = sum(each.number > 1 for each in queue.attempts)
    stored = InboxEvent.objects.count()
    delivered = sum(each.succeeded for each in queue.attempts)
    console.print(f"{happened:,} events happened, and {delivered:,} deliveries brought {stored:,}.")
    console.print(f"Sent twice: {DUPLICATES}. Retried: {again}. Lost on purpose: 1.")


def _show(title: str, client: stripe.StripeClient) -> list[Comparison]:
    """Print what is here and at Stripe, and return what differs."""
    compared = differences.compare_all(client)
    shown = table("Object", "at Stripe", "here", "", title=title)
    for each in compared:
        verdict = f"{len(each.differing)} DIFFER" if each.differing else "equal"
        shown.add_row(each.name, f"{len(each.at_stripe):,}", f"{len(each.here):,}", verdict)
    console.print(shown)
    differing = [each for each in compared if each.differing]
    for each in differing:
        missing = f"missing {', '.join(each.missing)}" if each.missing else "another content"
        console.print(f"{each.name}: {missing}")
    return differing
