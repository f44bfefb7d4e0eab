"""Which row of the project's is linked to a customer, and by which of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models, router
from django.db.models import Q
from django.utils.translation import gettext as _

from stripe_django import credentials
from stripe_django.exceptions import CustomerLinkError
from stripe_django.fields.customer_link import CustomerLink, all_declared, declared_on
from stripe_django.models import Customer
from stripe_django.sync import home


class Target(NamedTuple):
    """A row with a reference to a customer.

    ``holder`` has the reference; ``subject`` is the row whose customer it is: the same, or its
    owner. ``account`` is the customer's account, empty for your own.
    """

    link: CustomerLink
    field: models.ForeignKey
    holder: models.Model
    subject: models.Model
    account: str

    @property
    def label(self) -> str:
        return self.link.subject(type(self.holder))._meta.label_lower

    @property
    def metadata(self) -> dict[str, str]:
        """What the metadata of the row's customer has."""
        return {self.link.metadata_key(type(self.holder)): str(self.subject.pk)}

    @property
    def in_memory(self) -> str:
        return getattr(self.holder, self.field.attname) or ""

    @property
    def stored(self) -> str:
        """The ``stripe_id`` that the database has; empty if there is none."""
        return self._rows.values_list(self.field.attname, flat=True).first() or ""

    @property
    def _rows(self) -> Any:
        model = type(self.holder)
        using = router.db_for_write(model, instance=self.holder)
        return model._base_manager.using(using).filter(pk=self.holder.pk)

    def others(self, stripe_id: str) -> list[Any]:
        """The keys of the other rows that a customer must not be linked to as well."""
        if not self.field.unique:
            return []
        others = self._rows.model._base_manager.using(self._rows.db)
        others = others.filter(**{self.field.attname: stripe_id}).exclude(pk=self.holder.pk)
        return list(others.values_list("pk", flat=True)[:2])

    def set(self, customer: Customer, *, replacing: str = "") -> bool:
        """Link the row, unless it has another customer; false if it has."""
        name = self.field.attname
        free = Q(**{name: None}) | Q(**{name: replacing})
        is_set = self._rows.filter(free).update(**{name: customer.stripe_id}) > 0
        if is_set or self.stored == customer.stripe_id:
            self.show(customer)
            return True
        return False

    def show(self, customer: Customer) -> None:
        """Have the instance show the customer, which may be in another database."""
        setattr(self.holder, self.field.attname, customer.stripe_id)
        self.field.set_cached_value(self.holder, customer)


def target_of(instance: models.Model, account: str = "") -> Target:
    """What an instance is linked by.

    Raises ``CustomerLinkError`` if it is not saved, or its model has no declaration for it.
    """
    row = _plain(instance)
    if row.pk is None or row._state.adding:
        raise CustomerLinkError(
            _("Save the %(verbose_name)s first: it has no key yet.")
            % {"verbose_name": row._meta.verbose_name}
        )
    wanted = resolve(account)
    declared = [(link, None) for link in declared_on(type(row)).values()]
    found = [*declared, *(() if declared else _of_owner(type(row)))]
    if not found:
        raise CustomerLinkError(
            _("%(label)s has no CustomerLink, and no model has one with it as the owner.")
            % {"label": row._meta.label}
        )
    link, holder_model = _for_account(found, wanted, row)
    holder = _held(holder_model, link, row) if holder_model else row
    field = link.references(type(holder))[0]
    subject = getattr(holder, link.owner) if link.owner else row
    return Target(link, field, holder, subject, wanted or resolve(link.account))


def named(account: str) -> str:
    """The id of an account by its id or its name in ``ACCOUNTS``; empty for your own."""
    by_name = {alias: found for found, alias in credentials.aliases().items()}
    if account and not account.startswith("acct_") and account not in by_name:
        raise CustomerLinkError(
            _("No account has the name %(account)r in the setting ACCOUNTS.") % {"account": account}
        )
    return by_name.get(account, account)


def resolve(account: str) -> str:
    """The same as rows have it: your own is empty by its id as well, which is read once."""
    found = named(account)
    return found if found in credentials.aliases() else home.resolve(found)


def _plain(instance: models.Model) -> models.Model:
    """The row itself, if it is ``request.user``, and not that of a proxy model."""
    if not hasattr(instance, "_meta"):
        raise CustomerLinkError(
            _("%(instance)r is no row of a model, so it has no customer.") % {"instance": instance}
        )
    if isinstance(instance, type):
        raise CustomerLinkError(
            _("%(instance)r is a model: pass one of its rows.") % {"instance": instance}
        )
    return getattr(instance, "_wrapped", instance)


def _of_owner(
    model: type[models.Model],
) -> Iterator[tuple[CustomerLink, type[models.Model] | None]]:
    """The declarations of models whose owner is a row of this one."""
    for holder, _name, link in all_declared(apps):
        if link.owner and issubclass(model, link.subject(holder)):
            yield link, holder


def _for_account(found: list[Any], account: str, row: models.Model) -> Any:
    """The declaration for an account, or else the one for any."""
    exact = [each for each in found if named(each[0].account) == account]
    others = [each for each in found if not each[0].account]
    if not account and len(found) == 1:
        return found[0]
    chosen = exact or others
    if len(chosen) != 1:
        raise CustomerLinkError(
            _("%(label)s has %(count)s declarations for the account %(account)s.")
            % {"label": row._meta.label, "count": len(chosen), "account": account or _("own")}
        )
    return chosen[0]


def _held(model: type[models.Model], link: CustomerLink, owner: models.Model) -> models.Model:
    """The row of an owner, made if there is none: all its other columns need defaults."""
    using = router.db_for_write(model, instance=owner)
    rows: Any = model._default_manager.using(using)
    found: models.Model = rows.get_or_create(**{link.owner: owner})[0]
    return found
