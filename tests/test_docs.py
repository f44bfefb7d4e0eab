"""The documentation builds without a warning, and names everything that there is."""

import ast
import re
import subprocess
import sys
import textwrap
from inspect import isfunction
from pathlib import Path

import pytest
from django.conf import settings

from stripe_django import (
    access,
    conf,
    exceptions,
    fields,
    logs,
    models,
    registry,
    signals,
    sync,
    webhooks,
)
from stripe_django.health.indicators import INDICATORS
from stripe_django.models.querysets.base import WRITERS
from stripe_django.telemetry import metrics
from stripe_django.telemetry.names import SPANS

pytestmark = [
    pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database"),
    pytest.mark.xdist_group("docs"),  # so that one build does for all
]

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "stripe_django"
PAGES = [ROOT / "README.rst", *sorted((ROOT / "docs").rglob("*.rst"))]
CODE_BLOCK = re.compile(r"\.\. code-block:: python\n\n((?: +.*\n|\n)+)")
LITERAL_BLOCK = re.compile(r"::\n\n((?: +.*\n|\n)+)")
CHECK_ID = re.compile(r"stripe_django\.[EW]\d+")

COMMANDS = [path.stem for path in PACKAGE.glob("management/commands/[!_]*.py")]
CHECKS = {found for path in PACKAGE.rglob("*.py") for found in CHECK_ID.findall(path.read_text())}
ERRORS = [name for name, each in vars(exceptions).items() if isinstance(each, type)]
SIGNALS = [name for name, each in vars(signals).items() if isinstance(each, signals.Signal)]
OTHERS = (
    *(models.HandlerRun, models.InboxEvent, models.MirroredAccount, models.PendingRead),
    *(models.SyncRun, models.SyncRange, models.Verification, models.Alert),
)
QUESTIONS = {
    name
    for model in registry.models()
    for queryset in type(model.objects.all()).__mro__
    if queryset.__module__.startswith("stripe_django.")
    for name, each in vars(queryset).items()
    if isfunction(each) and name[0] != "_" and name not in WRITERS
}
FIELDS = [name for name in fields.__all__ if name.endswith(("Field", "Column"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_need_no_environment(page):
    """Or ``migrate`` and ``collectstatic`` fail where there is no key: in the build of an image."""
    text = page.read_text()
    blocks = [*CODE_BLOCK.findall(text), *LITERAL_BLOCK.findall(text)]
    assert not [block for block in blocks if 'os.environ["' in block]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The built pages by name, as plain text."""
    out = tmp_path_factory.mktemp("docs")
    sphinx = [sys.executable, "-m", "sphinx", "-n", "-W", "--keep-going", "-q", "-b", "text"]
    built = subprocess.run([*sphinx, "docs", out], cwd=ROOT, capture_output=True, text=True)
    assert (built.stderr, built.returncode) == ("", 0)
    return {
        path.relative_to(out).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in out.rglob("*.txt")
    }


@pytest.mark.parametrize(
    ("page", "name"),
    [
        *(("reference/commands", name) for name in COMMANDS),
        *(("reference/settings", name) for name in conf.OPTIONS),
        *(("reference/checks", name) for name in sorted(CHECKS)),
        *(("reference/exceptions", f"stripe_django.exceptions.{name}") for name in ERRORS),
        *(("reference/fields", f"stripe_django.fields.{name}") for name in FIELDS),
        *(("reference/sync", f"stripe_django.sync.{name}") for name in sync.__all__),
        *(("reference/webhooks", f"stripe_django.webhooks.{name}") for name in webhooks.__all__),
        *(("reference/access", f"stripe_django.access.{name}") for name in access.__all__),
        *(("reference/models/index", f"{model.__module__}.{model.__name__}") for model in OTHERS),
        *(("reference/querysets", f"{name}(") for name in sorted(QUESTIONS)),
        *(("reference/signals", f"stripe_django.signals.{name}") for name in SIGNALS),
        *(("reference/monitoring", name) for name in (*INDICATORS, *SPANS, *logs.ENTRIES)),
        *(("reference/monitoring", metric.name) for metric in metrics.ALL),
    ],
)
def test_it_has_its_entry(pages, page, name):
    entry = rf"^ *(class |exception |async )?{re.escape(name)}(\b|(?<=\())"
    assert re.search(entry, pages[page], re.MULTILINE)


def test_no_check_is_described_that_does_not_exist(pages):
    assert set(CHECK_ID.findall(pages["reference/checks"])) == CHECKS


@pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.__name__)
def test_the_entry_of_a_model_has_every_field(pages, model):
    entry = entry_of(model, pages[f"reference/models/{model.stripe.area.value}"])
    local = [*model._meta.local_fields, *model._meta.local_many_to_many]
    assert [field.name for field in local if described(field) not in entry] == []


def entry_of(model, page):
    start = page.index(f"\nclass {model.__module__}.{model.__name__}\n")
    end = page.find("\nclass ", start + 1)
    return without_spaces(page[start:end])


def described(field):
    """The name of the column, its type and its help text, as far as they are the field's own."""
    name = field.name if field.many_to_many else field.attname
    kind = next(each for each in type(field).__mro__ if each.__module__.startswith("django."))
    target = f'to"{field.related_model.__name__}"' if field.related_model else ""
    return without_spaces(f'**{name}** ("{kind.__name__}"{target})--{field.help_text}')


def without_spaces(text):
    """Lines are broken at hyphens too, so that spaces cannot be compared."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_in_the_pages_compiles(page):
    for block in CODE_BLOCK.findall(page.read_text(encoding="utf-8")):
        ast.parse(textwrap.dedent(block))
