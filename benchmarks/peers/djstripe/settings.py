"""The same project, with dj-stripe in the place of this package."""

from benchmarks.settings import *  # noqa: F403

INSTALLED_APPS = [
    *(app for app in INSTALLED_APPS if app.startswith("django.")),  # noqa: F405
    "djstripe",
]
ROOT_URLCONF = "benchmarks.peers.djstripe.urls"
STRIPE_TEST_SECRET_KEY = "sk_test_notARealKeyNotARealKey00"
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
