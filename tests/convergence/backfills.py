"""Histories of a backfill: lists that change between their pages, keys that only a read shows,
previews, and objects that have no address of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.db import router

from stripe_django import sync
from stripe_django.models import (
    BankAccount,
    Coupon,
    Customer,
    Home,
    Invoice,
    PendingRead,
    SyncRun,
)
from stripe_django.sync import home
from stripe_django.sync.backfill import engine
from stripe_django.sync.events import retry
from stripe_django.testing import FakeStripe, payload

from ..posting import START, make_due
from ..round_trip import expected
from . import checking

LISTED = 110  # coupons at first: more than a page
AGAIN = 3  # rounds of retries
ASKED_FOR = ("applies_to", "currency_options")

_numbers = count(1)


@dataclass(frozen=True)
class BackfillHistory:
    """What happens at Stripe between two pages, and which events come before the backfill."""

    seed: int
    between: tuple[str, ...]
    before: float

    def __str__(self) -> str:
        return f"seed {self.seed}: between pages {', '.join(self.between)}"


def generate(seed: int) -> BackfillHistory:
    draw = Random(seed)
    verbs = ("delete_the_cursor", "delete_one", "change_one", "add_one")
    between = draw.choices(verbs, weights=(3, 1, 2, 1), k=draw.choice((1, 2, 3)))
    return BackfillHistory(seed, tuple(between), draw.random())


@dataclass
class BackfillPlay:
    history: BackfillHistory
    fake: FakeStripe = field(default_factory=FakeStripe)
    pool: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.suffix = f"{next(_numbers)}x{self.history.seed}"
        self.draw = Random(f"play {self.history.seed}")
        self.fake.now = datetime.fromtimestamp(START, UTC)
        self.left = list(self.history.between)
        self.next = count(1)

    def run(self) -> None:
        for number in range(LISTED):
            self._add_one(START - 1_000 + number)
        self.customer = f"cus_{self.suffix}"
        self.fake.add(payload("customer", id=self.customer, livemode=False))
        self.fake.add(self._bank_account("new"))
        self._tell()
        with self.fake.installed():
            home.set_mode(router.db_for_write(Home), livemode=False)
            SyncRun.objects.all().delete()
            self._hear(self.history.before)
            self.fake.before_answers(self._between)
            for model in (Coupon, Customer):
                [done] = engine.run([model])
                assert done.status == "done", done.error
            self._tie()
            self._preview()
            self._tell()
            self._hear(1.0)
            for _ in range(AGAIN):
                self.fake.now += timedelta(minutes=1)
                make_due()
                retry.run_due()

    # At Stripe

    def _between(self, request: Any) -> None:
        after = request.params.get("starting_after", "")
        if self.left and after.endswith(self.suffix):
            self.fake.now += timedelta(seconds=1)
            getattr(self, f"_{self.left.pop()}")(after)
            self._tell()

    def _delete_the_cursor(self, after: str) -> None:
        self.fake.delete(after)

    def _delete_one(self, _: str) -> None:
        self.fake.delete(self.draw.choice(self.coupons()))

    def _change_one(self, _: str) -> None:
        self.fake.update(self.draw.choice(self.coupons()), name=f"{self.draw.random():.3f}")

    def _add_one(self, created: Any) -> None:
        """Some are for certain products, and have amounts in other currencies."""
        more = {"applies_to": {"products": ["prod_1"]}} if self.draw.random() < 0.5 else {}
        more |= {"currency_options": {"usd": {"amount_off": 7}}} if self.draw.random() < 0.5 else {}
        coupon = {"duration": "once", "amount_off": 5, "currency": "eur", "valid": True}
        at = created if isinstance(created, int) else int(self.fake.now.timestamp())
        name = f"co_{next(self.next):04}_{self.suffix}"
        known = {"id": name, "object": "coupon", "livemode": False, "created": at}
        self.fake.add(known | coupon | more)
        if at != created:
            self.fake.emit("coupon.created", name)

    def coupons(self) -> list[str]:
        """The ids of those that are there."""
        names = (f"co_{number:04}_{self.suffix}" for number in range(1, LISTED))
        return [name for name in names if not self.fake.get(name).get("deleted")]

    def _tell(self) -> None:
        for each in self.fake.webhooks():
            self.pool.append({**each.event, "id": f"{each.event['id']}_{self.suffix}"})

    def _bank_account(self, status: str) -> dict[str, Any]:
        known = {"id": f"ba_{self.suffix}", "object": "bank_account", "customer": self.customer}
        return payload("bank_account", **known, status=status, livemode=False)

    # What is heard

    def _hear(self, share: float) -> None:
        self.draw.shuffle(self.pool)
        for _ in range(round(len(self.pool) * share)):
            sync.apply(self.pool.pop())

    def _tie(self) -> None:
        """Two events of one second show a bank account differently; it has no address."""
        for number, status in enumerate(("verified", "errored")):
            self.pool.append(self._event(number, "customer.source.updated", status))

    def _event(self, number: int, type: str, status: str) -> dict[str, Any]:
        return {
            "id": f"evt_tie{number}_{self.suffix}",
            "object": "event",
            "type": type,
            "created": int(self.fake.now.timestamp()),
            "livemode": False,
            "data": {"object": self._bank_account(status)},
        }

    def _preview(self) -> None:
        name = f"upcoming_in_{self.suffix}"
        preview = payload("invoice", id=name, customer=self.customer, livemode=False)
        event = self._event(9, "invoice.upcoming", "") | {"data": {"object": preview}}
        self.pool.append(event)


def differences(play: BackfillPlay) -> Iterator[str]:
    for number in range(1, next(play.next)):
        name = f"co_{number:04}_{play.suffix}"
        truth, row = play.fake.get(name), Coupon.objects.filter(stripe_id=name).first()
        if truth.get("deleted"):
            if row is not None and row.is_alive:
                yield f"{name} is alive"
        elif row is None:
            yield f"{name}: there is no row"
        else:  # what an event has brought is listed by the next run only
            whole = play.fake.get(name, expand=ASKED_FOR if number <= LISTED else ())
            if (shown := _shown(row)) != expected(whole):
                yield f"{name}: it is {shown}, not {whole}"
    if Invoice.objects.filter(stripe_id__contains=play.suffix).exists():
        yield "a preview was stored"
    account = BankAccount.objects.filter(stripe_id=f"ba_{play.suffix}").first()
    if account is None or account.ambiguous:
        yield f"the bank account is ambiguous: {account}"
    for read in PendingRead.objects.filter(stripe_id__contains=play.suffix):
        yield f"a read of {read} waits: {read.error}"


def _shown(row: Coupon) -> dict[str, Any]:
    """The newest payload, with what reads have shown before it."""
    on_request = {key: getattr(row, key) for key in ASKED_FOR}
    return row.to_stripe() | {key: value for key, value in on_request.items() if value is not None}


def outcome(play: BackfillPlay) -> list[str]:
    return checking.outcome(play, differences)
