"""Links the customers that there are to the rows of one model, by one clue after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import models, router, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.fields.customer_link import CustomerLink, value_at
from stripe_django.models import Customer
from stripe_django.sync.database.keyset import batches

from .clues import Clue, Values

BATCH = 500  # customers
COLUMNS = ("stripe_id", "email", "metadata")


class Outcome(StrEnum):
    """What becomes of a customer that leads to a row."""

    LINKED = gettext_noop("linked")
    LINKED_BEFORE = gettext_noop("linked before")
    AMBIGUOUS = gettext_noop("ambiguous")
    TAKEN = gettext_noop("taken")
    OTHER_EMAIL = gettext_noop("other e-mail")
    NO_ROW = gettext_noop("no row")


PROBLEMS = (Outcome.AMBIGUOUS, Outcome.TAKEN, Outcome.OTHER_EMAIL)


class Finding(NamedTuple):
    """A customer, the rows that it leads to by their keys, and why it was linked or not."""

    outcome: Outcome
    customer: str
    rows: tuple[str, ...]
    clue: str
    reason: str = ""


@dataclass(slots=True)
class Linking:
    """The rows of a model that has a ``CustomerLink``, and the customers of an account.

    With ``changes``, rows without a customer are linked; otherwise nothing is written. Memory is
    needed for ``BATCH`` customers and the values that are ambiguous.
    """

    model: type[models.Model]
    link: CustomerLink
    account: str
    livemode: bool
    changes: bool = False
    ignores_email: bool = False
    counts: Counter[Outcome] = field(default_factory=Counter)

    @property
    def reference(self) -> models.ForeignKey:
        return self.link.references(self.model)[0]

    @property
    def customers(self) -> QuerySet[Customer]:
        rows: QuerySet[Customer] = Customer.objects.using(router.db_for_write(Customer)).alive()
        return rows.filter(stripe_account=self.account, livemode=self.livemode)

    @property
    def rows(self) -> QuerySet[Any]:
        found = self.model._base_manager.using(router.db_for_write(self.model))
        return found.select_related(self.link.owner) if self.link.owner else found.all()

    def run(self, clues: Sequence[Clue]) -> Iterator[list[Finding]]:
        """Yield the findings of some customers at a time; the first clue to a customer counts."""
        for number, clue in enumerate(clues):
            ambiguous = clue.ambiguous(self.customers)
            for batch in batches(self.customers.only(*COLUMNS), BATCH):
                others = [each.values(batch) for each in clues[:number]]
                rest = [row for row in batch if not any(row.stripe_id in each for each in others)]
                yield self._batch(rest, clue, ambiguous)

    def _batch(self, batch: list[Customer], clue: Clue, ambiguous: set[str]) -> list[Finding]:
        values = clue.values(batch)
        with transaction.atomic(using=self.rows.db):
            found = list(self._findings(batch, values, clue, ambiguous))
        self.counts.update(each.outcome for each in found)
        return found

    def _findings(
        self, batch: list[Customer], values: Values, clue: Clue, ambiguous: set[str]
    ) -> Iterator[Finding]:
        rows = clue.rows(self.rows, set().union(*values.values())) if values else {}
        linked = self._linked(values)
        for customer in batch:
            named = values.get(customer.stripe_id, set())
            if not named:
                continue
            found = [row for value in sorted(named) for row in rows.get(value, [])]
            outcome, reason = self._judged(customer, found, linked, clue)
            if outcome is Outcome.LINKED and named & ambiguous:
                outcome, reason = Outcome.AMBIGUOUS, _("other customers lead to the row, too")
            if outcome is Outcome.LINKED and self.changes and not self._set(found[0], customer):
                outcome, reason = Outcome.TAKEN, _("the row was linked meanwhile")
            keys = tuple(str(row.pk) for row in found) or tuple(sorted(named))
            yield Finding(outcome, customer.stripe_id, keys, clue.name, reason)

    def _judged(
        self, customer: Customer, found: list[Any], linked: dict[str, Any], clue: Clue
    ) -> tuple[Outcome, str]:
        if not found:
            return Outcome.NO_ROW, ""
        if len(found) > 1:
            return Outcome.AMBIGUOUS, _("it leads to several rows")
        [row] = found
        has = getattr(row, self.reference.attname)
        if has == customer.stripe_id:
            return Outcome.LINKED_BEFORE, ""
        if has:
            return Outcome.TAKEN, _("the row is linked to %(has)s") % {"has": has}
        if customer.stripe_id in linked:
            return Outcome.TAKEN, _("it is the customer of row %(linked)s") % {
                "linked": linked[customer.stripe_id]
            }
        if not clue.says_who and not self.ignores_email and self._has_other_email(row, customer):
            return Outcome.OTHER_EMAIL, _("the row has another e-mail address")
        return Outcome.LINKED, ""

    def _linked(self, values: Values) -> dict[str, Any]:
        """The keys of the rows that have one of the customers, if only one row may have it."""
        if not self.reference.unique:
            return {}
        name = self.reference.attname
        found = self.rows.filter(**{f"{name}__in": list(values)})
        return dict(found.values_list(name, "pk"))

    def _has_other_email(self, row: Any, customer: Customer) -> bool:
        email = str((value_at(row, self.link.email) if self.link.email else "") or "")
        return bool(email and customer.email) and email.lower() != customer.email.lower()

    def _set(self, row: Any, customer: Customer) -> bool:
        name = self.reference.attname
        free = self.rows.select_related(None).filter(pk=row.pk, **{name: None})
        return free.update(**{name: customer.stripe_id}) > 0
