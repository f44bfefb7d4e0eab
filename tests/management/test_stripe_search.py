"""``stripe_search``: the indexes that it makes, lists and drops."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from stripe_django.models import Coupon, Customer
from stripe_django.search import indexes


def run(*arguments):
    out = StringIO()
    call_command("stripe_search", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.skipif(settings.DATABASE != "postgres", reason="of PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_indexes_are_made_listed_and_dropped():
    assert run("status") == ["No object has an index for the search."]
    try:
        made = run("create", "customer", "coupon")
        assert made == ["customer: created.", "coupon: created.", "The search covers these tables."]
        assert run("create", "customer") == ["The search covers these tables."]
        assert run("status") == ["coupon", "customer"]
        assert indexes.existing("default") == {Customer, Coupon}
    finally:
        assert run("drop") == ["Dropped."]
    assert indexes.existing("default") == frozenset()


@pytest.mark.skipif(settings.DATABASE != "postgres", reason="of PostgreSQL")
@pytest.mark.django_db
def test_a_name_that_is_none():
    with pytest.raises(CommandError, match="did you mean customer"):
        run("create", "custommer")


@pytest.mark.skipif(settings.DATABASE == "postgres", reason="of the others")
@pytest.mark.django_db
def test_other_databases_have_no_such_index():
    with pytest.raises(CommandError, match="Only PostgreSQL"):
        run("create")
