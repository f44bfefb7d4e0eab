from django.db import models


class Delivery(models.Model):
    """An event as it came in, of which nothing is made."""

    id = models.CharField(primary_key=True, max_length=255)
    type = models.CharField(max_length=255)
    body = models.JSONField()

    class Meta:
        app_label = "benchmarks"

    def __str__(self):
        return self.id
