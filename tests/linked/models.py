from django.db import models

from stripe_django.fields import StripeForeignKey, StripeOneToOneField


class Team(models.Model):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    customer = StripeOneToOneField("stripe_django.Customer", related_name="team")

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


class Tag(models.Model):
    id = models.BigAutoField(primary_key=True)
    customers = models.ManyToManyField("stripe_django.Customer", related_name="+")
