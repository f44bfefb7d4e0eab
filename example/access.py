"""Who may see the pages for members."""

from stripe_django.models import Subscription

RUNNING = ("trialing", "active")


def subscriptions_of(user):
    """Those that give access."""
    return Subscription.objects.alive().filter(customer__member__user=user, status__in=RUNNING)
