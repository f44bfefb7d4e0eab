"""The customer of a user."""

from stripe_django import client
from stripe_django.models import Customer

from .models import Member


def customer_for(user) -> Customer:
    """The linked customer, or a new one."""
    member, _ = Member.objects.get_or_create(user=user)
    if member.customer is None:
        given = {"email": user.email} if user.email else {}
        made = client.v1.customers.create({**given, "metadata": {"user_id": str(user.pk)}})
        member.customer = Customer.objects.get(stripe_id=made.id)
        member.save()
    return member.customer
