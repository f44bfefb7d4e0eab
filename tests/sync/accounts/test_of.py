"""The objects of one account."""

import pytest

from stripe_django.models import MirroredAccount, Plan
from tests.fleets import US, sync_all

pytestmark = pytest.mark.django_db


class TestQuerysets:
    def test_by_row_id_and_name(self, fake, us):
        for account in (fake, us):
            account.create("plan", id="gold")
        sync_all()
        theirs = f"{US}:test:gold"
        account = MirroredAccount.objects.get(stripe_account=US)
        for named in (account, US, "us"):
            assert Plan.objects.of(named).get().stripe_id == theirs
        for named in ("", fake.account_id):
            assert Plan.objects.of(named).get().stripe_id == "gold"
        with pytest.raises(ValueError, match="No account has the name 'uk'"):
            Plan.objects.of("uk")
        assert not Plan.objects.of(None).exists()
