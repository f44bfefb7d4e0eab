from django.conf import settings
from django.db import models

from stripe_django.fields import CustomerLink, StripeOneToOneField


class Member(models.Model):
    """A user, as a customer at Stripe."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    customer = StripeOneToOneField("stripe_django.Customer", related_name="member")

    customer_link = CustomerLink(email="user.email", name="user.get_full_name", owner="user")

    def __str__(self) -> str:
        return str(self.user)
