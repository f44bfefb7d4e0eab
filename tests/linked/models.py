from django.conf import settings
from django.db import models

from stripe_django.fields import CustomerLink, StripeForeignKey, StripeOneToOneField


class Team(models.Model):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    customer = StripeOneToOneField("stripe_django.Customer", related_name="team")

    customer_link = CustomerLink(email="email", name="name", metadata={"plan": "plan_name"})

    @property
    def plan_name(self) -> str | None:
        return "starter" if self.pk else None

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="seats")
    plan = StripeForeignKey("stripe_django.Plan", related_name="seats", blank=False)

    def __str__(self) -> str:
        return f"{self.team}: {self.plan_id}"


class Note(models.Model):
    """Refers to a customer as Django does, by the key of the row."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        "stripe_django.Customer", null=True, on_delete=models.SET_NULL, related_name="+"
    )


class Badge(models.Model):
    id = models.BigAutoField(primary_key=True)
    customer = models.OneToOneField(
        "stripe_django.Customer", on_delete=models.CASCADE, related_name="+"
    )


class Contract(models.Model):
    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        "stripe_django.Customer", on_delete=models.PROTECT, related_name="+"
    )


class Receipt(models.Model):
    """Refers to an event as Django does, with a constraint of the database."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey("stripe_django.Event", on_delete=models.PROTECT, related_name="+")


class Tag(models.Model):
    id = models.BigAutoField(primary_key=True)
    customers = models.ManyToManyField("stripe_django.Customer", related_name="+")


class Profile(models.Model):
    """What a project has beside Django's own user model."""

    id = models.BigAutoField(primary_key=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    is_verified = models.BooleanField(default=False)
    customer = StripeOneToOneField("stripe_django.Customer", related_name="+")

    customer_link = CustomerLink(
        email="user.email", name="user.get_full_name", params="params", owner="user"
    )

    def params(self) -> dict[str, object]:
        return {"preferred_locales": ["de"], "metadata": {"staff": str(self.user.is_staff)}}


class Member(models.Model):
    """A customer of one of several accounts, whose key is text."""

    slug = models.CharField(primary_key=True, max_length=50)
    customer = StripeOneToOneField("stripe_django.Customer", related_name="+")
    us_customer = StripeOneToOneField("stripe_django.Customer", related_name="+")

    customer_link = CustomerLink(field="customer", key="member")
    us_customer_link = CustomerLink(
        field="us_customer", key="member", account="acct_1032D82eZvKYlo2C"
    )
