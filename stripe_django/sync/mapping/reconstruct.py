"""A row as a snapshot would have filled it: for readers, never to be written."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext as _

from stripe_django.exceptions import PayloadError
from stripe_django.fields.hashes import decode_column
from stripe_django.models import Event
from stripe_django.models.base import StripeModel

from . import mapper
from .identity import HomeAccount
from .schema import schema_for

Model = TypeVar("Model", bound=StripeModel)


def past(row: Model, event: Event, *, home: HomeAccount) -> Model:
    """The object of a row as an event shows it, as an unsaved row that is not the row's equal.

    Links of many-to-many fields are not in it. Raises
    ``PayloadError`` if the event does not show the object.
    """
    found = mapper.to_rows(
        event.snapshot,
        account=row.stripe_account,
        livemode=home.livemode if event.livemode is None else event.livemode,
        home=home,
    )[0]
    if not isinstance(row, found.model):
        raise PayloadError(
            _("The event shows a %(object_name)s.")
            % {"object_name": found.model.stripe.object_name}
        )
    values = {
        column.attname: decode_column(value) if column.is_json else value
        for column, value in zip(schema_for(type(row)).columns, found.values, strict=True)
    }
    known = {"stripe_account": row.stripe_account, "livemode": row.livemode}
    made = type(row)(
        stripe_id=row.stripe_id,
        as_of=event.created,
        as_of_kind="event",
        digest=found.digest,
        synced_at=event.synced_at,
        extra=decode_column(found.extra),
        **known | values,
    )
    made._state.db = row._state.db
    return made
