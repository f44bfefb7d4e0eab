"""The tests' settings, and beside the endpoint a view that does the least it could."""

from tests.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver"]  # the name that Django's test client asks for
INSTALLED_APPS += ["benchmarks"]  # noqa: F405
ROOT_URLCONF = "benchmarks.urls"
STRIPE_DJANGO |= {"API_BASE": "http://127.0.0.1:9"}  # noqa: F405  # where nothing answers
