"""``path("stripe/", include("stripe_django.urls"))`` gives ``POST stripe/webhook/``."""

from django.db import connections, transaction
from django.urls import path

from stripe_django.webhooks.views import webhook

for alias in connections:  # ATOMIC_REQUESTS may be set for each
    webhook = transaction.non_atomic_requests(using=alias)(webhook)

app_name = "stripe_django"
urlpatterns = [path("webhook/", webhook, name="webhook")]
