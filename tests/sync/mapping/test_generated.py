"""The sources of generated functions, and what developers see of them.

``python -m tools.mapping show charge`` writes a golden source again.
"""

import gc
import linecache
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stripe_django import registry
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.generated import functions
from stripe_django.sync.mapping.generated.kinds import shape_of, usual_shape
from stripe_django.testing import payload
from tools.mapping.command import main, source

FOLDER = Path(__file__).parent / "generated_sources"
# One without anything special, one with links, and one with keys that come on request.
GOLDEN = ["charge", "dispute", "customer"]


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_source(name):
    assert source(name) == (FOLDER / f"{name}.txt").read_text()


def test_the_command_prints_the_source(capsys, tmp_path):
    main(["show", "charge"])
    assert capsys.readouterr().out == source("charge")
    path = tmp_path / "payload.json"
    path.write_text('{"id": "txr_1", "object": "tax_rate", "percentage": 7.25, "of_later": 1}')
    main(["show", "tax_rate", "--file", str(path)])
    shown = capsys.readouterr().out
    assert "def tax_rate(payload, context):" in shown
    assert "'of_later': unknown_0" in shown


def test_the_command_refuses_an_unknown_object():
    with pytest.raises(SystemExit, match="no model for the Stripe object nothing"):
        main(["show", "nothing"])


@pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.__name__)
def test_a_function_of_every_model_compiles(model):
    assert callable(functions.compiled(usual_shape(model)))


def test_a_traceback_shows_the_line():
    function = functions.compiled(usual_shape(registry.by_object_name()["charge"]))
    try:
        function({}, None)
    except ValueError:
        shown = traceback.format_exc()
    assert "<stripe_django mapping" in shown
    assert ") = payload.values()" in shown or "    (\n" in shown


def test_the_lines_go_with_the_function():
    function = functions.compiled(usual_shape(registry.by_object_name()["charge"]))
    name = function.__code__.co_filename
    assert name in linecache.cache
    del function
    gc.collect()
    assert name not in linecache.cache


def test_functions_are_not_kept_without_end(monkeypatch):
    monkeypatch.setattr(functions, "FUNCTIONS", 3)
    model = registry.by_object_name()["file_link"]
    names = []
    for number in range(12):
        keys = ("id", "object", f"unknown_to_this_test_{number}")
        names.append(functions.seen(model, keys, (str,) * 3, None, True).compiled().__code__)
    gc.collect()
    assert sum(each.co_filename in linecache.cache for each in names) <= 3


def test_odd_values_of_a_shape_take_the_strict_path():
    made = payload("charge")
    shape = shape_of(
        *(registry.by_object_name()["charge"], tuple(made)), list(map(type, made.values()))
    )
    function = functions.compiled(shape)
    context = mapper.Context(mapper.COPY, "", False, mapper.TEST_MODE)
    assert function(made, context).row.stripe_id == made["id"]
    for changed in (
        {"id": "ch_\0"},
        {"id": "x" * 256},
        {"id": "il_tmp_1"},
        {"object": "refund"},
        {"amount": 2**63},
        {"currency": "x" * 256},
        {"created": int(datetime(999, 1, 1, tzinfo=UTC).timestamp())},
    ):
        assert function(made | changed, context) is None
