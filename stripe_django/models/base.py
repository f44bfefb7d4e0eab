"""The columns and methods that every mirrored model shares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar
from urllib.parse import quote

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from stripe_django import fields
from stripe_django.privacy.separator import POLICY_SEPARATOR

from .extra import Extra
from .querysets.base import StripeManager
from .read_only import ReadOnlyModel
from .resource import Resource

DASHBOARD = "https://dashboard.stripe.com"


class AsOfKind(models.TextChoices):
    EVENT = "event", _("event")
    READ = "read", _("read")


class StripeModel(ReadOnlyModel):
    """One Stripe object: the image of the newest snapshot of it that was seen.

    Rows are read-only; the sync layer is their one writer. ``stripe`` declares which object it
    is, and where Stripe's API has it.
    """

    stripe: ClassVar[Resource]

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    stripe_id = fields.IdColumn(
        unique=True, help_text="Stripe's id of the object, which everything refers to."
    )
    stripe_account = fields.InternalCodeField(
        max_length=255,
        default="",
        null=True,
        help_text="The connected account that the object lives in; empty for your own account,"
        " unset while only copies in another account's objects were seen.",
    )
    livemode = fields.FlagField(
        help_text="True for live mode, false for test mode, unset where the object has no mode."
    )
    as_of = fields.InternalTimeField(
        null=True,
        help_text="Stripe's time at which this content was true; unset while only embedded copies"
        " of the object were seen.",
    )
    as_of_kind = fields.InternalCodeField(
        max_length=8,
        default="",
        choices=AsOfKind,
        help_text="Whether that time is an event's, in whole seconds, or that of a read.",
    )
    as_of_from = fields.InternalTimeField(
        null=True,
        help_text="The earliest time at which this content may have been true, if that is not the"
        " second of as_of.",
    )
    as_of_source = fields.InternalCodeField(
        max_length=100,
        default="",
        help_text="The clock that measured these times, or the Stripe request that the content"
        " comes from.",
    )
    ambiguous = fields.InternalFlagField(
        default=False,
        help_text="Two different snapshots of the same time were seen, and no later one yet.",
    )
    deleted_at = fields.InternalTimeField(
        null=True, help_text="Stripe's time of the latest deletion."
    )
    digest = fields.InternalCodeField(
        max_length=64,
        default="",
        help_text="Short hash of the content, to recognise it again, behind the version of the"
        " privacy policy that it was written under.",
    )
    synced_at = fields.InternalTimeField(help_text="When this database last wrote the row.")
    extra = fields.InternalHashField(
        default=dict,
        decoder=fields.ExactDecoder,
        help_text="What Stripe sent and no column holds.",
    )

    objects = StripeManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # which also ``customer.charges.add()`` writes with
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.stripe_id

    @property
    def api_id(self) -> str | None:
        """The id as Stripe's API knows it; ``None`` for an object without one."""
        extra = Extra.load(self.extra)
        if "id" in extra.absent:
            return None
        api_id: str | None = extra.values.get("id", self.stripe_id)
        return api_id

    @property
    def dashboard_url(self) -> str | None:
        """The page of the object in Stripe's dashboard, or a search for it there.

        ``None`` for an object without an id.
        """
        api_id = self.api_id
        if not api_id:
            return None
        found = quote(api_id, safe="")
        page = self.stripe.dashboard_path
        parts = [
            quote(self.stripe_account or "", safe=""),
            "test" if self.livemode is False else "",
            f"{page}/{found}" if page else f"search?query={found}",
        ]
        return "/".join([DASHBOARD, *filter(None, parts)])

    def history(self) -> models.QuerySet:
        """The events that are about the object, newest first; ``changed`` says what each did.

        Of the second API version's objects these are ``V2CoreEvent`` rows, of others ``Event``.
        """
        events = self.event_model().objects.using(self._state.db).for_object(self).newest_first()
        found: models.QuerySet = events if self.stripe.is_v2 else events.with_earlier()
        return found

    @classmethod
    def event_model(cls) -> Any:
        """The model of the events about these objects: ``V2CoreEvent`` or ``Event``."""
        return apps.get_model("stripe_django", "V2CoreEvent" if cls.stripe.is_v2 else "Event")

    @property
    def is_alive(self) -> bool:
        """False once the object is deleted at Stripe."""
        if self.deleted_at is None:
            return True
        return self.as_of is not None and self.as_of > self.deleted_at

    def to_stripe(self) -> dict[str, Any]:
        """The last payload that filled this row.

        References come as ids and secrets are left out; percentages are ``Decimal``, every other
        value is what Stripe sent.
        """
        extra = Extra.load(self.extra)
        payload = dict(self._held(extra.absent))
        return payload | extra.values

    @property
    def withheld(self) -> dict[str, str]:
        """What a privacy policy withheld of ``to_stripe()``: dotted paths, and what was done.

        Of a value that is null now, Stripe may have had none. Empty for a row without a policy.
        """
        version, separator, _ = self.digest.partition(POLICY_SEPARATOR)
        if not separator:
            return {}
        from stripe_django.privacy.named import policy_named  # no start needs its lists of keys

        return policy_named(version).withheld(self.to_stripe(), self.stripe.object_name)

    def _held(self, absent: frozenset[str]) -> Iterator[tuple[str, Any]]:
        if "id" not in absent:
            yield "id", self.stripe_id
        if "object" not in absent:
            yield "object", self.stripe.object_name
        for key, field in columns(type(self)).items():
            if key not in absent:
                yield key, field.to_payload(getattr(self, field.attname))
        for field in variant_columns(type(self)):
            yield from (getattr(self, field.attname) or {}).items()


@cache
def columns(model: type[StripeModel]) -> dict[str, fields.StripeField]:
    """The model's columns by the top-level key of the payload that each of them holds."""
    return {
        field.payload_key: field
        for field in model._meta.concrete_fields
        if isinstance(field, fields.StripeField) and field.payload_key
    }


@cache
def variant_columns(model: type[StripeModel]) -> tuple[fields.VariantField, ...]:
    """The columns that hold several keys of the payload."""
    return tuple(
        field for field in model._meta.concrete_fields if isinstance(field, fields.VariantField)
    )
