"""What is left out on purpose, and why."""

from __future__ import annotations

HANDED_OUT = "a response with a secret or a URL that is valid for minutes, and never read again"
COMPUTED = "computed for each request, and stored nowhere"
TEST_HELPER = "the response of a test helper, without an id"

OBJECTS = {
    "account_link": HANDED_OUT,
    "account_session": HANDED_OUT,
    "billing.credit_balance_summary": COMPUTED,
    "billing.meter_event_adjustment": "a request that Stripe repeats, without an id",
    "customer_session": HANDED_OUT,
    "ephemeral_key": HANDED_OUT,
    "funding_instructions": COMPUTED,
    "login_link": HANDED_OUT,
    "terminal.connection_token": HANDED_OUT,
    "terminal.onboarding_link": HANDED_OUT,
    "v2.billing.meter_event_session": HANDED_OUT,
    "v2.core.account_link": HANDED_OUT,
    "v2.core.account_person_token": HANDED_OUT,
    "v2.core.account_token": HANDED_OUT,
    "v2.money_management.financial_address_credit_simulation": TEST_HELPER,
    "v2.money_management.payout_methods_bank_account_spec": COMPUTED,
}
