"""Each state of the mirror is the same on the page, in the command and in the report."""

import json

import pytest
from django.core.management import CommandError, call_command

from .test_page import get
from .test_report import DAY, MINUTE, dead_event, found, inbox_event

pytestmark = pytest.mark.django_db


def lagging():
    inbox_event(1, "applied", ago=MINUTE, lag=DAY)


@pytest.mark.parametrize(("make", "name"), [(lagging, "lag"), (dead_event, "dead_lettered")])
def test_the_page_and_the_command_say_what_is_wrong(mirror, token, capsys, make, name):
    make()
    response = get()
    assert response.status_code == 503
    with pytest.raises(CommandError, match=rf"^Unhealthy: {name}\.$") as caught:
        call_command("stripe_status", "--json")
    assert caught.value.returncode == 1
    for shown in (response.json(), json.loads(capsys.readouterr().out)):
        wrong = {key for key, each in shown["indicators"].items() if not each["healthy"]}
        assert (shown["status"], wrong) == ("unhealthy", {name})
        assert shown["indicators"][name]["text"] == found(name).text
