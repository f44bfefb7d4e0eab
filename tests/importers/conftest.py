import pytest

from .djstripe_tables import FOLDER, tables


@pytest.fixture(scope="module")
def peer(request, django_db_setup, django_db_blocker):
    """The tables of a version of dj-stripe, by name; the test's parameter is the version."""
    version = getattr(request, "param", "2.11")
    if not (FOLDER / f"djstripe-{version}.json").exists():
        pytest.skip(f"tests/importers/djstripe-{version}.json is missing: see tools/djstripe")
    with django_db_blocker.unblock(), tables(version) as made:
        yield made


@pytest.fixture(autouse=True)
def offline(settings):
    settings.STRIPE_DJANGO = {
        **settings.STRIPE_DJANGO,
        "API_KEY": "sk_test_notARealKeyNotARealKey00",
        "API_BASE": "http://127.0.0.1:9",  # nobody listens there
    }
