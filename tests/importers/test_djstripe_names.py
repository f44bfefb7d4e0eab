"""The documentation names every public name of dj-stripe's models, and what there is of it here."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from stripe_django import models

ROOT = Path(__file__).parents[2]
NAMES = json.loads((ROOT / "tests/facts/djstripe_names.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/reference/dj-stripe.rst").read_text(encoding="utf-8")
SAME = "Properties of the same name"
OF_ALL = "Every model"

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


def names_in(text):
    """The names in code, without what they are called with."""
    found = re.findall(r"``([^`]+)``", text)
    return {name for each in found for name in re.findall(r"[a-z]\w+", each.partition("(")[0])}


TABLES, _, LIST = PAGE.partition(SAME)
COMMON = names_in(TABLES[TABLES.index(OF_ALL) : TABLES.index("\nSubscriptions\n")])
ROWS = re.findall(r"^   \* - ``(\w+)``(?:, here ``(\w+)``)?\n     - (.+)$", LIST, re.MULTILINE)
ALIKE = {peer: (own or peer, names_in(names)) for peer, own, names in ROWS}


@pytest.mark.parametrize("model", sorted(NAMES.keys() - {"UpcomingInvoice"}))
def test_every_name_of_a_model_is_there(model):
    known = NAMES[model]
    alike = ALIKE.get(model, ("", set()))[1] | COMMON
    left = {*known["properties"], *known["methods"], *known["queries"]} - alike
    assert left - names_in(TABLES) == set()


@pytest.mark.parametrize("model", sorted(ALIKE))
def test_what_has_the_same_name_is_there(model):
    own, names = ALIKE[model]
    assert names <= {*NAMES[model]["properties"]}
    found = getattr(models, own)
    columns = {field.name for field in found._meta.get_fields()}
    properties = {name for name in names if isinstance(getattr(found, name, None), property)}
    assert names <= columns | properties
