"""``stripe_status``: the same as the health page, for people and scripts."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from stripe_django.health.indicators import INDICATORS

pytestmark = pytest.mark.django_db


def test_a_healthy_mirror(mirror, capsys):
    call_command("stripe_status")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", name] for name in INDICATORS]


def test_what_to_do(polled_before, capsys):
    polled_before(timedelta(days=3))
    with pytest.raises(CommandError, match=r"^Unhealthy: poll\.$") as caught:
        call_command("stripe_status", "--no-color")
    assert caught.value.returncode == 1
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("!! poll          The last poll was 3 days ago.")
    assert lines[at + 1].strip().startswith("Run stripe_events poll")


def test_json(polled_before, capsys):
    polled_before(timedelta(days=3))
    with pytest.raises(CommandError):
        call_command("stripe_status", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "unhealthy"
    assert [name for name, each in found["indicators"].items() if not each["healthy"]] == ["poll"]
