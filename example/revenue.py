from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from stripe_django.models import Charge


def revenue_by_month() -> QuerySet:
    return (
        Charge.objects.alive()
        .filter(paid=True, captured=True)
        .annotate(month=TruncMonth("created"))
        .values("month", "currency")
        .annotate(charges=Count("id"))
        .annotate(net=Sum(F("amount") - F("amount_refunded")))
        .order_by("month", "currency")
    )
