"""Histories of a platform and its accounts: equal ids, both modes, late events, deletions unseen.

Whatever the order in which events and reads arrive, each row ends as the object is at Stripe in
its own account, and nothing of the other mode becomes a row.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any

import stripe
from django.core.exceptions import ObjectDoesNotExist
from django.db import router
from django.test import Client as Browser

from stripe_django import sync
from stripe_django.api.client import Client
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import (
    Account,
    ApplicationFee,
    Charge,
    Customer,
    Home,
    InboxEvent,
    Transfer,
)
from stripe_django.models.base import StripeModel
from stripe_django.sync import home
from stripe_django.sync.events import batches, processor, store
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.writer.report import Report
from stripe_django.testing import FakeStripe
from stripe_django.testing.fake import Delivery, schema

from ..posting import START, URL, make_due
from ..round_trip import expected
from . import checking

MODELS: dict[str, type[StripeModel]] = {
    each.stripe.object_name: each for each in (Account, ApplicationFee, Charge, Customer, Transfer)
}
OWNERS = ("", "A", "B")
DRAWN = ("customer", "customer", "charge")
VERBS = {  # how often each is drawn
    "change": 8,
    "other_mode": 2,
    "vanish": 1,
    "disconnect": 1,
    "deliver": 10,
    "again": 2,
    "read": 3,
    "list": 2,
    "read_elsewhere": 2,
    "expanded": 4,
    "account": 3,
}
LEAST = {  # of the histories that have each
    "equal ids": 0.5,
    "the other mode": 0.1,
    "delivered twice": 0.1,
    "told late": 0.1,
    "gone without an event": 0.1,
    "a disconnected account": 0.1,
    "asked for elsewhere": 0.1,
    "an expanded copy": 0.1,
    "an account as an object": 0.1,
}
REFUSALS = (StripeDjangoError, stripe.StripeError, ObjectDoesNotExist)

_numbers = count(1)


@dataclass(frozen=True)
class Step:
    verb: str
    owner: str
    kind: str
    draw: float

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} of {self.owner or 'the platform'} ({self.draw:.3f})"


@dataclass(frozen=True)
class ConnectHistory:
    seed: int
    way: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return "\n".join(
            [f"seed {self.seed}, by {self.way}", *(f"  {each}" for each in self.steps)]
        )


def generate(seed: int) -> ConnectHistory:
    draw = Random(seed)
    verbs = draw.choices([*VERBS], weights=[*VERBS.values()], k=draw.choice((10, 20, 30)))
    steps = (
        Step(
            verb,
            draw.choice(OWNERS),
            draw.choice(("customer", "customer", "charge")),
            draw.random(),
        )
        for verb in verbs
    )
    way = draw.choice(("apply", "inbox", "batch", "endpoint"))
    return ConnectHistory(seed, way, tuple(steps))


@dataclass
class ConnectPlay:
    """``objects`` are the last states of what there is at Stripe, ``None`` for what is deleted."""

    history: ConnectHistory
    fake: FakeStripe = field(default_factory=FakeStripe)
    objects: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    past: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    pool: list[Any] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    vanished: set[tuple[str, str, str]] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.suffix = f"{next(_numbers)}x{self.history.seed}"
        self.fake.now = START

    def run(self) -> None:
        with self.fake.installed():
            home.set_mode(self.using, livemode=False)
            for owner in OWNERS[1:]:
                self._store("account", self.account(owner), "", metadata={"state": "0"})
            for step in self.history.steps:
                self.fake.advance(seconds=2)
                getattr(self, f"_{step.verb}")(step)
            while self.pool:
                self._hear(self.pool.pop(int(len(self.pool) * 0.37)))
            make_due()
            self._look_for_what_is_gone()

    using = property(lambda self: router.db_for_write(Home))

    def account(self, owner: str) -> str:
        return f"acct_{owner}{self.suffix}" if owner else ""

    def name(self, kind: str, owner: str) -> str:
        """One id in all accounts for customers, which are copied between them."""
        return f"cus_{self.suffix}" if kind == "customer" else f"ch_{owner}{self.suffix}"

    # At Stripe

    def _store(self, kind: str, name: str, account: str, **values: Any) -> None:
        key = kind, account, name
        if self.objects.get(key):
            self.fake.update(name, object=kind, account=account, **values)
        elif kind == "account":
            self.fake.create(kind, id=name, **values)
            self.fake.emit("account.updated", name, object=kind)  # Stripe has no account.created
        else:
            known = {"customer": f"cus_{self.suffix}"} if kind == "charge" else {}
            self.fake.create(kind, id=name, account=account, **known | values)
        self.objects[key] = self.fake.get(name, object=kind, account=account)
        self.past.setdefault(key, []).append(self.objects[key])
        self._tell()

    def _tell(self) -> None:
        """The events of a change, with ids that no other history has."""
        for each in self.fake.webhooks():
            self.pool.append({**each.event, "id": f"{each.event['id']}_{self.suffix}"})

    def _change(self, step: Step) -> None:
        if step.owner in self.gone:
            return
        key = step.kind, self.account(step.owner), self.name(step.kind, step.owner)
        if key in self.vanished:
            return
        if step.kind == "customer" and step.draw < 0.2 and self.objects.get(key):
            self.fake.delete(key[2], object=step.kind, account=key[1])
            self.objects[key] = None
            self._tell()
            return
        self._store(step.kind, key[2], key[1], metadata={"state": f"{step.draw:.3f}"})
        if sum(kind == "customer" for kind, *_ in self.objects) > 1:
            self.marks.add("equal ids")

    def _account(self, step: Step) -> None:
        """An account changes, which the platform is told by an event of that account."""
        if not step.owner or step.owner in self.gone:
            return
        name = self.account(step.owner)
        self._store("account", name, "", metadata={"state": f"{step.draw:.3f}"})
        for event in self.pool:
            if event["data"]["object"]["object"] == "account" and step.draw < 0.7:
                event["account"] = event["data"]["object"]["id"]
        self.marks.add("an account as an object")

    def _vanish(self, step: Step) -> None:
        """Something is deleted, and no event tells it."""
        key = "customer", self.account(step.owner), self.name("customer", step.owner)
        if self.objects.get(key) and step.owner not in self.gone:
            self.fake.delete(key[2], object="customer", account=key[1], stub=False)
            self.fake.webhooks()
            self.objects[key] = None
            self.vanished.add(key)
            self.marks.add("gone without an event")

    def _disconnect(self, step: Step) -> None:
        """Nothing can be read any more on behalf of the account; its late events still come."""
        if step.owner and step.owner not in self.gone and len(self.gone) < 1:
            self.gone.add(step.owner)
            self.fake.deauthorize(self.account(step.owner))
            self.fake.webhooks()  # which the history does not tell
            self.marks.add("a disconnected account")

    def _other_mode(self, step: Step) -> None:
        """An event of live mode, with the id of an object of test mode."""
        name, account = self.name(step.kind, step.owner), self.account(step.owner)
        inner = {"id": name, "object": step.kind, "livemode": True, "metadata": {"state": "live"}}
        event = {
            "id": f"evt_live{len(self.others)}_{self.suffix}",
            "object": "event",
            "type": f"{step.kind}.updated",
            "created": int(self.fake.now.timestamp()),
            "livemode": True,
            "data": {"object": inner},
        }
        self.pool.append(event | ({"account": account} if account else {}))
        self.others.add(event["id"])
        self.marks.add("the other mode")

    # What is heard, and what is read

    def _deliver(self, step: Step) -> None:
        if self.pool:
            number = int(len(self.pool) * step.draw)
            if number < len(self.pool) - 1:
                self.marks.add("told late")
            self._hear(self.pool.pop(number))

    def _again(self, step: Step) -> None:
        """The same event comes to the other endpoint, too."""
        if self.told:
            self._hear(self.told[int(len(self.told) * step.draw)])
            self.marks.add("delivered twice")

    def _hear(self, event: Any) -> None:
        self.told.append(event)
        getattr(self, f"_by_{self.history.way}")(event)

    def _by_apply(self, event: Any) -> None:
        assert not sync.apply(event).failures

    def _by_inbox(self, event: Any) -> None:
        processor.process(store.store(event, sent_at=self.fake.now))

    def _by_batch(self, event: Any) -> None:
        store.store(event, sent_at=self.fake.now)
        batches.process_received()

    def _by_endpoint(self, event: Any) -> None:
        delivery = Delivery.of(event, self.fake.webhook_secret, time.time())
        assert delivery.post(Browser(), URL).status_code == 200

    def _read(self, step: Step) -> None:
        account, name = self.account(step.owner), self.name(step.kind, step.owner)
        self._try(lambda: sync.fetch(MODELS[step.kind], name, account=account))

    def _list(self, step: Step) -> None:
        account = self.account(step.owner)
        self._try(lambda: self._write_list(MODELS[step.kind], account))

    def _write_list(self, model: type[StripeModel], account: str) -> None:
        client, report = Client(account=account), Report()
        writer = PageWriter(client, self.using, account, home.for_key(self.using))
        for page in client.pages(model.stripe.list_path or "", {}):
            writer.write(page, report)
        assert not report.failures

    def _read_elsewhere(self, step: Step) -> None:
        """What another account has not is no deletion of it."""
        name = self.name("charge", step.owner)
        elsewhere = self.account("A" if step.owner == "B" else "B")
        self._try(lambda: sync.fetch(Charge, name, account=elsewhere))
        for row in Charge.objects.filter(stripe_id=name):
            self._try(lambda row=row: sync.refresh(row))
        self.marks.add("asked for elsewhere")

    def _expanded(self, step: Step) -> None:
        """The platform reads a fee or a transfer, in which a charge of an account is expanded."""
        account, name = self.account(step.owner), self.name("charge", step.owner)
        past = self.past.get(("charge", account, name))
        if not account or not past:
            return
        copy = past[int(len(past) * step.draw)]
        known = {"livemode": False, "created": int(START), "amount": 5}
        payload = (
            {"id": f"fee_{self.suffix}", "object": "application_fee", "account": account}
            | {"charge": copy}
            if step.draw < 0.4
            else {"id": f"tr_{self.suffix}", "object": "transfer", "destination": account}
            | {"destination_payment": copy}
            if step.draw < 0.8
            else {"id": f"tr_{self.suffix}", "object": "transfer", "destination": "ba_1"}
            | {"destination_payment": copy}
        )
        sync.apply(payload | known, as_of=datetime.fromtimestamp(self.fake.now.timestamp(), UTC))
        self.marks.add("an expanded copy")

    def _try(self, read: Callable[[], Any]) -> None:
        try:
            read()
        except REFUSALS:
            return

    def _look_for_what_is_gone(self) -> None:
        """As a full sync does; what is ambiguous is read as well."""
        for key in self.vanished:
            for row in self.rows(*key):
                self._try(lambda row=row: sync.refresh(row))
        for kind, account, name in self.past:
            for row in self.rows(kind, account, name).filter(ambiguous=True):
                self._try(lambda row=row: sync.refresh(row))

    def rows(self, kind: str, account: str, name: str) -> Any:
        return MODELS[kind].objects.by_api_id(name, account)


def differences(play: ConnectPlay) -> Iterator[str]:
    for (kind, account, name), truth in play.objects.items():
        where = f"{kind} {name} of {account or 'the platform'}"
        row = play.rows(kind, account, name).first()
        if row is None:
            yield f"{where}: there is no row"
            continue
        if (kind, account, name) in play.vanished and account in map(play.account, play.gone):
            continue  # nobody can tell any more
        if row.is_alive is not (truth is not None):
            yield f"{where}: it is {'alive' if row.is_alive else 'deleted'}"
        elif truth and not row.ambiguous and shown(row, truth) != expected(truth):
            yield f"{where}: it is {shown(row, truth)}, not {expected(truth)}"
        elif row.ambiguous and account not in map(play.account, play.gone):
            yield f"{where}: it is still ambiguous"
        customer = f"{account}:test:cus_{play.suffix}" if account else f"cus_{play.suffix}"
        if kind == "charge" and not row.ambiguous and row.customer_id != customer:
            yield f"{where}: its customer is {row.customer_id}"
    yield from _too_many(play)
    yield from _of_events(play)


def shown(row: Any, truth: Mapping[str, Any]) -> dict[str, Any]:
    """What the row shows, without what a read has got on request and an event does not have."""
    on_request = schema.on_request(row.stripe.object_name) - truth.keys()
    return {key: value for key, value in row.to_stripe().items() if key not in on_request}


def _too_many(play: ConnectPlay) -> Iterator[str]:
    wanted = Counter(kind for kind, *_ in play.objects)
    for kind, number in wanted.items():
        found = MODELS[kind].objects.filter(stripe_id__contains=play.suffix).count()
        if found != number:
            yield f"{found} rows of {number} objects: {kind}"


def _of_events(play: ConnectPlay) -> Iterator[str]:
    for each in InboxEvent.objects.filter(event_id__in=[event["id"] for event in play.told]):
        wanted = "ignored" if each.event_id in play.others else "applied"
        if each.status != wanted:
            yield f"{each}: {each.status}, {each.reason}"


def check(histories: Iterator[ConnectHistory]) -> list[str]:
    """Play them; returns which dimensions are rare. Raises ``AssertionError`` for a difference."""
    marks: Counter[str] = Counter()
    total = 0
    for history in histories:
        play = ConnectPlay(history)
        if found := outcome(play):
            smallest = shrunk(history)
            again = outcome(ConnectPlay(smallest))
            raise AssertionError("\n".join([str(history), *found, str(smallest), *again]))
        marks.update(play.marks)
        total += 1
    return [name for name, share in LEAST.items() if marks[name] < share * total]


def outcome(play: ConnectPlay) -> list[str]:
    return checking.outcome(play, differences)


def shrunk(history: ConnectHistory) -> ConnectHistory:
    """The history without the steps that it fails without."""
    for size in (8, 4, 2, 1):
        for start in range(0, len(history.steps), size):
            steps = history.steps[:start] + history.steps[start + size :]
            smaller = replace(history, steps=steps)
            if outcome(ConnectPlay(smaller)):
                return shrunk(smaller)
    return history
