"""What only subscribers see, and where they manage their subscription."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from example.access import subscriptions_of
from example.customers import customer_for
from stripe_django import client


@login_required
def members(request: HttpRequest) -> HttpResponse:
    subscriptions = subscriptions_of(request.user)
    if not subscriptions.exists():
        return redirect("plans")
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
