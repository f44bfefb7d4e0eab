"""What ``manage.py check`` says of a policy."""

import pytest
from django.conf import settings
from django.test import override_settings

from stripe_django.checks.privacy import check_privacy

from .policies import HASHED, KEY

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


@pytest.mark.parametrize(
    ("policy", "keys", "found"),
    [
        ({}, [], []),
        ("minimal", [], []),
        (HASHED, [KEY], []),
        ({"*": "minimal", "charge": {"billing_details.email": "keep"}}, [], []),
        ("maximal", [], ["stripe_django.E028"]),
        ({"*": {"emails": "lose"}}, [], ["stripe_django.E028"]),
        (HASHED, [], ["stripe_django.E029"]),
        (HASHED, ["too short"], ["stripe_django.E029"]),
        ({"unicorn": {"emails": "drop"}}, [], ["stripe_django.W032"]),
        ({"charge": {"billing_details.emial": "drop"}}, [], ["stripe_django.W032"]),
        ({"*": {"mails": "drop"}}, [], ["stripe_django.W032"]),
    ],
)
def test_a_policy_is_checked(policy, keys, found):
    values = {**settings.STRIPE_DJANGO, "PRIVACY": policy, "PRIVACY_KEYS": keys}
    with override_settings(STRIPE_DJANGO=values):
        messages = list(check_privacy())
    assert [message.id for message in messages] == found
    assert all(message.hint for message in messages)
    assert not any("too short" in str(message) for message in messages)
