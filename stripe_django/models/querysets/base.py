"""What every queryset of a mirrored model can do, and what none can."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from stripe_django.exceptions import ReadOnlyError

from ..qualified_ids import MODES, qualified_id
from .advice import MirrorQuery
from .snapshots import SnapshotIterable


def is_alive(of: str = "") -> Q:
    """Whether an object is not deleted at Stripe; ``of`` leads to it, such as ``items__``."""
    lives_again = Q(**{f"{of}as_of__gt": F(f"{of}deleted_at")})
    return Q(**{f"{of}deleted_at": None}) | lives_again


class ReadOnlyQuerySet(models.QuerySet):
    """Reads like any queryset; whatever would write raises ``ReadOnlyError``."""


def _refuse(name: str) -> Any:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError(f"{name}()")

    refuse.__name__ = name
    refuse.alters_data = True  # type: ignore[attr-defined]
    return refuse


WRITERS = (
    *("create", "acreate", "bulk_create", "abulk_create", "bulk_update", "abulk_update"),
    *("get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"),
    *("update", "aupdate", "delete", "adelete"),
)
for _name in WRITERS:
    setattr(ReadOnlyQuerySet, _name, _refuse(_name))


class StripeQuerySet(ReadOnlyQuerySet):
    """The rows of a mirrored model."""

    def __init__(self, model: Any = None, query: Any = None, **kwargs: Any) -> None:
        super().__init__(model, query or MirrorQuery(model), **kwargs)

    def alive(self) -> Self:
        """Without the objects that are deleted at Stripe."""
        return self.filter(is_alive())

    def of(self, account: Any) -> Self:
        """The objects that live in an account: its ``MirroredAccount``, its id (``acct_…``) or its
        name in the setting ``ACCOUNTS``; empty for your own account. ``None`` finds those whose
        account is unknown, as rows have it.

        Raises ``ValueError`` for a name that no account has.
        """
        accounts = apps.get_model("stripe_django", "MirroredAccount").objects.using(self.db)
        if account is None:
            return self.filter(stripe_account=None)
        if isinstance(account, accounts.model):
            return self.filter(stripe_account=account.stripe_account)
        if account and not account.startswith("acct_"):
            named = accounts.filter(alias=account).values_list("stripe_account", flat=True).first()
            if named is None:
                raise ValueError(f"No account has the name {account!r}: see stripe_accounts list.")
            return self.filter(stripe_account=named)
        home = apps.get_model("stripe_django", "Home").objects.using(self.db)
        is_own = not account or home.filter(account=account).exists()
        return self.filter(stripe_account="" if is_own else account)

    def by_api_id(self, api_id: str, account: str = "") -> Self:
        """The object that Stripe's API knows by this id in an account, empty for your own.

        Customers, and what merchants name themselves, may have one id in several accounts and in
        both modes; elsewhere their ``stripe_id`` has the account and the mode in front. The id of
        your own account means the same as none.
        """
        model: Any = self.model
        if model.stripe.is_global:
            account = ""
        accounts = {account, ""}
        ids = [api_id, *(qualified_id(each, mode, api_id) for each in accounts for mode in MODES)]
        found = Q(stripe_account=account)
        if account:
            is_own = Exists(apps.get_model("stripe_django", "Home").objects.filter(account=account))
            own = model._base_manager.filter(stripe_id=api_id, stripe_account="")
            # A row that is older than the knowledge of your account may have its id in front.
            found = (found & ~Q(is_own, Exists(own))) | Q(is_own, stripe_account="")
        return self.filter(found, stripe_id__in=ids)

    def with_snapshot(self, *, at: datetime) -> Self:
        """Add ``snapshot`` to each row: its object as of a moment (aware), as an unsaved row.

        It comes from the newest stored event at or before that moment, whose id is
        ``snapshot_event``. Both are ``None`` where there is no such event, or it is the deletion.

        The row itself and filters on its columns are of today. To filter by the past, use the
        keys of the payload: ``filter(snapshot__status="open")``.

        Stripe keeps events for 30 days; those stored earlier remain. Nothing is known of an
        object before its first stored event, and of no object before the time up to which events
        were pruned (``RETENTION``). Events of the second API version show no objects.
        """
        if at.tzinfo is None:
            raise ValueError("with_snapshot() needs a moment that is aware of its time zone.")
        model: Any = self.model
        events = apps.get_model("stripe_django", "Event").objects.filter(
            object_id=OuterRef("stripe_id"), object_name__in=model.stripe.names, created__lte=at
        )
        pruned = apps.get_model("stripe_django", "Retention").objects.filter(events_since__gt=at)
        events = events.exclude(Exists(pruned))
        newest = events.newest_first()
        found = self.alias(snapshot=newest._object_unless_deletion()).annotate(
            snapshot_event=newest._id_unless_deletion()
        )
        found._iterable_class = SnapshotIterable
        return found


class StripeManager(models.Manager.from_queryset(StripeQuerySet)):  # type: ignore[misc]
    """``Model.objects``, unless a model has a manager of its own."""


def related(model: type[models.Model], name: str) -> Any:
    """The rows behind one of the model's reverse relations, without importing their model."""
    return model._meta.get_field(name).related_model.objects.all()  # type: ignore[union-attr]
