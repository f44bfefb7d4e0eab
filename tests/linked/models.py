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
