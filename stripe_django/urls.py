"""``path("stripe/", include("stripe_django.urls"))`` gives ``POST stripe/webhook/``, and with a
``HEALTH_TOKEN`` ``GET stripe/health/``.

The views are imported for the first request: processes that get none need no more than the models.
"""

from django.contrib.auth.decorators import login_not_required
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
@transaction.non_atomic_requests
def webhook(request: HttpRequest) -> HttpResponseBase:
    from stripe_django.webhooks import views

    return views.webhook(request)


@login_not_required
@transaction.non_atomic_requests
def health(request: HttpRequest) -> HttpResponseBase:
    from stripe_django.health import views

    return views.health(request)


for alias in connections:  # ATOMIC_REQUESTS may be set for each
    webhook = transaction.non_atomic_requests(using=alias)(webhook)
    health = transaction.non_atomic_requests(using=alias)(health)

app_name = "stripe_django"
urlpatterns = [
    path("webhook/", webhook, name="webhook"),
    path("health/", health, name="health"),
]
