"""Who sees a page, and what the others get."""

import pytest

from stripe_django.access import entitlement_required, subscription_required
from stripe_django.models import Plan
from stripe_django.sync import apply
from tests.asking import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]

EVERY = ["plain", "async", "class", "async-class", "async-as-view", "decorated"]


def has(customer, product="prod_a", **values):
    plan = {"id": "gold", "object": "plan", "product": product}
    item = {"id": f"si_{customer}", "object": "subscription_item", "plan": plan}
    items = {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"}
    known = {"id": f"sub_{customer}", "object": "subscription", "customer": customer}
    apply({**known, "status": "active", "items": items, **values}, as_of=NOW)


@pytest.fixture
def user(django_user_model, client):
    """A user who is logged in, with a customer without subscriptions."""
    user = django_user_model.objects.create(
        username="ada", email="ada@example.com", last_name="cus_1"
    )
    apply({"id": "cus_1", "object": "customer", "email": user.email}, as_of=NOW)
    client.force_login(user)
    return user


@pytest.mark.parametrize("view", EVERY)
def test_customers_with_access_see_the_page(view, user, client):
    has("cus_1")
    response = client.get(f"/{view}/7/")
    assert (response.status_code, response.content) == (200, b"page 7")


@pytest.mark.parametrize("view", EVERY)
def test_others_are_forbidden(view, user, client):
    assert client.get(f"/{view}/7/").status_code == 403
    has("cus_1", "prod_b")
    assert client.get(f"/{view}/7/").status_code == 403


@pytest.mark.parametrize("view", EVERY)
def test_a_user_without_a_customer_is_forbidden(view, user, client):
    has("cus_1")
    user.email = "bob@example.com"
    user.save()
    assert client.get(f"/{view}/7/").status_code == 403


@pytest.mark.parametrize("view", EVERY)
def test_anonymous_users_log_in_first_and_come_back(view, client):
    response = client.get(f"/{view}/7/?page=2")
    expected = f"/accounts/login/?next=/{view}/7/%3Fpage%3D2"
    assert (response.status_code, response.url) == (302, expected)


def test_the_login_page_can_be_another(client):
    assert client.get("/login-first/").url == "/login/?next=/login-first/"
    assert client.get("/elsewhere-class/").url == "/login/?next=/elsewhere-class/"


@pytest.mark.parametrize("view", ["elsewhere", "elsewhere-class"])
def test_others_can_be_redirected(view, user, client):
    response = client.get(f"/{view}/")
    assert (response.status_code, response.url) == (302, "/pricing/")
    has("cus_1")
    assert client.get(f"/{view}/").status_code == 200


@pytest.mark.parametrize("view", ["json", "json-class"])
def test_others_can_get_a_response_of_the_project(view, user, client):
    response = client.get(f"/{view}/")
    assert (response.status_code, response.json()) == (402, {"error": "no subscription"})


def test_any_subscription_will_do_where_no_product_is_named(user, client):
    assert client.get("/anything/").status_code == 403
    has("cus_1", "prod_b")
    assert client.get("/anything/").status_code == 200


def test_the_customer_may_be_an_id(user, client, django_assert_num_queries):
    has("cus_1")
    with django_assert_num_queries(3):  # the session, the user, and one about access
        assert client.get("/by-id/").status_code == 200
    user.last_name = "cus_2"
    user.save()
    assert client.get("/by-id/").status_code == 403


@pytest.mark.parametrize("view", ["exports", "exports-class"])
def test_features(view, user, client):
    assert client.get(f"/{view}/").status_code == 403
    name = "entitlements.active_entitlement"
    listed = {"id": "ent_1", "object": name, "lookup_key": "exports"}
    rights = {"object": "list", "data": [listed], "has_more": False, "url": "/v1/x"}
    apply({"object": f"{name}_summary", "customer": "cus_1", "entitlements": rights}, as_of=NOW)
    assert client.get(f"/{view}/").status_code == 200


def test_what_is_no_product_is_refused_at_once():
    with pytest.raises(ValueError, match="product or its id is needed, not None"):
        subscription_required(None)
    with pytest.raises(TypeError, match="A Plan is no product"):
        subscription_required(Plan(stripe_id="gold"))
    with pytest.raises(ValueError, match="Name the feature"):
        entitlement_required()
    with pytest.raises(ValueError, match="lookup key is needed"):
        entitlement_required("")
    for decorator in (subscription_required, entitlement_required):
        with pytest.raises(TypeError, match=rf"write @{decorator.__name__}\(…\) above"):
            decorator(lambda request: None)


def test_a_view_keeps_its_name():
    def page(request):
        """A page."""

    guarded = subscription_required("prod_a")(page)
    assert (guarded.__name__, guarded.__doc__) == ("page", "A page.")
