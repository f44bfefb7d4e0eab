"""The request that opens a checkout session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django.testing.fake.http.protocol import Request

from ..checkout.sessions import Checkout
from ..context import DAY, Context, Payload
from ..customers import Customers
from .line_items import LineItems
from .params import EMAIL, check_url, existing, hash_of, missing, positive, refusal, typed

MODES = ("payment", "setup", "subscription")
DATA = {
    "payment": ("payment_intent_data", ("description", "metadata", "receipt_email")),
    "setup": ("setup_intent_data", ("description", "metadata")),
    "subscription": ("subscription_data", ("description", "metadata", "trial_period_days")),
}
READ_HERE = ("currency", "customer", "discounts", "line_items", "mode")
SHORTEST = 30 * 60  # seconds that a session is open at least
LONGEST_TRIAL = 730  # days


@dataclass(frozen=True)
class CheckoutRequests:
    """Opens sessions as requests say."""

    context: Context
    customers: Customers
    checkouts: Checkout

    def open(self, request: Request, ids: tuple[str, ...]) -> Payload | None:
        """The new session; ``None`` for one that is not on a page of the fake.

        Raises ``RequestError``.
        """
        params = request.params
        if params.get("ui_mode", "hosted_page") != "hosted_page":
            return None
        mode = self._mode(params)
        self._check_addresses(params, mode)
        customer = self._customer(params)
        self._check_time(params)
        order = self._order(params, mode)
        discount = self._discount(params)
        items = self._items(params, mode, customer)
        creation = "if_required" if mode != "subscription" and not customer else None
        return self.checkouts.open(
            items,
            mode=mode,
            customer=customer or "",
            currency=str(params.get("currency") or "eur"),
            order={**order, "discount": discount},
            **{
                **({"customer_creation": creation} if creation else {}),
                **typed("checkout.session", request, READ_HERE),
            },
        )

    def expire(self, request: Request, ids: tuple[str, ...]) -> Payload | None:
        """Raises ``RequestError`` for a session that is not open."""
        session = existing(self.context, "checkout.session", ids[0], "session")
        if session["status"] != "open":
            raise refusal(f"The session is {session['status']}, and not open.", "session")
        return self.checkouts.expire(session)

    def _mode(self, params: Mapping[str, Any]) -> str:
        mode = params.get("mode")
        if mode is None:
            raise missing("mode")
        if mode not in MODES:
            raise refusal(f"mode is one of {', '.join(MODES)}.", "mode")
        for other, (name, _) in DATA.items():
            if other != mode and name in params:
                raise refusal(f"{name} is for the mode {other}.", name)
        if mode == "subscription" and "customer_creation" in params:
            raise refusal("customer_creation is for other modes.", "customer_creation")
        return str(mode)

    def _check_addresses(self, params: Mapping[str, Any], mode: str) -> None:
        if "success_url" not in params:
            raise missing("success_url")
        check_url(params, "success_url")
        check_url(params, "cancel_url")
        email = params.get("customer_email")
        if email is not None and not EMAIL.fullmatch(str(email)):
            message = f"{email!r} is no valid e-mail address."
            raise refusal(message, "customer_email", "email_invalid")

    def _customer(self, params: Mapping[str, Any]) -> Payload | None:
        if "customer" not in params:
            return None
        for other in ("customer_email", "customer_creation"):
            if other in params:
                raise refusal(f"A session has either customer or {other}.", "customer")
        return existing(self.context, "customer", params["customer"], "customer")

    def _check_time(self, params: Mapping[str, Any]) -> None:
        if "expires_at" not in params:
            return
        left = positive(params["expires_at"], "expires_at") - self.context.now
        if not SHORTEST <= left <= DAY:
            message = "expires_at is from 30 minutes to 24 hours from now."
            raise refusal(message, "expires_at")

    def _order(self, params: Mapping[str, Any], mode: str) -> dict[str, Any]:
        name, known = DATA[mode]
        data = hash_of(params, name, known)
        if mode != "subscription":
            return {"intent": data}
        days = data.pop("trial_period_days", None)
        if days is None:
            return {"subscription": data}
        param = f"{name}[trial_period_days]"
        trial = positive(days, param)
        if trial > LONGEST_TRIAL:
            raise refusal(f"A trial has up to {LONGEST_TRIAL} days.", param)
        return {"subscription": data, "trial_days": trial}

    def _discount(self, params: Mapping[str, Any]) -> dict[str, str]:
        given = params.get("discounts") or []
        if not given:
            return {}
        if len(given) > 1 or "allow_promotion_codes" in params:
            raise refusal("A session has one discount, or allow_promotion_codes.", "discounts")
        [found] = given
        for name in ("coupon", "promotion_code"):
            if name in found:
                existing(self.context, name, found[name], f"discounts[0][{name}]")
                return {name: str(found[name])}
        raise missing("discounts[0][coupon]")

    def _items(
        self, params: Mapping[str, Any], mode: str, customer: Payload | None
    ) -> list[tuple[Payload, int]]:
        if mode == "setup":
            self._check_setup(params)
            return []
        if not params.get("line_items"):
            raise missing("line_items")
        items = LineItems(self.context).read(params)
        recurs = any(price["recurring"] for price, _ in items)
        if recurs != (mode == "subscription"):
            need = "at least one recurring price" if mode == "subscription" else "one-time prices"
            raise refusal(f"The mode {mode} needs {need}.", "mode")
        self._check_currency(items[0][0]["currency"], customer)
        return items

    def _check_setup(self, params: Mapping[str, Any]) -> None:
        if "line_items" in params:
            raise refusal("The mode setup has no line items.", "line_items")
        if not params.keys() & {"allowed_payment_method_types", "currency", "payment_method_types"}:
            raise missing("currency")

    def _check_currency(self, currency: str, customer: Payload | None) -> None:
        theirs = customer["currency"] if customer else None
        if customer and theirs and theirs != currency:
            message = f"Customer {customer['id']} is billed in {theirs}, and not in {currency}."
            raise refusal(message, "customer")
