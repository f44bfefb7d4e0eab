"""Makes the objects of an account your own, once its id is known to be that of your own account."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Substr

from stripe_django import fields, registry
from stripe_django.models import Home, InboxEvent, MirroredAccount, PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.models.qualified_ids import MODES
from stripe_django.sync.database import keyset

from . import changes
from .adopted_erasures import adopt_erasures


def adopt(account: str, using: str) -> None:
    """Give all that is stored under an account's id your own account; of two rows of one object the
    newer one stays. Belongs in a transaction.
    """
    _rows(MirroredAccount, using).filter(stripe_account=account).delete()
    stored = (_rows(each, using).filter(stripe_account=account) for each in registry.models())
    if not any(rows.exists() for rows in stored):
        return
    mode = "live" if Home.objects.using(using).get(pk=Home.SINGLETON).livemode else "test"
    prefixes = {f"{account}:{each}": "" if each == mode else f":{each}" for each in MODES}
    adopt_erasures(account, lambda stripe_id: _renamed(stripe_id, prefixes), using)
    for model in registry.models():
        _adopt_rows(model, account, prefixes, using)
    for model in registry.models():
        for name in _columns_of_ids(model):
            _rename(_rows(model, using), name, prefixes)
        for link in model._meta.local_many_to_many:
            through: Any = link.remote_field.through
            for name in (link.m2m_column_name(), link.m2m_reverse_name()):
                _rename(_rows(through, using), name, prefixes)
    _rename(_rows(InboxEvent, using), "object_id", prefixes)
    _adopt_reads(account, prefixes, using)


def _adopt_reads(account: str, prefixes: dict[str, str], using: str) -> None:
    """Have what waits to be read again wait under its new id."""
    reads = _rows(PendingRead, using)
    for read in reads.filter(stripe_id__startswith=f"{account}:"):
        stripe_id = _renamed(read.stripe_id, prefixes)
        if reads.filter(object_name=read.object_name, stripe_id=stripe_id).exists():
            reads.filter(pk=read.pk).delete()
        else:
            reads.filter(pk=read.pk).update(stripe_id=stripe_id)


def _adopt_rows(
    model: type[StripeModel], account: str, prefixes: dict[str, str], using: str
) -> None:
    theirs = _rows(model, using).filter(stripe_account=account)
    for row in keyset.each(theirs.filter(stripe_id__startswith=f"{account}:")):
        stripe_id = _renamed(row.stripe_id, prefixes)
        mine = _rows(model, using).filter(stripe_id=stripe_id).first()
        if mine and not _is_newer(row, mine):
            theirs.filter(pk=row.pk)._raw_delete(using)
            changes.note(model, [row.stripe_id], using)
            continue
        if mine:
            _rows(model, using).filter(pk=mine.pk)._raw_delete(using)
        theirs.filter(pk=row.pk).update(stripe_id=stripe_id, stripe_account="")
        changes.note(model, [row.stripe_id, stripe_id], using)
    for rows in keyset.batches(theirs):
        changes.note(model, [row.stripe_id for row in rows], using)
    theirs.update(stripe_account="")


def _is_newer(row: StripeModel, other: StripeModel) -> bool:
    return bool(row.as_of and (other.as_of is None or row.as_of > other.as_of))


def _renamed(stripe_id: str, prefixes: dict[str, str]) -> str:
    for before, after in prefixes.items():
        if stripe_id == before:
            return before.rpartition(":")[2]
        if stripe_id.startswith(f"{before}:"):
            rest = stripe_id.removeprefix(f"{before}:")
            return f"{after}:{rest}" if after else rest
    return stripe_id


def _columns_of_ids(model: type[StripeModel]) -> list[str]:
    kinds = (fields.Reference, fields.ObjectIdField)
    return [each.name for each in model._meta.concrete_fields if isinstance(each, kinds)]


def _rename(rows: QuerySet, name: str, prefixes: dict[str, str]) -> None:
    for before, after in prefixes.items():
        # A reference has no lookups of text of its own.
        found = rows.alias(text=Cast(name, TextField())).filter(text__startswith=f"{before}:")
        rest: Any = Substr(name, len(before) + 2)
        found.update(**{name: Concat(Value(f"{after}:"), rest) if after else rest})


def _rows(model: Any, using: str) -> QuerySet:
    """The rows of a model, those of mirrored ones for writing."""
    return QuerySet(model=model, using=using)
