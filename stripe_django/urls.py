"""``path("stripe/", include("stripe_django.urls"))`` gives ``POST stripe/webhook/``."""

from django.urls import path

from stripe_django.webhooks.views import webhook

app_name = "stripe_django"
urlpatterns = [path("webhook/", webhook, name="webhook")]
