"""The filters of lists: statuses, flags and ranges of days, none of which queries its choices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from stripe_django import models
from stripe_django.admin.rendering.display import is_indexed
from stripe_django.fields import EnumField
from stripe_django.models.base import StripeModel

# Of columns that are no enumerations, because Stripe documents no complete list of values.
CODES: dict[type[StripeModel], tuple[str, ...]] = {
    models.Payout: ("paid", "pending", "in_transit", "canceled", "failed"),
    models.Refund: ("succeeded", "pending", "requires_action", "canceled", "failed"),
}
FLAGS: dict[type[StripeModel], tuple[str, ...]] = {
    models.Charge: ("refunded", "disputed"),
    models.Coupon: ("valid",),
    models.Customer: ("delinquent",),
    models.Price: ("active",),
    models.Product: ("active",),
    models.PromotionCode: ("active",),
}
DAYS: dict[type[StripeModel], tuple[str, ...]] = {models.Dispute: ("due_by",)}
TEMPLATE = "admin/stripe_django/filter.html"


class ChoicesFilter(admin.ChoicesFieldListFilter):
    template = TEMPLATE


class FlagFilter(admin.BooleanFieldListFilter):
    template = TEMPLATE


class CodesFilter(admin.FieldListFilter):
    """The codes that the model may have."""

    template = TEMPLATE

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        self.codes = CODES[field.model]
        self.parameter = f"{kwargs['field_path']}__exact"
        super().__init__(field, *args, **kwargs)

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter]

    def choices(self, changelist: Any) -> Iterator[Any]:
        given: Any = self.used_parameters.get(self.parameter)
        chosen = given[-1] if given else None
        for code, text in ((None, _("All")), *((it, it.replace("_", " ")) for it in self.codes)):
            changed = {self.parameter: code} if code else {}
            yield {
                "selected": chosen == code,
                "query_string": changelist.get_query_string(changed, [self.parameter]),
                "display": text,
            }


class DaysFilter(admin.FieldListFilter):
    """A range of days in the current time zone, the last one included."""

    template = "admin/stripe_django/days_filter.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.first, self.last = (f"{kwargs['field_path']}_{end}" for end in ("from", "until"))
        super().__init__(*args, **kwargs)
        self.chosen: list[date | None] = [self._day(name) for name in (self.first, self.last)]

    def expected_parameters(self) -> list[str | None]:
        return [self.first, self.last]

    def _day(self, name: str) -> date | None:
        given: Any = self.used_parameters.get(name)
        text = given[-1] if given else ""
        if not text:
            return None
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None:
            raise IncorrectLookupParameters(_("%(text)s is no day.") % {"text": text})
        return day

    @property
    def is_free(self) -> bool:
        """Whether the range is none of those that are offered."""
        offered = [[first, last] for _, first, last in ranges(timezone.localdate())]
        return any(self.chosen) and self.chosen not in offered

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        first, last = self.chosen
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start_of(first)})
        if last and last < date.max:
            end = start_of(last + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.field_path}__lt": end})
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        names = [self.first, self.last]
        self.others = [pair for pair in changelist.params.items() if pair[0] not in names]
        for text, first, last in (("", None, None), *ranges(timezone.localdate())):
            chosen = {
                name: day.isoformat() for name, day in zip(names, (first, last), strict=True) if day
            }
            yield {
                "selected": [first, last] == self.chosen,
                "query_string": changelist.get_query_string(chosen, names),
                "display": text or _("Any day"),
            }


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def ranges(today: date) -> Iterator[tuple[Any, date, date]]:
    """The ranges that people want most, with their first and last days."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    yield _("Today"), today, today
    yield _("Last 7 days"), today - timedelta(days=6), today
    yield _("This month"), month, today
    yield _("Last month"), before, month - timedelta(days=1)
    yield _("This year"), today.replace(month=1, day=1), today


def filters(model: type[StripeModel]) -> Iterator[Any]:
    """The filters of a list.

    A ``date_hierarchy`` would read the whole column, and fails on a MariaDB or MySQL without time
    zone tables.
    """
    for field in model._meta.fields:
        if isinstance(field, EnumField) and (field.name == "status" or is_indexed(field)):
            yield field.name, ChoicesFilter
    if model in CODES:
        yield "status", CodesFilter
    for name in FLAGS.get(model, ()):
        yield name, FlagFilter
    for name in DAYS.get(model, ()):
        yield name, DaysFilter
    if has_created(model):
        yield "created", DaysFilter


def has_created(model: type[StripeModel]) -> bool:
    """Whether an index has the rows by the time at which they were made."""
    return any(field.name == "created" and is_indexed(field) for field in model._meta.fields)
