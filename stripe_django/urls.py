"""``path("stripe/", include("stripe_django.urls"))`` gives ``POST stripe/webhook/``, and with a
``HEALTH_TOKEN`` ``GET stripe/health/``.
"""

from django.db import connections, transaction
from django.urls import path

from stripe_django.health.views import health
from stripe_django.webhooks.views import webhook

for alias in connections:  # ATOMIC_REQUESTS may be set for each
    webhook = transaction.non_atomic_requests(using=alias)(webhook)
    health = transaction.non_atomic_requests(using=alias)(health)

app_name = "stripe_django"
urlpatterns = [
    path("webhook/", webhook, name="webhook"),
    path("health/", health, name="health"),
]
