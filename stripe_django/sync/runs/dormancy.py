"""Accounts that have nothing yet: a few requests show it, in the place of one for each list."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from stripe_django.conf import settings
from stripe_django.exceptions import AccountUnavailableError, StripeDjangoError, UnavailableError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import (
    Balance,
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Coupon,
    Customer,
    FileUpload,
    Invoice,
    PaymentIntent,
    PaymentLink,
    PaymentMethod,
    Payout,
    Plan,
    Price,
    Product,
    PromotionCode,
    SetupIntent,
    ShippingRate,
    Subscription,
    TaxRate,
    TestHelpersTestClock,
    Transfer,
)
from stripe_django.models.base import StripeModel
from stripe_django.sync.backfill.list_endpoints import Listing
from stripe_django.sync.backfill.worker_pool import WorkerPool
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.writer.report import Report

# An account that has none of these has at most settings, such as a webhook endpoint.
SIGNS: tuple[type[StripeModel], ...] = (
    *(Customer, Product, Price, Plan, Coupon, PromotionCode, TaxRate, ShippingRate),
    *(Subscription, Invoice, PaymentLink, CheckoutSession, PaymentMethod, SetupIntent),
    *(PaymentIntent, Charge, BalanceTransaction, Payout, Transfer, FileUpload),
)


def dormant_since(pages: PageWriter) -> datetime | None:
    """Stripe's time at which an account had nothing; ``None`` if it has anything.

    The balance, which every account has, is written. Raises ``AccountUnavailableError`` if Stripe
    does not let the key read the account.
    """
    balance = pages.client.retrieve(Balance.stripe.singleton_path or "")
    pages.write(balance, Report())
    clocks = () if pages.home.livemode else (TestHelpersTestClock,)
    listings = [Listing(pages.client, model) for model in (*SIGNS, *clocks)]
    pool: WorkerPool[bool | Exception] = WorkerPool(min(settings.workers, len(listings)))
    for listing in listings:
        pool.submit(partial(_has_any, listing))
    found = [pool.next_result() for _ in listings]
    pool.shutdown()
    for each in found:
        if isinstance(each, Exception):
            raise each
    return None if any(found) else balance.as_of


def _has_any(listing: Listing) -> bool | Exception:
    try:
        return bool(listing.page({}, {"limit": "1"}).objects)
    except AccountUnavailableError as error:
        return error
    except UnavailableError:
        return False
    except (StripeDjangoError, stripe.StripeError) as error:
        return error
