"""The summary of a dispute: until when to respond, why, and of which charge."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.models import Dispute

from .summary import Fact, Summary, card_of, due, hash_of


class DisputeSummary(Summary):
    row: Dispute
    references = ("charge__customer",)

    def headline(self) -> Iterator[str]:
        yield self.value("amount")
        yield self.value("status")

    def facts(self) -> Iterator[Fact]:
        charge = self.row.charge
        is_over = self.row.status not in Dispute.AWAITING_RESPONSE
        yield _("Evidence due"), due(self.row.due_by, is_over=is_over)
        yield self.fact("reason")
        yield _("Customer"), self.link(charge, "customer") if charge else ""
        yield _("Charge"), self.link(self.row, "charge", charge.amount_money if charge else "")
        yield _("Payment method"), card_of(charge) if charge and self.may_view(type(charge)) else ""
        yield _("Evidence submitted"), self._submissions()
        yield self.fact("is_charge_refundable")
        yield self.fact("created")

    def _submissions(self) -> str:
        details = hash_of(self.row.evidence_details)
        count = details.get("submission_count")
        if type(count) is not int:
            return ""
        return ngettext("%d time", "%d times", count) % count if count else _("not yet")
