"""Stripe's side of a history: its objects, and the events that it tells of them."""

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from itertools import count

import stripe

from stripe_django.testing import FakeStripe

from ..posting import START
from .calls import Call
from .histories import Change
from .kinds import KINDS, Payload
from .replicas import Log, Stale, showing, stale_of, state_at

ANSWERED_IN = 0.04  # seconds, in the midst of which an answer is true
OLDER = "2015-10-16"


class BusyStripe(FakeStripe):
    """Time passes while it answers; ``sleep`` lets it pass.

    ``lag_of`` says by how many seconds the answer to a URL lags, and ``log`` has the states of the
    objects. ``stale`` collects the answers that had been true before the request. ``misdated`` is
    by how many seconds the ``Date`` of the next answer is wrong. ``after_change`` returns whether
    the response to a change is lost. ``before_response`` is called while one is waited for.
    """

    def __init__(self, sleep, lag_of):
        super().__init__()
        self._sleep, self._lag_of = sleep, lag_of
        self.now = START
        self.takes = ANSWERED_IN
        self.misdated = 0.0
        self.after_change = lambda: False
        self.before_response = lambda: None
        self.log: Log = {}
        self.stale: list[Stale] = []
        # Of several threads, one may not see the replica that responds to another one.
        self._one_request = threading.RLock()

    def _send(self, method, url, *rest):
        with self._one_request:
            return self._respond(method, url, *rest)

    def _respond(self, method, url, *rest):
        started, lag = self.now.timestamp(), self._lag_of(url)
        misdated, self.misdated = self.misdated, 0.0
        self._sleep(self.takes / 2)
        self.before_response()
        moment = self.now.timestamp() - lag
        if lag and moment < started:
            self.stale += stale_of(self.log, url, started, moment)
        with showing(self._engine, self.log, moment) if lag else nullcontext():
            reply = super()._send(method, url, *rest)
        if method.upper() != "GET" and self.after_change():
            reply = replace(reply, cut=0)
        self._sleep(self.takes / 2)
        return _dated(reply, self.now.timestamp() + misdated) if misdated else reply


def _dated(reply, moment):
    response = reply.response
    headers = {**response.headers, "Date": formatdate(moment, usegmt=True)}
    return replace(reply, response=replace(response, headers=headers))


@dataclass
class Headers:
    """All of a response that matters here."""

    headers: dict[str, str]


@dataclass
class Told:
    """One event, and what it says of the object of a kind."""

    event: Payload
    kind: str
    is_old: bool
    at: float

    @property
    def second(self) -> int:
        return self.event["created"]

    @property
    def type(self) -> str:
        return self.event["type"]


