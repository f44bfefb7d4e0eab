"""What a customer has access to, and what the customer is charged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from django.apps import apps
from django.db.models import QuerySet, Subquery

from .querysets.access.current_plan import newest_plan
from .querysets.access.wanted import ANY, AccessOptions

if TYPE_CHECKING:
    from .base import StripeModel
    from .plan import Plan
    from .querysets.customer import CustomerQuerySet
    from .subscription import Subscription

# The models of what a customer may have as the default, by the beginning of its id.
SOURCES = {"ba_": "BankAccount", "card_": "Card", "pm_": "PaymentMethod", "src_": "Source"}


class CustomerAccess:
    """Methods of ``Customer``. Each makes one query, and has the rule of the querysets."""

    if TYPE_CHECKING:
        pk: Any
        stripe_id: str
        _state: Any
        default_payment_method_id: str | None
        default_source: str | None

    def has_access_to(self, product: Any = ANY, **options: Unpack[AccessOptions]) -> bool:
        """Whether a subscription gives access to a product: :doc:`/howto/access` has the rule.

        ``product`` is one, its id, or a list or queryset of these: access to any of them. Without
        it, and without ``price``, access to anything.
        """
        return self.active_subscriptions(product, **options).exists()

    async def ahas_access_to(self, product: Any = ANY, **options: Unpack[AccessOptions]) -> bool:
        """The same, to be awaited."""
        return await self.active_subscriptions(product, **options).aexists()

    def is_entitled_to(self, feature: Any) -> bool:
        """Whether Stripe lists the feature among the customer's entitlements.

        ``feature`` is its lookup key, its row, or a list or queryset of these: any of them.
        """
        return self._itself().with_entitlement(feature).filter(is_entitled=True).exists()

    async def ais_entitled_to(self, feature: Any) -> bool:
        """The same, to be awaited."""
        return await self._itself().with_entitlement(feature).filter(is_entitled=True).aexists()

    def active_subscriptions(
        self, product: Any = ANY, **options: Unpack[AccessOptions]
    ) -> QuerySet:
        """The subscriptions that give access, trials among them, with the arguments of
        ``has_access_to()``.
        """
        mine = self._all("Subscription").filter(customer=self.stripe_id)
        found: QuerySet = mine.giving_access(product, **options)
        return found

    @property
    def current_plan(self) -> Plan | None:
        """The plan of the newest of the ``active_subscriptions()``."""
        return self.get_current_plan()

    def get_current_plan(self, **options: Unpack[AccessOptions]) -> Plan | None:
        """The same with options, such as ``grace_days``."""
        newest = Subquery(newest_plan(self.active_subscriptions(**options)))
        found: Plan | None = self._all("Plan").filter(stripe_id=newest).first()
        return found

    def effective_payment_method(
        self, subscription: Subscription | None = None
    ) -> StripeModel | None:
        """What Stripe charges by default, for a subscription or for other invoices.

        The first that is set of: the subscription's payment method, its source, the customer's
        payment method and source. It is a ``PaymentMethod``, ``Card``, ``BankAccount`` or
        ``Source``; ``None`` if there is none, or its row has not arrived or is deleted.
        """
        holders: list[Any] = [subscription, self] if subscription else [self]
        for holder in holders:
            if stripe_id := holder.default_payment_method_id:
                return self._alive("PaymentMethod", stripe_id)
            if stripe_id := holder.default_source:
                return self._alive(_model_of(stripe_id), stripe_id)
        return None

    def _itself(self) -> CustomerQuerySet:
        customers: CustomerQuerySet = self._all("Customer").filter(pk=self.pk)
        return customers

    def _all(self, model: str) -> Any:
        return apps.get_model("stripe_django", model).objects.using(self._state.db)

    def _alive(self, model: str, stripe_id: str) -> StripeModel | None:
        found: StripeModel | None = self._all(model).alive().filter(stripe_id=stripe_id).first()
        return found


def _model_of(stripe_id: str) -> str:
    """The model of a source by its id."""
    found = (model for prefix, model in SOURCES.items() if stripe_id.startswith(prefix))
    return next(found, "Source")
