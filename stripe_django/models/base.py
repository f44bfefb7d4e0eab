"""The columns and manners that every mirrored model shares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

from django.apps import apps
from django.db import models

from stripe_django import fields
from stripe_django.exceptions import ReadOnlyError

from .areas import Area, area_of
from .extra import Extra
from .querysets.base import ReadOnlyQuerySet, StripeManager


class AsOfKind(models.TextChoices):
    EVENT = "event", "event"
    READ = "read", "read"


class ReadOnlyModel(models.Model):
    """Refuses to be saved or deleted by anybody but the sync layer."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("save()")

    async def asave(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("asave()")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("delete()")

    async def adelete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError("adelete()")


class StripeModel(ReadOnlyModel):
    """One Stripe object: the image of the newest snapshot of it that was seen.

    Rows are read-only; the sync layer is their one writer.

    ``OBJECT_NAME`` is Stripe's value of ``object``, and ``FORMER_NAMES`` are earlier ones. The
    other capitals tell the sync layer about this kind of object.

    ``AREA`` is the product of Stripe that it belongs to, where its name does not tell, and
    ``DASHBOARD_PATH`` the path before its id in Stripe's dashboard.

    ``ID_PREFIXES`` are those of Stripe's own ids where merchants may choose others (empty: none
    can be told to be Stripe's own). ``ID_WITHIN`` is the key of the owner within which ids are
    unique, those with such a prefix apart. ``ID_FROM`` are the keys that identify an object
    without an id, or one of two words: ``parent`` (it shares the id of the object it is nested
    in) and ``mode`` (there is one for each account and mode).

    ``LIST_PATH`` is where Stripe lists these objects. ``LIST_BY`` is the reference to the object
    that the list is of, where there is one list for each of those: its column is in the path,
    or its name a parameter. ``LIST_IS_WHOLE`` is false where Stripe leaves out what is old.
    ``LIST_SINCE`` is false where it cannot be narrowed down to what was created since some
    time. ``RETRIEVE_PATH`` is a ``str.format`` template of the API id, as ``id``, and the row's
    columns; by default ``LIST_PATH`` and the id. ``SINGLE_PATH`` is where the one object of the
    key's own account is.

    ``IS_PLATFORM_OWNED`` is true for what is about the relation of a platform to its accounts, and
    for the catalogues that Stripe has for all: your own account's, whichever account it came with.

    ``IS_HISTORY`` is true for what never changes, whatever a snapshot counts beside it: two that
    differ are no conflict.
    """

    OBJECT_NAME: ClassVar[str]
    AREA: ClassVar[Area]
    DASHBOARD_PATH: ClassVar[str | None] = None
    FORMER_NAMES: ClassVar[tuple[str, ...]] = ()
    ID_PREFIXES: ClassVar[tuple[str, ...] | None] = None
    ID_FROM: ClassVar[tuple[str, ...]] = ()
    ID_WITHIN: ClassVar[str | None] = None
    LIST_PATH: ClassVar[str | None] = None
    LIST_BY: ClassVar[str | None] = None
    LIST_SINCE: ClassVar[bool] = True
    LIST_IS_WHOLE: ClassVar[bool] = True
    LIST_PARAMS: ClassVar[dict[str, Any]] = {}
    RETRIEVE_PATH: ClassVar[str | None] = None
    SINGLE_PATH: ClassVar[str | None] = None
    IS_HISTORY: ClassVar[bool] = False
    IS_PLATFORM_OWNED: ClassVar[bool] = False

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
        help_text="Stripe's time at which this content was true (UTC); unset while only copies"
        " inside other objects were seen.",
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
        " second of as_of (UTC).",
    )
    as_of_source = fields.InternalCodeField(
        max_length=64,
        default="",
        help_text="The clock that measured these times, or the Stripe request that the content"
        " comes from.",
    )
    ambiguous = fields.InternalFlagField(
        default=False,
        help_text="Two different snapshots of the same time were seen, and no later one yet.",
    )
    deleted_at = fields.InternalTimeField(
        null=True, help_text="Stripe's time of the latest deletion (UTC)."
    )
    digest = fields.InternalCodeField(
        max_length=32, default="", help_text="Short hash of the content, to recognise it again."
    )
    synced_at = fields.InternalTimeField(help_text="When this database last wrote the row (UTC).")
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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "AREA") and (area := area_of(cls.stripe.object_name)):
            cls.stripe.area = area
        if cls.stripe.list_path and cls.stripe.retrieve_path is None:
            cls.stripe.retrieve_path = f"{cls.stripe.list_path}/{{id}}"

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

    def history(self) -> models.QuerySet:
        """The events that are about the object, newest first; ``changed`` says what each did.

        Of the second API version's objects these are ``V2CoreEvent`` rows, of others ``Event``.
        """
        events = self.event_model().objects.using(self._state.db).for_object(self).newest_first()
        found: models.QuerySet = events if self._is_v2() else events.with_earlier()
        return found

    @classmethod
    def event_model(cls) -> Any:
        """The model of the events about these objects: ``V2CoreEvent`` or ``Event``."""
        return apps.get_model("stripe_django", "V2CoreEvent" if cls._is_v2() else "Event")

    @classmethod
    def _is_v2(cls) -> bool:
        return cls.stripe.object_name.startswith("v2.")

    @property
    def is_alive(self) -> bool:
        """False once the object is deleted at Stripe."""
        if self.deleted_at is None:
            return True
        return self.as_of is not None and self.as_of > self.deleted_at

    @classmethod
    def path_of(cls, **values: Any) -> str:
        """The path of one object in Stripe's API; raises ``LookupError`` if there is none.

        ``.`` and ``..`` are no ids: HTTP clients would take them for another path.
        """
        template = cls.stripe.retrieve_path or (
            cls.stripe.list_path and f"{cls.stripe.list_path}/{{id}}"
        )
        if template is None:
            raise LookupError(f"Stripe's API has no address for a single {cls.stripe.object_name}.")
        if not {".", ".."}.isdisjoint(values.values()):
            raise LookupError(f"{sorted(values.values())} has no id of a {cls.stripe.object_name}.")
        quoted = {name: quote(str(value), safe="") for name, value in values.items() if value}
        try:
            return template.format_map(quoted)
        except KeyError as missing:
            raise LookupError(f"{template} needs {missing}: pass it by name.") from None

    def to_stripe(self) -> dict[str, Any]:
        """The last payload that filled this row.

        References come as ids and secrets are left out; percentages are ``Decimal``, every other
        value is what Stripe sent.
        """
        extra = Extra.load(self.extra)
        payload = dict(self._held(extra.absent))
        return payload | extra.values

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


class Link(ReadOnlyModel):
    """A row of a many-to-many table between two mirrored models."""

    objects = ReadOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
