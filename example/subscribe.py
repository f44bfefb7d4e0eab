"""From a plan to Stripe's checkout, and back."""

import stripe
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from stripe_django import client
from stripe_django.links import customer_for
from stripe_django.models import Price
from stripe_django.money import format_money


def plans_on_sale():
    return Price.objects.alive().filter(active=True, type="recurring")


def plans(request: HttpRequest) -> HttpResponse:
    found = plans_on_sale().select_related("product").order_by("currency", "unit_amount")
    shown = [
        {
            "id": price.stripe_id,
            "name": price.nickname or price.product.name,
            "amount": format_money(price.unit_amount, price.currency),
            "interval": price.interval,
        }
        for price in found
        if price.product and price.unit_amount is not None
    ]
    return render(request, "example/plans.html", {"plans": shown})


@require_POST
@login_required
def checkout(request: HttpRequest, price_id: str) -> HttpResponse:
    """Open a checkout session, and lead the user to its page."""
    price = get_object_or_404(plans_on_sale(), stripe_id=price_id)
    welcome = request.build_absolute_uri(reverse("welcome"))
    session = client.v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": customer_for(request.user).api_id,
            "client_reference_id": str(request.user.pk),
            "line_items": [{"price": price.api_id, "quantity": 1}],
            "success_url": f"{welcome}?session_id={{CHECKOUT_SESSION_ID}}",
            "cancel_url": request.build_absolute_uri(reverse("plans")),
        }
    )
    return redirect(session.url)


@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """Where the checkout leads to: the webhooks need not have arrived yet.

    The session is read with its subscription, so that the mirror has both. A payment that takes
    days has no subscription that gives access yet.
    """
    session_id, options = request.GET.get("session_id", ""), {"expand": ["subscription"]}
    if not session_id.startswith("cs_"):
        raise Http404
    try:
        session = client.v1.checkout.sessions.retrieve(session_id, options)
    except stripe.InvalidRequestError as error:
        raise Http404 from error
    customer = customer_for(request.user)
    if session.customer != customer.api_id:
        raise Http404
    if customer.has_access_to():
        return redirect("members")
    return render(request, "example/on_its_way.html")
