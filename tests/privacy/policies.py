"""Settings with a policy."""

from django.conf import settings
from django.test import override_settings

from tests.posting import SECRET

KEY, NEW_KEY = "the first key of the tests", "the second key of the tests"
HASHED = {"*": {"emails": "hash", "card_numbers": "mask", "free_text": "drop"}}


def under(policy, *keys, **more):
    known = settings.STRIPE_DJANGO
    values = {"PRIVACY": policy, "PRIVACY_KEYS": keys or [KEY], **more}
    values["WEBHOOK_SECRETS"] = [*known["WEBHOOK_SECRETS"], SECRET]
    return override_settings(STRIPE_DJANGO={**known, **values})
