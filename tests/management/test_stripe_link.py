"""``stripe_link``: whom it links, what it leaves alone, and what it prints."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from stripe_django.links import existing
from stripe_django.links.clues import Metadata
from stripe_django.management.output import links as output
from stripe_django.models import Home
from stripe_django.testing.factories import CheckoutSessionFactory, CustomerFactory
from tests.linked.models import Member, Profile, Team

pytestmark = pytest.mark.django_db

NOTHING = "Nothing was changed: --apply links them.\n"


@pytest.fixture(autouse=True)
def home():
    Home.objects.create(livemode=False)


def link(*arguments):
    out = StringIO()
    call_command("stripe_link", *arguments, stdout=out)
    return out.getvalue()


def customer(id, email=None, **values):
    return CustomerFactory(id=id, email=email, livemode=False, **{"metadata": {}, **values})


def named(id, pk, email=None, key="linked_team_id"):
    """A customer that has the key of a row in its metadata."""
    return customer(id, email, metadata={key: str(pk)})


def team(name, email="", **values):
    return Team.objects.create(name=name, email=email, **values)


def linked():
    return dict(Team.objects.values_list("name", "customer_id"))


def counts(model, *arguments):
    """What the document says of a model, without the zeros."""
    document = json.loads(link(model, "--json", *arguments))
    [found] = document["models"]
    return {name: count for name, count in found["counts"].items() if count}


def test_a_dry_run_shows_what_it_would_do():
    a = team("a", "a@example.com")
    named("cus_1", a.pk, "a@example.com")
    named("cus_2", a.pk + 100)
    assert link("linked.Team").splitlines() == [
        f"linked.Team {a.pk} ← cus_1 by metadata: would be linked",
        "linked.Team: 1 would be linked, 0 linked before, 0 ambiguous, 0 taken, 0 other e-mail,"
        " 1 no row.",
        NOTHING.strip(),
    ]
    assert linked() == {"a": None}


def test_it_links_and_can_be_repeated():
    a, b = team("a"), team("b", customer_id="cus_2")
    named("cus_1", a.pk)
    named("cus_2", b.pk)
    assert link("linked.team", "--apply").startswith("linked.Team: 1 linked, 1 linked before, 0 am")
    assert linked() == {"a": "cus_1", "b": "cus_2"}
    assert link("linked.team", "--apply").startswith("linked.Team: 0 linked, 2 linked before, 0 am")


def test_what_is_ambiguous_is_listed():
    a = team("a")
    named("cus_1", a.pk)
    named("cus_2", a.pk)
    reason = "by metadata: ambiguous: other customers lead to the row, too"
    said = link("linked.team", "--apply").splitlines()
    assert said[:-1] == [f"linked.Team {a.pk} ← cus_{number} {reason}" for number in (1, 2)]
    assert linked() == {"a": None}
    document = json.loads(link("linked.team", "--json"))
    assert document["applied"] is False
    [found] = document["models"]
    assert found["problems"][0] == {
        "outcome": "ambiguous",
        "customer": "cus_1",
        "rows": [str(a.pk)],
        "clue": "metadata",
        "reason": "other customers lead to the row, too",
    }
    assert (found["field"], found["account"], found["problems_left_out"]) == ("customer", "", 0)


def test_a_document_has_a_limit(monkeypatch):
    monkeypatch.setattr(output, "LISTED", 1)
    monkeypatch.setattr(existing, "BATCH", 1)
    a = team("a")
    for number in range(3):
        named(f"cus_{number}", a.pk)
    [found] = json.loads(link("linked.team", "--json"))["models"]
    assert (len(found["problems"]), found["problems_left_out"]) == (1, 2)


def test_what_is_taken():
    a, b = team("a", customer_id="cus_0"), team("b")
    team("c", customer_id="cus_2")
    named("cus_1", a.pk)
    named("cus_2", b.pk)
    assert counts("linked.team", "--apply") == {"taken": 2}
    assert linked() == {"a": "cus_0", "b": None, "c": "cus_2"}


def test_a_row_with_another_address():
    a = team("a", "a@example.com")
    b = team("b", "B@example.com")
    named("cus_1", a.pk, "other@example.com")
    named("cus_2", b.pk, "b@example.com")
    assert counts("linked.team", "--apply") == {"linked": 1, "other e-mail": 1}
    assert linked() == {"a": None, "b": "cus_2"}
    assert counts("linked.team", "--apply", "--other-email") == {"linked": 1, "linked before": 1}
    assert linked() == {"a": "cus_1", "b": "cus_2"}


def test_deleted_customers_and_those_of_other_accounts_are_no_candidates():
    a = team("a")
    named("cus_1", a.pk)
    CustomerFactory(
        id="cus_2",
        metadata={"linked_team_id": str(a.pk)},
        livemode=False,
        stripe_account="acct_1Connected000001",
    )
    assert counts("linked.team", "--apply") == {"linked": 1}
    Team.objects.update(customer=None)
    assert counts("linked.team", "--apply", "--account", "acct_1Connected000001") == {"linked": 1}
    assert Team.objects.get().customer.api_id == "cus_2"


@pytest.mark.parametrize("value", ["x", "", "1.0", "01", "-1", str(2**80)])
def test_metadata_that_is_no_key(value):
    team("a", id=1)
    customer("cus_1", metadata={"linked_team_id": value})
    assert counts("linked.team") == ({"no row": 1} if value else {})


def test_a_key_is_text():
    Member.objects.create(slug="Ada")
    named("cus_1", "Ada", key="member")
    named("cus_2", "Grace", key="member")
    own, us = json.loads(link("linked.member", "--json", "--apply"))["models"]
    assert (own["field"], own["counts"]["linked"], own["counts"]["no row"]) == ("customer", 1, 1)
    assert (us["field"], us["account"]) == ("us_customer", "acct_1032D82eZvKYlo2C")
    assert not any(us["counts"].values())


def test_many_in_few_queries(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(existing, "BATCH", 10)
    for number in range(25):
        named(f"cus_{number}", team(f"{number}").pk)
    with django_assert_max_num_queries(24):
        assert counts("linked.team") == {"linked": 25}


class TestClientReference:
    def session(self, customer, reference, **values):
        given = {"payment_link": None, "livemode": False, **values}
        CheckoutSessionFactory(customer=customer, client_reference_id=reference, **given)

    def test_only_when_asked_for(self):
        a = team("a")
        known = customer("cus_1")
        for _ in range(2):
            self.session(known, str(a.pk))
        assert counts("linked.team") == {}
        assert counts("linked.team", "--apply", "--client-reference") == {"linked": 1}
        assert linked() == {"a": "cus_1"}

    def test_not_of_a_payment_link(self):
        a = team("a")
        self.session(customer("cus_1"), str(a.pk), payment_link="plink_1")
        assert counts("linked.team", "--client-reference") == {}

    def test_several_customers_for_a_row_and_several_rows_for_a_customer(self):
        a, b, c = team("a"), team("b"), team("c")
        self.session(customer("cus_1"), str(a.pk))
        self.session(customer("cus_2"), str(a.pk))
        both = customer("cus_3")
        self.session(both, str(b.pk))
        self.session(both, str(c.pk))
        assert counts("linked.team", "--apply", "--client-reference") == {"ambiguous": 3}

    def test_metadata_counts_more(self):
        a, b = team("a"), team("b")
        self.session(named("cus_1", a.pk), str(b.pk))
        assert counts("linked.team", "--apply", "--client-reference") == {"linked": 1}
        assert linked() == {"a": "cus_1", "b": None}


class TestVerifiedEmail:
    def profile(self, email, **values):
        user = User.objects.create_user(email or "none", email)
        return Profile.objects.create(user=user, **values)

    def link(self):
        return counts("linked.profile", "--apply", "--verified-email", "is_verified")

    def linked(self):
        return dict(Profile.objects.values_list("user__username", "customer_id"))

    def test_only_verified_ones_and_when_asked_for(self):
        self.profile("Ada@example.com", is_verified=True)
        self.profile("bob@example.com")
        self.profile("", is_verified=True)
        customer("cus_1", "ada@Example.com")
        customer("cus_2", "bob@example.com")
        customer("cus_3", "")
        customer("cus_4", None)
        assert counts("linked.profile", "--apply") == {}
        assert self.link() == {"linked": 1, "no row": 1}
        assert self.linked()["Ada@example.com"] == "cus_1"

    def test_several_customers_or_rows(self):
        self.profile("ada@example.com", is_verified=True)
        customer("cus_1", "ada@example.com")
        customer("cus_2", "ADA@example.com")
        self.profile("bob@example.com", is_verified=True)
        user = User.objects.create_user("bob", "Bob@example.com")
        Profile.objects.create(user=user)
        customer("cus_3", "bob@example.com")
        assert self.link() == {"ambiguous": 3}

    def test_the_key_of_the_owner(self):
        profile = self.profile("ada@example.com")
        named("cus_1", profile.user_id, key="auth_user_id")
        assert self.link() == {"linked": 1}

    def test_a_column_that_is_not_there(self):
        with pytest.raises(CommandError, match=r"is_checked leads to no column of linked\.Profile"):
            link("linked.profile", "--verified-email", "is_checked")
        with pytest.raises(CommandError, match="user__email does not say whether"):
            link("linked.profile", "--verified-email", "user__email")

    def test_a_time(self):
        self.profile("ada@example.com")
        customer("cus_1", "ada@example.com")
        assert counts("linked.profile", "--verified-email", "user__last_login") == {"no row": 1}
        User.objects.update(last_login="2026-11-30T12:00Z")
        assert counts("linked.profile", "--verified-email", "user__last_login") == {"linked": 1}


def test_a_model_that_has_none():
    with pytest.raises(
        CommandError, match=r"No CustomerLink: linked.Teams: did you mean linked.Team"
    ):
        link("linked.Teams")


def test_before_the_first_sync():
    Home.objects.all().delete()
    with pytest.raises(CommandError, match="run stripe_sync first"):
        link()


def test_ctrl_c(monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(Metadata, "ambiguous", interrupted)
    with pytest.raises(CommandError, match="Interrupted") as raised:
        link()
    assert raised.value.returncode == 130
