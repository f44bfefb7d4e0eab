"""Whether the rows are what Stripe has in the end."""

from collections.abc import Iterator

from stripe_django.models import InboxEvent, PendingRead, SubscriptionItem
from stripe_django.models.base import StripeModel
from stripe_django.sync.handed_in.payloads import LONGEST_REQUEST
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.testing.fake import schema

from ..posting import START
from ..round_trip import expected
from .calls import Call
from .excuses import is_excused, shown
from .histories import Change, Look
from .kinds import KINDS, Payload
from .playing import Play

Rows = dict[str, StripeModel]


def differences(play: Play) -> list[str]:
    """What is wrong with the rows of a history, one line each; nothing, if they converged."""
    tables = play.tables()
    rows = {row.stripe_id: row for each in tables for row in each if row.as_of or row.deleted_at}
    return [*_of_objects(play, rows), *_of_items(play, rows), *_of_work(play)]


def _of_objects(play: Play, rows: Rows) -> Iterator[str]:
    told = {each.kind for each in play.life.told}
    for kind, past in play.life.past.items():
        if kind in _unseen(play):
            continue
        row = rows.get(play.life.id_of(kind))
        if row is None:
            if kind in told or kind in play.life.changed_by_requests - play.life.gone:
                yield f"{kind}: there is no row of what was told"
            continue
        if is_excused(play, kind, row):
            continue
        if row.ambiguous and not _may_be_ambiguous(play, kind, row):
            yield f"{kind}: it is ambiguous for no reason"
        truths = [past[-1], KINDS[kind].older(past[-1])]
        if kind in play.life.gone:
            truths += _ends_of_last_second(play, kind)
            truths += _shown_at_end(play, kind)
            truths += _untold(play, kind)
            if row.as_of is None:  # no read has shown how it was, and no event has a time
                truths += [each.event["data"]["object"] for each in play.life.told]
                truths += [{"id": row.stripe_id, "object": kind, "deleted": True}]
        yield from _of_row(play, row, truths, is_alive=kind not in play.life.gone)


def _unseen(play: Play) -> set[str]:
    """The kinds that have changed at last without an event, and that no read has shown since."""
    entries = play.history.entries
    looked = {
        each.kind: each.at - each.lag
        for each in entries
        if isinstance(each, Look)
        if not (each.is_page and play.life.is_on_clock(each.kind))  # such are not listed
    }
    return {
        each.kind
        for each in entries
        if isinstance(each, Change) and each.verb != "add" and not each.arrivals
        if each.at > looked.get(each.kind, 0)
    }


def _ends_of_last_second(play: Play, kind: str) -> list[Payload]:
    """What it was at each of its ends in one second: no read can tell any more which was last."""
    told = [each for each in play.life.told if each.kind == kind]
    last = max((each.second for each in told), default=0)
    ends = [each for each in told if each.second == last and each.type.endswith(".deleted")]
    return [each.event["data"]["object"] for each in ends]


def _untold(play: Play, kind: str) -> list[Payload]:
    """What it was since the last event, and as long before as a response to a request of the
    project's may overlap it: the response to a deletion does not show the object.
    """
    if not any(isinstance(each, Call) and each.kind == kind for each in play.history.entries):
        return []
    last = max((each.at for each in play.life.told if each.kind == kind), default=0.0)
    since = last - LONGEST_REQUEST.total_seconds()
    found = [payload for at, payload in play.fake.log[kind] if at >= since and payload]
    return [*found, *map(KINDS[kind].older, found)]  # the events may be in the older version


def _shown_at_end(play: Play, kind: str) -> Iterator[Payload]:
    """What lists and reads showed that were under way when it was deleted: no read tells more."""
    end = max(at for at, payload in play.fake.log[kind] if payload is None)
    for each in play.history.entries:
        if isinstance(each, Look) and each.kind == kind:
            started, ended = START + each.at, START + each.at + each.takes
            shown_then = play.life.as_of(kind, started + each.takes / 2 - each.lag)
            if started <= end <= ended and shown_then:
                yield shown_then


def _may_be_ambiguous(play: Play, kind: str, row: StripeModel) -> bool:
    """Whether there were two snapshots of its second; any read may be one of them."""
    second = int(row.as_of.timestamp()) if row.as_of else 0
    seconds = [each.second for each in play.life.told if each.kind == kind]
    is_compared = play.has_looks or play.has_own
    return play.history.has_key or is_compared or seconds.count(second) > 1


def _of_items(play: Play, rows: Rows) -> Iterator[str]:
    """The members of a list: those that are gone from it are not alive."""
    past = play.life.past.get("subscription")
    if not past or "subscription" in _unseen(play):
        return
    truths = {each["id"]: each for each in past[-1]["items"]["data"]}
    owner = play.life.id_of("subscription")
    if owner in rows and is_excused(play, "subscription", rows[owner]):
        return
    items = SubscriptionItem.objects.filter(subscription=owner)
    found = {row.stripe_id: row for row in items}
    if owner in rows and truths.keys() - found.keys():
        yield f"items are missing: {truths.keys() - found.keys()}"
    for name, row in found.items():
        truth = truths.get(name, row.to_stripe())
        yield from _of_row(play, row, [truth], is_alive=name in truths)


def _of_row(
    play: Play, row: StripeModel, truths: list[Payload], *, is_alive: bool
) -> Iterator[str]:
    """Without a key, anything may be ambiguous; with one, nothing."""
    has_key = play.history.has_key
    if row.ambiguous and not has_key:
        return
    if row.ambiguous:
        yield f"{row.stripe_id}: it is still ambiguous"
    if row.is_alive is not is_alive:
        yield f"{row.stripe_id}: it is {'alive' if row.is_alive else 'deleted'}, {_state(row)}"
    if kept := _leftovers(row):
        yield f"{row.stripe_id}: columns that the newest snapshot does not speak of: {kept}"
    if not any(_shows(row, truth) for truth in truths):
        yield f"{row.stripe_id}: it is {shown(row)}, not {truths[0]}, {_state(row)}"


def _shows(row: StripeModel, truth: Payload) -> bool:
    """Whether it is like this, but for what a read has got on request."""
    on_request = schema.on_request(row.stripe.object_name) - truth.keys()
    return {key: value for key, value in shown(row).items() if key not in on_request} == (
        expected(truth)
    )


def _leftovers(row: StripeModel) -> list[str]:
    """The columns with the value of an older snapshot: the newest one lacks their key."""
    shown = row.to_stripe()
    return [
        column.attname
        for column in schema_for(type(row)).columns
        if column.key not in shown
        and not (column.fallbacks or column.on_request or column.is_implicit)
        and getattr(row, column.attname) is not None
    ]


def _state(row: StripeModel) -> str:
    return f"as_of {row.as_of} ({row.as_of_kind}), deleted_at {row.deleted_at}"


def _of_work(play: Play) -> Iterator[str]:
    """Nothing is left to be done."""
    names = [told.event["id"] for told in play.life.told]
    undone = InboxEvent.objects.filter(event_id__in=names).exclude(status="applied")
    for event in undone:
        yield f"{event}: {event.status}, {event.reason}"
    if not play.history.has_key:
        return
    ids = [play.life.id_of(kind) for kind in play.life.past]
    for read in PendingRead.objects.filter(stripe_id__in=ids):
        yield f"a read of {read} waits: {read.error}"
