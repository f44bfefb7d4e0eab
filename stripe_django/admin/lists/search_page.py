"""The page that searches every model, and the search of each list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db import router
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from stripe_django import models, search
from stripe_django.admin.app_list import filled_for
from stripe_django.admin.rendering.tables import Table, table
from stripe_django.models.base import StripeModel
from stripe_django.search import Matches
from stripe_django.search.finder import SCANNED

from .columns import joined

URL_NAME = "stripe_django_search"
FOUND = 50  # rows of a model that are counted
SHOWN = 5  # of them
LISTED = 200  # rows that the search of a list finds, and as many of each customer
LONGEST = 200  # characters of a search

# In the order of their results.
SEARCHED: tuple[type[StripeModel], ...] = (
    *(models.Customer, models.Subscription, models.Invoice, models.Charge, models.Refund),
    *(models.Dispute, models.PaymentIntent, models.Payout, models.Product, models.Price),
    *(models.Coupon, models.PromotionCode, models.CreditNote, models.Quote),
    *(models.CheckoutSession, models.PaymentLink, models.PaymentMethod, models.Transfer),
    *(models.Account, models.IssuingCardholder),
)


@dataclass(frozen=True, slots=True)
class Section:
    """The results of one model, and the address of all of them if there are more."""

    title: str
    table: Table
    count: str
    url: str


def add_search(site: AdminSite) -> None:
    """Add the page to a site's URLs."""
    site_urls: Callable[[], list[Any]] = site.get_urls

    def get_urls() -> list[Any]:
        def view(request: HttpRequest) -> HttpResponse:
            return search_view(request, site)

        page = path("stripe_django/search/", site.admin_view(view), name=URL_NAME)
        return [page, *site_urls()]

    site.get_urls = get_urls  # type: ignore[method-assign]


def search_view(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """What is found for ``?q=``; the id of an object leads to its page."""
    visible = {model: its for model, its in site._registry.items() if _may_view(request, its)}
    if not visible:
        raise PermissionDenied
    text = _text(request.GET.get("q", ""))
    matches = Matches()
    if text:
        there = {model: visible[model] for model in filled_for(request) if model in visible}
        if page := _page_of(text, there):
            return HttpResponseRedirect(page)
        chosen = [model for model in SEARCHED if model in there]
        using = router.db_for_read(models.Customer)
        matches = search.find(text, chosen, using=using, at_most=FOUND)
    context = {
        **site.each_context(request),
        "title": _("Search"),
        "query": text,
        "sections": list(_sections(text, matches, visible)),
        "partial": number_format(SCANNED, force_grouping=True) if matches.partial else "",
        "is_late": matches.is_late,
        "media": next(iter(visible.values())).media,
    }
    request.current_app = site.name
    return TemplateResponse(request, "admin/stripe_django/search.html", context)


def matching(request: HttpRequest, site: AdminSite, model: Any, text: str) -> list[int]:
    """The keys of the rows of one model that the search of its list finds."""
    text, using = _text(text), router.db_for_read(model)
    if exact := search.identify(text, [model], using=using):
        return [key.pk for keys in exact.values() for key in keys]
    customers = models.Customer
    may_view = site.is_registered(customers) and _may_view(request, site.get_model_admin(customers))
    chosen = [customers, model] if may_view and model is not customers else [model]
    found = search.find(text, chosen, using=using, at_most=LISTED)
    return [key.pk for key in found.rows.get(model, ())]


def _may_view(request: HttpRequest, model_admin: Any) -> bool:
    is_mirrored = issubclass(model_admin.model, StripeModel)
    return is_mirrored and model_admin.has_view_permission(request)


def _text(text: str) -> str:
    """As the databases accept it: without NUL, and not longer than anything that is searched."""
    return text.replace("\0", "").strip()[:LONGEST]


def _page_of(text: str, there: dict[Any, Any]) -> str | None:
    """The page of the only object with this id, which an address or several words are not."""
    if "@" in text or " " in text:
        return None
    found = search.identify(text, there, using=router.db_for_read(models.Customer))
    both = [(model, key) for model, keys in found.items() for key in keys]
    if len(both) != 1:
        return None
    [(model, key)] = both
    return _url(there[model], "change", quote(key.pk))


def _sections(text: str, matches: Matches, visible: dict[Any, Any]) -> Iterator[Section]:
    for model in SEARCHED:
        if keys := matches.rows.get(model):
            shown = [key.pk for key in keys[:SHOWN]]
            its_admin = visible[model]
            rows = joined(model._default_manager.all(), its_admin.list_display).in_bulk(shown)
            there = [rows[pk] for pk in shown if pk in rows]
            yield Section(
                title=str(model._meta.verbose_name_plural),
                table=table(there, its_admin, _columns(its_admin)),
                count=f"{FOUND}+" if len(keys) >= FOUND else str(len(keys)),
                url=_list(its_admin, text) if len(keys) > SHOWN else "",
            )


def _list(model_admin: Any, text: str) -> str:
    return f"{_url(model_admin, 'changelist')}?{urlencode({'q': text})}"


def _columns(model_admin: Any) -> list[Any]:
    """Those of the list, without the id."""
    return [it for it in model_admin.list_display if getattr(it, "__name__", it) != "stripe_id"]


def _url(model_admin: Any, page: str, *args: Any) -> str:
    meta = model_admin.opts
    name = f"admin:{meta.app_label}_{meta.model_name}_{page}"
    return reverse(name, args=args, current_app=model_admin.admin_site.name)