@dataclass
class Life:
    """The objects of one history, whose ids end in ``suffix``.

    ``past`` has the payloads that an object had, the newest last; ``gone`` are the kinds that are
    deleted. ``copies`` counts the copies that were older than their object. The project itself has
    changed the kinds of ``changed_by_requests``.
    """

    fake: BusyStripe
    suffix: str
    test_clock: int = 0
    past: dict[str, list[Payload]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    stale_copies: int = 0
    changed_by_requests: set[str] = field(default_factory=set)

    def __post_init__(self):
        self._numbers = count(1)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}_{self.suffix}"

    def id_of(self, kind: str) -> str:
        return f"{kind}_{self.suffix}"

    def happen(self, change: Change) -> list[Told]:
        """Let something happen, if it can: what is there cannot be created, and so on."""
        is_here = change.kind in self.past and change.kind not in self.gone
        if is_here is (change.verb in ("add", "create")):
            return []
        getattr(self, f"_{change.verb}")(change)
        return self.note(change)

    def note_request(self, call: Call) -> list[Told]:
        """Note what a request of the project's has changed, if it has."""
        kind = call.kind
        try:
            found = self.fake.get(self.id_of(kind))
        except LookupError:  # a plan, which leaves no stub
            return []
        is_gone = found.get("deleted", False)
        if is_gone is (kind in self.gone) and (is_gone or [found] == self.past.get(kind, [])[-1:]):
            return []
        (self.gone.add if is_gone else self.gone.discard)(kind)
        self.changed_by_requests.add(kind)
        return self.note(call)

    def note(self, change: Change | Call) -> list[Told]:
        """Note how the object is now, and what is told of that."""
        kind = change.kind
        now = None if kind in self.gone else self.fake.get(self.id_of(kind))
        self.fake.log.setdefault(kind, []).append((self.fake.now.timestamp(), now))
        if now is not None:
            self.past.setdefault(kind, []).append(now)
        events = [each.event for each in self.fake.webhooks()]
        # The fake may have done something to other objects as well, such as charge a customer.
        mine = [each for each in events if each["data"]["object"].get("object") == kind]
        return [self._tell(each, change) for each in mine]

    def _add(self, change: Change) -> None:
        kind, own = KINDS[change.kind], self._identity(change.kind)
        created = int(self.fake.now.timestamp())
        self.fake.add(own | kind.base | {"created": created} | self._values(change, own))
        self.gone.discard(change.kind)

    def _create(self, change: Change) -> None:
        self._add(change)
        self.fake.emit(self._type(change.kind, "created"), self.id_of(change.kind))

    def _update(self, change: Change) -> None:
        before = self.past[change.kind][-1]
        self.fake.update(self.id_of(change.kind), **self._values(change, before))

    def _end(self, change: Change) -> None:
        """Delete the object, or leave it as Stripe leaves such as cannot be deleted."""
        name = self.id_of(change.kind)
        if change.kind == "subscription":
            self.fake.update(name, status="canceled", event=self._type(change.kind, "deleted"))
        elif change.kind == "promotion_code":
            self.fake.update(name, active=False)
        else:
            self.fake.delete(name, stub=change.kind != "plan")
            self.gone.add(change.kind)

    @staticmethod
    def _type(kind: str, verb: str) -> str:
        return f"customer.{kind}.{verb}" if kind == "subscription" else f"{kind}.{verb}"

    def _identity(self, kind: str) -> Payload:
        known = {"id": self.id_of(kind), "object": kind, "livemode": False}
        return known | ({"test_clock": "clock_1"} if self.is_on_clock(kind) else {})

    def is_on_clock(self, kind: str) -> bool:
        return bool(self.test_clock) and kind in ("customer", "subscription")

    def as_of(self, kind: str, moment: float) -> Payload | None:
        """The object as it was, ``None`` if there was none."""
        return state_at(self.fake.log, kind, moment)

    def _values(self, change: Change, before: Payload) -> Payload:
        kind = KINDS[change.kind]
        inside = kind.inside(before, change.state, self._copy(change), self.new_id)
        return {"metadata": {"state": change.state}, **inside}

    def _copy(self, change: Change) -> Payload | str:
        """The other object as it was some changes ago; its id if nobody asked for that."""
        other = KINDS[change.kind].holds
        past = self.past.get(other, [])
        if change.age is None or not past:
            return self.id_of(other)
        copy = past[max(0, len(past) - 1 - change.age)]
        self.stale_copies += copy != past[-1] or other in self.gone
        return copy

    def _tell(self, event: Payload, change: Change | Call) -> Told:
        """The event with an id that no other history has, and in the version that it is told in."""
        event = {**event, "id": self.new_id("evt")}
        if isinstance(change, Change) and change.answered_at is not None:
            event["request"] = {"id": self.request_of(change), "idempotency_key": None}
        if self.is_on_clock(change.kind):
            event["created"] += self.test_clock
        if isinstance(change, Change) and change.is_old:
            shown = KINDS[change.kind].older(event["data"]["object"])
            event |= {"api_version": OLDER, "data": {"object": shown}}
        is_old = "api_version" in event and event["api_version"] == OLDER
        told = Told(event, change.kind, is_old, self.fake.now.timestamp())
        if change.arrivals:
            self.told.append(told)
        return told

    def request_of(self, change: Change) -> str:
        """Stripe's id of the request that the change has come by."""
        return f"req_{change.kind}_{change.at:g}_{self.suffix}"

    def answer(self, change: Change) -> stripe.StripeObject:
        """What the SDK returns to the project that has made the change."""
        shown = self.fake.get(self.id_of(change.kind)) if change.kind not in self.gone else None
        stub = {"id": self.id_of(change.kind), "object": change.kind, "deleted": True}
        at = self.fake.now.timestamp() + change.answer_takes
        headers = {"Request-Id": self.request_of(change)}
        if change.is_replayed:  # sent again just now, as it was then
            at = START + (change.answered_at or 0)
            headers["Idempotent-Replayed"] = "true"
        headers["Date"] = formatdate(at, usegmt=True)
        return stripe.StripeObject.construct_from(
            shown or stub, "sk_test_x", last_response=Headers(headers)
        )
