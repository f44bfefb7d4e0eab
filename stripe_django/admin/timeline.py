"""The timeline of a customer: related objects by time, in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from stripe_django.models import (
    Charge,
    Customer,
    Dispute,
    Event,
    Invoice,
    PaymentMethod,
    Refund,
    SetupIntent,
    Subscription,
)

from .lists.columns import joined
from .object_admin import ObjectAdmin, Tool
from .relations import newest
from .rendering.tables import cell, cells_of, linked
from .rendering.times import time_and_age

ENTRIES = 25

# Each kind, and how it refers to the customer.
KINDS: tuple[tuple[Any, str], ...] = (
    (Subscription, "customer"),
    (Invoice, "customer"),
    (Charge, "customer"),
    (PaymentMethod, "customer"),
    (SetupIntent, "customer"),
    (Refund, "charge__customer"),
    (Dispute, "charge__customer"),
)
SHOWN = ("amount", "total", "status", "type")  # as far as a kind has them


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The position of a row in the list; the newest is the greatest."""

    created: datetime
    kind: str
    pk: int

    @classmethod
    def of(cls, row: Any) -> Place:
        return cls(row.created, row._meta.model_name, row.pk)

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From the address of a page; ``None`` for what is none."""
        try:
            seconds, kind, pk = text.split("-")
            return cls(datetime.fromtimestamp(int(seconds), UTC), kind, int(pk))
        except (ValueError, OverflowError, OSError):
            return None

    def __str__(self) -> str:
        return f"{int(self.created.timestamp())}-{self.kind}-{self.pk}"

    def older(self, rows: QuerySet) -> QuerySet:
        """Those of the rows, all of one kind, that come after this place."""
        kind = str(rows.model._meta.model_name)
        same = Q(created=self.created) if kind < self.kind else Q(pk=None)
        if kind == self.kind:
            same = Q(created=self.created, pk__lt=self.pk)
        return rows.filter(Q(created__lt=self.created) | same, created__lte=self.created)


@dataclass(frozen=True, slots=True)
class Entry:
    row: Any
    when: str
    kind: str
    link: str
    cells: list[str]


class TimelineAdmin(ObjectAdmin):
    """Adds the timeline to the page of a customer."""

    def pages(self) -> Iterator[tuple[str, str, Callable[..., HttpResponse]]]:
        yield from super().pages()
        yield "timeline", "timeline/", self.timeline_view

    def tools(self, request: HttpRequest, row: Any) -> Iterator[Tool]:
        yield Tool(_("Timeline"), self.url(row, "timeline"))
        yield from super().tools(request, row)

    def timeline_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        before = Place.read(request.GET.get("before", ""))
        found = list(chain.from_iterable(self._kinds(request, row, before)))
        found.sort(key=Place.of, reverse=True)
        shown = found[:ENTRIES]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Timeline of %s") % row,
            "opts": self.opts,
            "row": row,
            "row_url": self.url(row),
            "entries": [self._shown(each) for each in shown],
            "before": before,
            "next": Place.of(shown[-1]) if len(found) > ENTRIES else None,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/stripe_django/timeline.html", context)

    def _kinds(
        self, request: HttpRequest, row: Customer, before: Place | None
    ) -> Iterator[list[Any]]:
        """Of each kind that may be viewed, what could stand on this page and the next; a query
        each.
        """
        for model, reference in KINDS:
            if self.may_view(request, model):
                rows = model._default_manager.using(row._state.db).filter(
                    **{reference: row.stripe_id}, created__isnull=False
                )
                named = joined(rows, self.admin_site.get_model_admin(model).list_display)
                yield newest(before.older(named) if before else named, reference, ENTRIES + 1)
        if self.may_view(request, Event):
            events = Event.objects.using(row._state.db).for_object(row)
            yield newest(before.older(events) if before else events, "object_id", ENTRIES + 1)

    def _shown(self, row: Any) -> Entry:
        its_admin = self.admin_site.get_model_admin(type(row))
        shown = () if isinstance(row, Event) else SHOWN  # an event is called by its type
        names = [name for name in shown if getattr(row, name, None) is not None]
        cells = [cell(row, each, its_admin) for each in cells_of(its_admin, names)]
        link = linked(row, str(row), its_admin)
        return Entry(row, time_and_age(row.created), str(row._meta.verbose_name), link, cells)
