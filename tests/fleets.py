"""A company with several accounts, and what is here of them."""

from django.core.management import call_command

from stripe_django.models import MirroredAccount
from stripe_django.sync.events import processor, store

US = "acct_1US"
State = MirroredAccount.State
OWN = {"API_KEY": "sk_test_home", "OBJECTS": [*("account", "charge", "customer", "plan", "coupon")]}


def states():
    return dict(MirroredAccount.objects.values_list("stripe_account", "state"))


def sync_all(*arguments):
    call_command("stripe_sync", *arguments, "--all-accounts")


def event_of(fake, kind, payload, **values):
    """An event made by hand."""
    known = {"id": f"evt_{kind}", "object": "event", "type": kind, "livemode": False}
    known |= {"created": int(fake.now.timestamp()), "data": {"object": payload}}
    return known | values


def deliver(fake, event, platform=""):
    processor.process(store.store(event, sent_at=fake.now, platform=platform))
