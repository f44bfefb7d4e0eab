"""What only subscribers see, and where they manage their subscription."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from stripe_django import client
from stripe_django.access import subscription_required
from stripe_django.links import customer_for


@subscription_required(no_access="plans")
def members(request: HttpRequest) -> HttpResponse:
    subscriptions = request.user.member.customer.active_subscriptions()
    return render(request, "example/members.html", {"subscriptions": subscriptions})


@require_POST
@login_required
def billing(request: HttpRequest) -> HttpResponse:
    """Lead the user to the billing portal."""
    session = client.v1.billing_portal.sessions.create(
        {
            "customer": customer_for(request.user).api_id,
            "return_url": request.build_absolute_uri(reverse("members")),
        }
    )
    return redirect(session.url)
