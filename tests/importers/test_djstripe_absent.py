"""``stripe_import_djstripe`` where dj-stripe never was."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def test_there_is_nothing_to_import():
    with pytest.raises(CommandError, match="has no tables of dj-stripe"):
        call_command("stripe_import_djstripe", stdout=StringIO(), stderr=StringIO())
