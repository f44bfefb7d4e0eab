"""Customers that are being created at Stripe: a table of this package's own."""

from __future__ import annotations

from typing import Any

from django.db import models, router
from django.utils.translation import gettext_lazy as _

from stripe_django import fields


class CustomerCreation(models.Model):
    """The customer that a row of one of the project's models gets, and what became of it.

    It is committed before the request is sent. A process that takes over from one that was killed
    finds here what that may have sent.
    """

    TOKEN_KEY = "stripe_django"  # of the customer's metadata

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        CREATED = "created", _("Created")

    id = fields.InternalIdField(primary_key=True, help_text="This database's own key of the row.")
    model = fields.InternalCodeField(
        max_length=201, help_text="The project's model, such as accounts.user."
    )
    object_pk = fields.IdColumn(help_text="The primary key of that model's row, as text.")
    stripe_account = fields.IdColumn(
        max_length=100, help_text="The account that the customer lives in; empty for your own."
    )
    livemode = fields.InternalFlagField(help_text="Whether the customer is of live mode.")
    status = fields.InternalCodeField(
        max_length=8,
        choices=Status,
        default=Status.PENDING,
        help_text="Pending until Stripe has returned the customer.",
    )
    customer_id = fields.IdColumn(
        default="", help_text="Stripe's id of the customer; empty while it is pending."
    )
    token = fields.InternalCodeField(
        max_length=32, help_text="What the customer's metadata is recognised by."
    )
    idempotency_key = fields.InternalCodeField(
        max_length=64, help_text="The idempotency key of the request."
    )
    key_from = fields.InternalTimeField(help_text="Since when the key is in use.")
    params = fields.InternalTextField(
        default="",
        help_text="The parameters of the request as JSON, the same for each attempt with the key;"
        " removed once the customer exists.",
    )
    first_sent_at = fields.InternalTimeField(
        null=True,
        help_text="Stripe's time of the first request of which it is unknown whether it has"
        " created a customer, if there is one.",
    )
    last_sent_at = fields.InternalTimeField(
        null=True, help_text="The same of the last such request."
    )
    claim = fields.InternalCodeField(
        max_length=32, default="", help_text="What names the process that works on it; or empty."
    )
    claimed_until = fields.InternalTimeField(
        null=True, help_text="When another process may take over."
    )
    error = fields.InternalCodeField(
        max_length=255, default="", help_text="How the last attempt failed."
    )
    created_at = fields.InternalTimeField(auto_now_add=True, help_text="When this row was made.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_pk", "stripe_account", "livemode"],
                name="stripe_django_one_customer_per_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_pk}: {self.customer_id or self.status}"


def forget(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    """Remove what is stored of a row that is deleted: another row may get its primary key."""
    label = sender._meta.concrete_model._meta.label_lower  # type: ignore[union-attr]
    using = router.db_for_write(CustomerCreation)
    rows = CustomerCreation.objects.using(using)
    rows.filter(model=label, object_pk=str(instance.pk)).delete()
