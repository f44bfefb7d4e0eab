"""What charges took, and what of it was given back."""

from __future__ import annotations

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Least

from .arithmetic import NUMBER, known


def taken(of: str = "") -> Combinable:
    """What a charge took; ``of`` leads to it, such as ``charge__``.

    Payloads from before ``amount_captured`` say that a charge was captured as a whole, or not.
    """
    is_reserved = When(Q(**{f"{of}captured": False}), then=Value(0))
    whole = Case(is_reserved, default=F(f"{of}amount"), output_field=NUMBER)
    return known(F(f"{of}amount_captured"), whole, 0)


def released(of: str = "") -> Combinable:
    """What was reserved and not taken: Stripe releases it by a refund, and no money goes back."""
    return _not_below_zero(known(F(f"{of}amount"), 0) - taken(of))


def given_back(of: str = "") -> Combinable:
    """What a charge gave back of what it took."""
    return _not_below_zero(known(F(f"{of}amount_refunded"), 0) - released(of))


def with_given_back(refunds: QuerySet, every: QuerySet) -> QuerySet:
    """Refunds with ``given_back``: their amount without what they only release.

    The first refunds of a charge are those that release, as far as ``every`` refund that counts
    sums up to more than the charge gave back.
    """
    same = every.filter(charge=OuterRef("charge"))
    is_earlier = Q(created__lt=OuterRef("created"))
    is_earlier |= Q(created=OuterRef("created"), pk__lt=OuterRef("pk"))
    surplus = _not_below_zero(_total(same) - given_back("charge__"))
    release = Least(released("charge__"), surplus, output_field=NUMBER)
    left = _not_below_zero(release - _total(same.filter(is_earlier)))
    rest = _not_below_zero(F("amount") - left)
    found: QuerySet = refunds.alias(released=released("charge__")).annotate(
        given_back=Case(When(released__gt=0, then=rest), default="amount", output_field=NUMBER)
    )
    return found


def _not_below_zero(amount: Combinable) -> Greatest:
    return Greatest(amount, 0, output_field=NUMBER)


def _total(refunds: QuerySet) -> Combinable:
    summed = refunds.order_by().values("charge").annotate(total=Sum("amount")).values("total")
    return known(Subquery(summed), 0)
