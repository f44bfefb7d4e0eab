"""``customer_for``: the customer of a row of one of the project's models."""

from __future__ import annotations

import time
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import models, router
from django.utils.translation import gettext as _

from stripe_django import sync
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import CustomerBusyError, CustomerLinkError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Customer, CustomerCreation
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import bare_id

from . import creations, lookup, request
from .durable import Runner, durable
from .target import Target, target_of

PATIENCE = 30.0  # seconds to wait for another process
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5  # seconds between two looks at what it has done


def customer_for(instance: models.Model, *, account: str = "") -> Customer:
    """The customer of a row: the linked one, or one found by its metadata, or a new one.

    The model of the row, or one whose owner it is, declares a ``CustomerLink``. The reference of
    the row is set with an ``UPDATE`` of that column, without ``save()`` and its signals.

    However often and by however many processes it is called, there is one customer: what is to be
    created is committed first, with an idempotency key, and what a process that was killed may
    have created is looked for at Stripe. ``account`` is the account that the customer lives in, by
    its id (``acct_…``) or its name in ``ACCOUNTS``, if that is not the declared one.

    Raises ``CustomerLinkError`` if the row cannot have a customer, ``AmbiguousCustomerError`` if
    several may be its customer, ``CustomerBusyError`` if another process takes more than 30
    seconds to create it, and the errors of Stripe's SDK as they come.
    """
    target = target_of(instance, account)
    using = router.db_for_write(CustomerCreation)
    if target.in_memory and (known := _known(target, target.in_memory, using)):
        return known
    with durable(using) as durably:
        return _Search(target, using, durably).run()


async def acustomer_for(instance: models.Model, *, account: str = "") -> Customer:
    """The same without blocking the event loop."""
    return await sync_to_async(customer_for)(instance, account=account)


def _known(target: Target, stripe_id: str, using: str) -> Customer | None:
    """The row of a linked customer, read from Stripe if it has not arrived; ``None`` if it is
    deleted there.
    """
    row: Customer | None = Customer.objects.using(using).filter(stripe_id=stripe_id).first()
    if row is None:
        row = _fetched(bare_id(stripe_id), target.account)
    if row is None or not row.is_alive:
        return None
    if row.stripe_account != target.account:
        raise CustomerLinkError(
            _(
                "%(label)s %(pk)s is linked to a customer of the account %(stripe_account)s,"
                " not of %(account)s."
            )
            % {
                "label": target.label,
                "pk": target.subject.pk,
                "stripe_account": row.stripe_account or _("(your own)"),
                "account": target.account or _("(your own)"),
            }
        )
    target.show(row)
    return row


def _fetched(api_id: str, account: str) -> Customer | None:
    try:
        return sync.fetch(Customer, api_id, account=account)
    except Customer.DoesNotExist:
        return None


class _Search:
    """One call for a row whose instance shows no living customer."""

    def __init__(self, target: Target, using: str, durably: Runner) -> None:
        self.target = target
        self.using = using
        self.durably = durably
        self.deleted = ""  # the stripe_id of a linked customer that Stripe does not have any more

    def run(self) -> Customer:
        linked = self.target.stored
        if linked and (known := _known(self.target, linked, self.using)):
            return known
        self.deleted = linked
        key, ends_at = self._key(), time.monotonic() + PATIENCE
        while time.monotonic() < ends_at:
            creation = self.durably(creations.ensure, key, now(), self.using)
            if creation.status == CustomerCreation.Status.CREATED:
                if customer := self._living(creation.customer_id):
                    return self._link(customer)
                self.durably(creations.restart, creation, now(), self.using)
            elif claimed := self.durably(creations.claim, creation, self.using):
                self._work(claimed)
            else:
                self._wait(creation, ends_at)
        raise CustomerBusyError

    def _wait(self, creation: CustomerCreation, ends_at: float) -> None:
        """Wait while another process works on a creation."""
        pause = FIRST_PAUSE
        while time.monotonic() < ends_at:
            time.sleep(pause)
            if not self.durably(creations.is_claimed, creation, self.using):
                return
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _key(self) -> creations.Key:
        target = self.target
        mode = home.for_key(self.using, target.account).livemode
        return creations.Key(target.label, str(target.subject.pk), target.account, mode)

    def _work(self, creation: CustomerCreation) -> None:
        """Find or create the customer of a creation that this call has claimed."""
        try:
            api_id = self._found(creation) or self._created(creation)
        except BaseException as error:
            self.durably(creations.release, creation, request.described(error), self.using)
            raise
        self.durably(creations.created, creation, api_id, self.using)

    def _found(self, creation: CustomerCreation) -> str:
        if creation.first_sent_at:
            return lookup.sent_for(self.target, creation, self.using)
        email = request.email_of(self.target)
        return lookup.made_before(self.target, email, creation.livemode, self.using)

    def _created(self, creation: CustomerCreation) -> str:
        """Send the request; what was sent before under the same key is sent again as it was."""
        is_first = creation.first_sent_at is None
        self.durably(creations.renew_key, creation, now(), self.using)
        params = creation.params or request.params_of(self.target, creation.token)
        if not self.durably(creations.sends, creation, params, now(), self.using):
            raise CustomerBusyError
        try:
            return request.create(params, creation.idempotency_key, self.target.account)
        except stripe.StripeError as error:
            self._note(error, creation, is_first=is_first)
            raise

    def _note(
        self, error: stripe.StripeError, creation: CustomerCreation, *, is_first: bool
    ) -> None:
        """Have the next attempt send another request, if this one has come to its result."""
        if is_first and request.is_refusal(error):
            self.durably(creations.remove, creation, self.using)
        elif not request.has_no_result(error):
            said = request.described(error)
            self.durably(creations.refused, creation, said, now(), self.using)

    def _living(self, api_id: str) -> Customer | None:
        """The row of a customer by Stripe's id; ``None`` if it is deleted there."""
        rows = Customer.objects.by_api_id(api_id, self.target.account)
        # A transaction of MariaDB's does not see what was committed after it began.
        row = rows.using(self.using).first() or self.durably(rows.using(self.using).first)
        row = row or _fetched(api_id, self.target.account)
        return row if row is not None and row.is_alive else None

    def _link(self, customer: Customer) -> Customer:
        if self.target.set(customer, replacing=self.deleted):
            return customer
        linked = self.target.stored
        known = _known(self.target, linked, self.using) if linked else None
        return known or customer


def now() -> datetime:
    """Stripe's time."""
    return clock_of(settings.api_base).best_now()
