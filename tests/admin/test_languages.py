"""The pages of the admin in another language: no label stays English."""

from html.parser import HTMLParser

import pytest
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.translation import deactivate

from stripe_django.models import (
    BalanceTransaction,
    Charge,
    Customer,
    Dispute,
    InboxEvent,
    Invoice,
    InvoiceLineItem,
    MirroredAccount,
    Payout,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
    SyncRun,
    Verification,
)
from tests.rows import WHEN, row
from tools.messages import catalogs

from .test_overview import filled  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

MODELS = (
    *(Customer, Charge, Invoice, InvoiceLineItem, Subscription, SubscriptionItem, Product, Price),
    *(Payout, Refund, Dispute, BalanceTransaction),
)
OWN = (InboxEvent, MirroredAccount, SyncRun, Verification)
LABELS = {"th", "dt", "h1", "h2", "h3", "summary", "label", "button", "option", "caption", "legend"}
ATTRIBUTES = {"aria-label", "placeholder", "data-label"}
DATA = {"Stripe", "MRR, EUR", "MRR, USD"}


class Labels(HTMLParser):
    """The texts of labels, and of attributes that are read out."""

    def __init__(self):
        super().__init__()
        self.open, self.found = [], set()

    def handle_starttag(self, tag, attrs):
        if tag in LABELS:
            self.open.append(tag)
        values = [value for name, value in attrs if name in ATTRIBUTES]
        values += [value for name, value in attrs if tag == "input" and name == "value"]
        self.found.update(filter(None, values))

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        if self.open and data.strip():
            self.found.add(" ".join(data.split()))


def labels(client, address, language):
    page = client.get(address, headers={"accept-language": language})
    assert page.status_code == 200, (address, page.headers)
    parser = Labels()
    parser.feed(page.content.decode())
    return {each.strip(" :?") for each in parser.found if any(map(str.isalpha, each))}


@pytest.fixture(autouse=True)
def by_browser(settings):
    middleware = "django.middleware.locale.LocaleMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    yield
    deactivate()


@pytest.fixture
def shop():
    card = {"object": "payment_method", "type": "card"}
    more = {Charge: {"source": card}, Dispute: {"status": "needs_response"}}
    for model in MODELS:
        values = {"customer_id": "customer_1"} if hasattr(model, "customer_id") else {}
        name = model.stripe.object_name
        row(model, f"{name}_1", **values, **more.get(model, {}))
    MirroredAccount.objects.create(stripe_account="acct_1")
    InboxEvent.objects.create(event_id="evt_1", type="charge.failed", sent_at=WHEN, body="{}")


def pages():
    """The addresses of the main pages, with rows on them."""
    yield reverse("admin:index")
    yield reverse("admin:stripe_django_search") + "?q=example.com"
    yield reverse("admin:stripe_django_statistics_changelist")
    yield reverse("admin:stripe_django_statistics_machinery")
    for model in (*MODELS, *OWN):
        name = f"admin:stripe_django_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if made := model._default_manager.first():
            yield reverse(f"{name}_change", args=[quote(made.pk)])


def words(language):
    """The translations, as they stand, at the beginning of a line, and as an area of the index."""
    found = {str(message.string) for message in catalogs.load(language) if message.id}
    areas = {f"Stripe: {each}" for each in found}
    return found | {each[:1].upper() + each[1:] for each in found} | areas


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("language", ["de", "ja"])
def test_no_label_of_the_main_pages_is_english(admin_client, shop, language):
    known, english = words(language) | DATA, {}
    for address in pages():
        both = labels(admin_client, address, "en") & labels(admin_client, address, language)
        left = {each for each in both - known if not is_data(each)}
        english |= {address: left} if left else {}
    assert english == {}


def is_data(text):
    """Ids, codes, currencies and addresses."""
    return any(sign in text for sign in "_@.0123456789") or text.islower() or text.isupper()
