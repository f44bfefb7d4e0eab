"""Whether all that the SDK's words call a secret is dropped, or has a reason to be stored."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stripe_django.sdk import objects
from stripe_django.sdk.annotations import Annotation, Kind, read
from stripe_django.sync.mapping.redaction import SECRETS

from .findings import Finding

SUSPICIOUS = re.compile(
    r"secret|token|password|passcode|passphrase|credential|private_key|cryptogram|nonce"
    r"|(?:^|_)(?:cvc|cvv|pin|otp|auth_code|keys?|url|uri|sign|signature|payload)(?:$|_)"
)
# What the SDK says of a value that nobody else may have.
SAID = re.compile(
    r"\b(?:secret(?! key)|password|credential|bearer|log ?ins?\b|"
    r"(?:not|never) be (?:stored|logged|shared|exposed|embedded)|do not (?:store|log|share))",
    re.IGNORECASE,
)
TEXTS = frozenset({Kind.TEXT, Kind.ANY})
DEEPEST = 12  # hashes in each other; some have themselves inside

RESULT = "the result of a check, or a kind of something"
REFERENCE = "the id of an object, of no use without a secret key"
SETTING = "a name or an address that the merchant has chosen"
IMAGE = "a picture that anybody may see"
DOCUMENT = "a document of Stripe's that anybody may read, or one behind a login"
CUSTOMERS = "the customer's own page or document, a column; PRIVACY withholds web addresses"
NEXT_STEP = "the customer's next step of one payment, of no use after it"

# By the key, or by the object and the key.
STORED = {
    "application_cryptogram": "printed on the receipt",
    "background_image_url": IMAGE,
    "business_url": SETTING,
    "cancel_url": SETTING,
    "challenge_url": NEXT_STEP,
    "custom_mandate_url": SETTING,
    "cvc_check": RESULT,
    "cvc_token": REFERENCE,
    "default_return_url": SETTING,
    "doc_url": DOCUMENT,
    "event_payload_key": SETTING,
    "evidence_customer_signature": RESULT,
    "fingerprinting_url": NEXT_STEP,
    "hosted_instructions_url": NEXT_STEP,
    "hosted_invoice_url": CUSTOMERS,
    "hosted_regulatory_receipt_url": CUSTOMERS,
    "hosted_verification_url": NEXT_STEP,
    "hosted_voucher_url": NEXT_STEP,
    "idempotency_key": "of a request that was made",
    "image_data_url": NEXT_STEP,
    "image_url": IMAGE,
    "image_url_png": NEXT_STEP,
    "image_url_svg": NEXT_STEP,
    "info_url": DOCUMENT,
    "key": SETTING,
    "localization_key": SETTING,
    "logo_url": IMAGE,
    "lookup_key": SETTING,
    "mandate_url": CUSTOMERS,
    "mobile_auth_url": NEXT_STEP,
    "native_url": NEXT_STEP,
    "nonce_str": NEXT_STEP,
    "pay_later_redirect_url": NEXT_STEP,
    "pay_now_redirect_url": NEXT_STEP,
    "pay_over_time_redirect_url": NEXT_STEP,
    "private_key_file": REFERENCE,
    "privacy_policy_url": SETTING,
    "product_url": SETTING,
    "qr_code_url": NEXT_STEP,
    "receipt_url": CUSTOMERS,
    "redirect_url": NEXT_STEP,
    "refresh_url": SETTING,
    "registry_url": DOCUMENT,
    "request_log_url": DOCUMENT,
    "return_url": SETTING,
    "sign": NEXT_STEP,
    "specified_commercial_transactions_act_url": SETTING,
    "success_url": SETTING,
    "support_url": SETTING,
    "terms_of_service_url": SETTING,
    "token_reference_id": REFERENCE,
    "token_requestor_id": REFERENCE,
    "token_requestor_name": RESULT,
    "token_risk_score": RESULT,
    "tokenization_method": RESULT,
    "tracking_url": CUSTOMERS,
    "url_expires_at": "a time",
    "account.url": SETTING,
    "apps.secret.name": SETTING,
    "billing.meter_event.payload": "what was measured",
    "billing_portal.configuration.url": "a page with a login",
    "checkout.session.url": NEXT_STEP,
    "file.url": "needs a secret key",
    "file_link.url": "what the object is for: with it, anybody may read the file until it expires",
    "forwarding.request.url": SETTING,
    "issuing.authorization.url": SETTING,
    "issuing.transaction.url": SETTING,
    "mandate.url": CUSTOMERS,
    "payment_intent.url": NEXT_STEP,
    "payment_link.url": SETTING,
    "payment_method.url": CUSTOMERS,
    "product.url": SETTING,
    "setup_intent.url": NEXT_STEP,
    "source.url": NEXT_STEP,
    "v2.billing.meter_event.payload": "what was measured",
    "v2.core.account.url": SETTING,
    "v2.core.event_destination.url": SETTING,
    "v2.money_management.payout_methods_bank_account_spec.currencies": RESULT,
    "webhook_endpoint.url": SETTING,
}


WHAT_TO_DO = "may be a secret: drop it in redaction.SECRETS, or say why not in audit.sensitive_keys"


def findings() -> Iterator[Finding]:
    """What may be a secret and is neither dropped nor explained, and explanations of nothing."""
    candidates = list(_candidates())
    for name, key in candidates:
        if (name, key) not in SECRETS and not _is_explained(name, key):
            yield Finding("secret", name, key, WHAT_TO_DO)
    known = {key for _, key in candidates} | {f"{name}.{key}" for name, key in candidates}
    for each in STORED.keys() - known:
        yield Finding("secret", each, "", "is explained, and the SDK has no such key")


def _is_explained(name: str, key: str) -> bool:
    return key in STORED or f"{name}.{key}" in STORED


def _candidates() -> Iterator[tuple[str, str]]:
    """The keys with texts whose name or description sounds like a secret's, each once."""
    found: dict[tuple[str, str], None] = {}
    for name in objects.names():
        for key, field in objects.sdk_object(name).fields.items():
            for inner in _suspicious(key, field.annotation, field.doc, 0):
                found[name, inner] = None
    yield from found


def _suspicious(key: str, annotation: Annotation, doc: str, depth: int) -> Iterator[str]:
    while annotation.items is not None:
        annotation = annotation.items
    if annotation.kind in TEXTS and (SUSPICIOUS.search(key) or SAID.search(doc)):
        yield key
    if annotation.shape is not None and depth < DEEPEST:
        for inner, node, text in annotation.shape.annotated():
            yield from _suspicious(inner, read(node, annotation.shape), text, depth + 1)
