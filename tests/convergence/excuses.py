"""Rows that a replica of Stripe's has left wrong because it lags, which no rule can notice.

``docs/explanation/order.rst`` names these, and the judge leaves out no others.
"""

from collections.abc import Iterator
from datetime import datetime

from stripe_django.models.base import AsOfKind, StripeModel
from stripe_django.sync.mapping.rows import content_of

from ..posting import START
from ..round_trip import expected
from .histories import Change
from .kinds import Payload
from .playing import Play
from .replicas import Stale


def is_excused(play: Play, kind: str, row: StripeModel) -> bool:
    """Whether the row is as a replica showed it that lagged, and no rule can notice that.

    Of an object that is gone, no other read can show the last content.
    """
    is_gone = kind in play.life.gone and not row.is_alive
    stale = [each for each in play.fake.stale if each.kind == kind]
    return any(
        _is_from(row, each, is_gone) and (is_gone or not _is_noticed(play, row, each))
        for each in stale
    )


def _is_from(row: StripeModel, stale: Stale, is_gone: bool) -> bool:
    """Whether this response was the last to decide what the row is, but for its end."""
    if stale.payload is None:
        return not row.is_alive and _is_near(row.deleted_at, stale)
    is_same = shown(row) == expected(stale.payload) and (row.is_alive or is_gone)
    return is_same and row.as_of_kind == AsOfKind.READ and _is_near(row.as_of, stale)


def _is_near(moment: datetime | None, stale: Stale) -> bool:
    return moment is not None and -3 < moment.timestamp() - stale.started < 8


def _is_noticed(play: Play, row: StripeModel, stale: Stale) -> bool:
    """Whether it has to be noticed that the response lags.

    A snapshot differs whose second had not ended before the request. Or it is a refetch that shows
    none of the contents that it has to decide between.
    """
    for at, end in _told_times(play, stale.kind):
        is_other = play.life.as_of(stale.kind, at) != stale.payload
        if is_other and stale.moment < at <= stale.started < end:
            return True
    if not stale.known:
        return False
    if stale.payload is None:
        return not stale.is_deletion_known
    return content_of(row.digest) not in stale.known


def _told_times(play: Play, kind: str) -> Iterator[tuple[float, float]]:
    """When what was told has happened, and the ends of the seconds that it was told to be of."""
    for each in play.life.told:
        if each.kind == kind and not play.life.is_on_clock(kind):
            yield each.at, each.second + 1
    for each in play.history.entries:
        if (
            isinstance(each, Change)
            and each.kind == kind
            and each.answered_at is not None
            and not each.is_replayed
        ):
            yield START + each.at, int(START + each.at + each.answer_takes) + 1


def shown(row: StripeModel) -> Payload:
    """What the row shows, without what comes on request only."""
    asked_for = {each.removeprefix("data.") for each in row.stripe.list_params.get("expand", ())}
    return {key: value for key, value in row.to_stripe().items() if key not in asked_for}
