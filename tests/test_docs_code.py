"""The code in the documentation runs: Python against a filled mirror, commands against argparse."""

import ast
import os
import re
import shlex
import textwrap
from contextlib import nullcontext
from pathlib import Path

import pytest
import stripe
from django.conf import settings as django_settings
from django.contrib.admin import AdminSite
from django.contrib.admin import site as admin_site
from django.core.management import get_commands, load_command_class
from django.db.models import QuerySet
from django.test.utils import isolate_apps
from django.urls import include, path

from stripe_django import models, sync
from stripe_django.testing import FakeStripe, payload
from stripe_django.webhooks import on

from .linked.models import Team

pytestmark = pytest.mark.skipif(
    django_settings.DATABASE != "sqlite", reason="what it shows is tested on each database"
)

ROOT = Path(__file__).parents[1]
PAGES = {
    page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8")
    for page in (ROOT / "README.rst", *sorted((ROOT / "docs").rglob("*.rst")))
}
PYTHON = re.compile(r"^( *)\.\. code-block:: python\n((?:\1 +.*\n|\n)+)", re.MULTILINE)
MANAGE = re.compile(
    r"^ +(?:[A-Z_]+=\S+ )*python manage\.py (.+)$|``(stripe_[a-z]+ [^`…]+)``", re.MULTILINE
)
FOREIGN = {
    "all_tenants_command",
    "db_worker",
    "migrate_schemas",
    "rqworker",
    "tenant_command",
}  # of packages that the project installs

BLOCKS = {
    page: [textwrap.dedent(block) for _, block in PYTHON.findall(text)]
    for page, text in PAGES.items()
}
COMMANDS = sorted(
    {
        (page, line or inline)
        for page, text in PAGES.items()
        for line, inline in MANAGE.findall(text)
    }
)


@pytest.fixture
def admin():
    """The project's admin site, as it is again afterwards."""
    registered = dict(admin_site._registry)
    yield
    admin_site._registry.clear()
    admin_site._registry.update(registered)


@pytest.fixture
def known(db, admin, settings, monkeypatch, no_handlers):
    """The names that the pages take for granted, and a Stripe that has what they name."""
    for name in ("STRIPE_SECRET_KEY", "SHOP_WEBHOOK_SECRETS"):
        monkeypatch.setenv(name, "sk_test_of_the_fake")
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "CHANGE_FEED": True}
    settings.STRIPE_DJANGO["PRIVACY_KEYS"] = ["a long random secret"]
    fake = FakeStripe()
    customer = payload("customer", id="cus_9s6XKzkNRiz8i3", email="ada@example.com")
    charge = payload("charge", id="ch_1J5aBx2eZvKYlo2C", customer=customer["id"])
    card = payload("card", id="card_1J5aBx2eZvKYlo2C", customer=customer["id"])
    coupon = payload("coupon", id="summer")
    invoice = payload("invoice", customer=customer["id"])
    fake.add(customer, charge, coupon, invoice)
    fake.create("account", id="acct_1032D82eZvKYlo2C")
    fake.add(card, within=customer["id"])
    with fake.installed():
        rows = sync.apply([customer, charge, coupon, invoice]).rows
        sync.apply(coupon, account="acct_1032D82eZvKYlo2C")
        models.MirroredAccount.objects.create(stripe_account="acct_1032D82eZvKYlo2C", alias="us")
        yield {
            **{name: each for name, each in vars(models).items() if name[0].isupper()},
            **{"os": os, "settings": settings, "stripe": stripe, "sync": sync, "on": on},
            **{"path": path, "include": include, "INSTALLED_APPS": [], "urlpatterns": []},
            **dict(zip(("customer", "charge", "coupon", "invoice"), rows, strict=True)),
            **{"my_site": AdminSite("mine"), "api_key": fake.key, "payload": customer},
            **{"Team": Team, "__name__": "tests.linked.models"},
        }


@pytest.mark.parametrize("page", [page for page, blocks in BLOCKS.items() if blocks])
def test_the_python_of_a_page_runs_from_top_to_bottom(page, known):
    for block in BLOCKS[page]:
        defines_a_model = "(models.Model)" in block
        with isolate_apps("tests.linked") if defines_a_model else nullcontext():
            run(block, names := dict(known) if defines_a_model else known)
        assert names


def run(block, names):
    """Execute it statement by statement, and fetch what querysets would fetch."""
    for statement in ast.parse(block).body:
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), "docs", "eval"), names)
            if isinstance(value, QuerySet):
                list(value)
        else:
            exec(compile(ast.Module([statement], []), "docs", "exec"), names)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda value: value)
def test_a_command_takes_what_a_page_says(page, line):
    name, *arguments = shlex.split(re.split(r" [|>&]", line)[0], comments=True)
    if name == "stripe_django":
        name, *arguments = arguments
    if name not in FOREIGN:
        app = get_commands().get(name, "stripe_django.standalone")
        command = load_command_class(app, name)
        command.create_parser("manage.py", name).parse_args(arguments)


def test_the_pages_have_code():
    assert sum(map(len, BLOCKS.values())) > 30
    assert len(COMMANDS) > 20
