"""What a fleet of connected accounts costs: requests, statements and time, by kind of account.

A fake Stripe in a process of its own has 200 accounts: most with 500 objects, one with 50,000, some
empty, refused or deauthorized. All are filled over HTTP, polled once more, changed and polled
again. At the end each account's rows are compared with what the fake has.
"""

import json
import multiprocessing
import os
from collections import Counter, defaultdict
from contextlib import contextmanager
from statistics import median
from time import perf_counter

import stripe
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from stripe_django.models import Charge, Customer, MirroredAccount, Product
from stripe_django.sync import fleet
from stripe_django.sync.events import processor, store
from stripe_django.sync.incremental import SyncRequest
from stripe_django.testing import FakeStripe

ACCOUNTS = int(os.environ.get("FLEET_ACCOUNTS", "200"))
OBJECTS = int(os.environ.get("FLEET_OBJECTS", "500"))
LARGE = int(os.environ.get("FLEET_LARGE", "50000"))
EVERY = 20  # of so many accounts, one is empty, one refused and one deauthorized
CHANGED = 10  # accounts, each with one changed customer
COSTS = ("requests", "statements", "seconds")
KEY = "sk_test_of_the_benchmark"
MIX = ((Customer, 0.3), (Product, 0.1), (Charge, 0.6))  # the shares of the objects


def kind_of(number):
    if number == 0:
        return "large"
    return {0: "empty", 1: "refused", 2: "deauthorized"}.get(number % EVERY, "filled")


def serve(pipe):
    """A fake Stripe over HTTP, which is told what to do until it gets ``None``."""
    fake = FakeStripe(key=KEY)
    accounts = {}
    for number in range(ACCOUNTS):
        account = fake.create("account")["id"]
        accounts[account] = kind_of(number)
        count = {"empty": 0, "large": LARGE}.get(accounts[account], OBJECTS)
        for model, share in MIX:
            for _ in range(int(count * share)):
                fake.create(model.stripe.object_name, account=account)
    refused = {account for account, kind in accounts.items() if kind == "refused"}

    def refuse(request):
        if request.account_id in refused:
            refused.remove(request.account_id)
            fake.deauthorize(request.account_id)

    fake.before_answers(refuse)
    with fake.serving() as url:
        pipe.send((url, accounts))
        while (told := pipe.recv()) is not None:
            pipe.send(COMMANDS[told[0]](fake, *told[1:]))


def requests(fake):
    counts = Counter(request.account_id for request in fake.requests)
    fake.requests.clear()
    return counts


def listed(fake, account, model):
    client = stripe.StripeClient(fake.key, http_client=fake.http_client, stripe_account=account)
    params, found = {"limit": 100}, []
    while True:
        page = client.raw_request("get", model.stripe.list_path, **params).data
        page = json.loads(page) if isinstance(page, str) else page
        found += page["data"]
        if not page["has_more"]:
            return {each["id"]: each for each in found}
        params["starting_after"] = found[-1]["id"]


def truth(fake, account):
    return {model.stripe.object_name: listed(fake, account, model) for model, _ in MIX}


def change(fake, account):
    customer = next(iter(listed(fake, account, Customer)))
    fake.update(customer, account=account, name="changed")


def deauthorize(fake, account):
    return fake.deauthorize(account)


COMMANDS = {
    "requests": requests,
    "truth": truth,
    "change": change,
    "deauthorize": deauthorize,
}


@contextmanager
def fake_process():
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("fork")
    connection.close()  # or both processes would have it
    process = context.Process(target=serve, args=(there,), daemon=True)
    process.start()

    def tell(*what):
        here.send(what)
        return here.recv()

    url, accounts = here.recv()
    try:
        with override_settings(STRIPE_DJANGO={"API_KEY": KEY, "API_BASE": url, "RATE_LIMIT": 0}):
            yield tell, accounts
    finally:
        here.send(None)
        process.join(10)


class Statements:
    """Counts those of the connection; transaction control and COPY apart."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, *given):
        self.count += 1
        return execute(*given)

    def taken(self):
        count, self.count = self.count, 0
        return count


def round_of(tell, accounts, name):
    """Sync all accounts once, and print what each kind of account cost."""
    statements, costs = Statements(), defaultdict(lambda: defaultdict(list))
    tell("requests")
    failed, began, last = 0, perf_counter(), perf_counter()
    with connection.execute_wrapper(statements):
        for done in fleet.sync(SyncRequest()):
            kind = accounts.get(done.account, "your own")
            costs[kind]["statements"].append(statements.taken())
            costs[kind]["seconds"].append(perf_counter() - last)
            last = perf_counter()
            failed += done.is_failure
    seconds = perf_counter() - began
    for account, count in tell("requests").items():
        costs[accounts.get(account, "your own")]["requests"].append(count)
    print(f"{name}: {seconds:,.1f} s, {failed} accounts failed")
    for kind, figures in sorted(costs.items()):
        shown = (f"{median(figures[each] or [0]):>14,.4g}" for each in COSTS)
        print(f"  {kind:14}{len(figures['statements']):>6} accounts{''.join(shown)}")
    return seconds


def differences(tell, accounts):
    """How many objects are here otherwise than at the fake, of the accounts that can be read."""
    count = total = 0
    for account, kind in accounts.items():
        if kind in ("refused", "deauthorized"):
            continue
        for name, objects in tell("truth", account).items():
            model = next(each for each, _ in MIX if each.stripe.object_name == name)
            rows = {row.api_id: row.to_stripe() for row in model.objects.of(account).iterator()}
            total += len(objects)
            count += sum(not agrees(rows.get(each), payload) for each, payload in objects.items())
            count += len(rows.keys() - objects.keys())
    return count, total


def agrees(found, payload):
    """Whether a row has all that a list has; it may also have what was expanded."""
    return found is not None and all(found.get(key) == payload[key] for key in payload)


def report():
    print(
        f"{ACCOUNTS} accounts with {OBJECTS} objects, one of them with {LARGE:,}; of {EVERY}"
        " accounts, one is empty, one refused and one deauthorized"
    )
    print(f"  {'medians':14}{'':>15}{''.join(f'{each:>14}' for each in COSTS)}")
    with fake_process() as (tell, accounts):
        filling = round_of(tell, accounts, "filling")
        gone = [account for account, kind in accounts.items() if kind == "deauthorized"]
        for account in gone:
            event = tell("deauthorize", account)
            processor.process(store.store(event, sent_at=timezone.now()))
        round_of(tell, accounts, "nothing new")
        filled = [account for account, kind in accounts.items() if kind == "filled"]
        for account in filled[:CHANGED]:
            tell("change", account)
        round_of(tell, accounts, f"a change in {CHANGED}")
        count, total = differences(tell, accounts)
        print(f"{count} of {total:,} objects differ from the fake's")
        states = Counter(MirroredAccount.objects.values_list("state", flat=True))
        print(f"states: {dict(states)}")
        print(f"{total / filling:,.0f} objects a second while filling")
