from django.conf import settings
from django.db import models

from stripe_django.fields import StripeOneToOneField


class Member(models.Model):
    """A user, as a customer at Stripe."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    customer = StripeOneToOneField("stripe_django.Customer", related_name="member")

    def __str__(self) -> str:
        return str(self.user)
