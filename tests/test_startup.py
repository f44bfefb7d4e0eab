"""What each process of a project pays, also those that never talk to Stripe."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = [
    pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database"),
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]

ROOT = Path(__file__).parent.parent
ROUNDS = 3
CASES = ("django", "sdk", "package")

# A genuine event is stored and applied.
DELIVERY = """
import json, sys, time
from tests.start import start
start(["stripe_django"], "stripe_django.urls")
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0, skip_checks=True)
import hmac
customer = {"id": "cus_1", "object": "customer", "livemode": False}
event = {"id": "evt_1", "object": "event", "type": "customer.created", "created": 1700000000,
    "livemode": False, "data": {"object": customer}}
body, now = json.dumps(event), int(time.time())
signature = hmac.new(b"whsec_none", f"{now}.{body}".encode(), "sha256").hexdigest()
header = {"Stripe-Signature": f"t={now},v1={signature}"}
client = Client(SERVER_NAME="localhost")
response = client.post("/stripe/webhook/", body, content_type="application/json", headers=header)
from stripe_django.models import Customer
print(response.status_code, Customer.objects.count(), *{"stripe", "requests"} & {*sys.modules})
"""


def run(*command):
    command = [sys.executable, *command]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def starts():
    """By case, what each start took; the cases take turns, so that all have the same machine."""
    run("-m", "tests.start", "admin")  # the compiled modules are written
    found = {case: [] for case in CASES}
    for _ in range(ROUNDS):
        for case, starts in found.items():
            starts.append(json.loads(run("-m", "tests.start", case)))
    return found


def above_django(starts, case, what):
    """Of the best starts: other processes only make them worse."""
    best = {name: min(each[what] for each in found) for name, found in starts.items()}
    return best[case] - best["django"]


def test_a_start_imports_neither_the_sdk_nor_the_admin_nor_the_sync(starts):
    [found, *_] = starts["package"]
    assert found["large"] == []
    assert found["own"] <= 245  # of which 220 are the models


def test_a_start_takes_a_few_times_what_importing_the_sdk_does(starts):
    # 2.4 when this was written, 5.8 with the SDK, the checks and the views.
    took = above_django(starts, "package", "cpu") / above_django(starts, "sdk", "cpu")
    assert took < 5


def test_a_start_takes_less_memory_than_importing_the_sdk(starts):
    # 0.9 when this was written, 3.2 with the SDK, the checks and the views.
    took = above_django(starts, "package", "memory") / above_django(starts, "sdk", "memory")
    assert took < 1.3


def test_a_delivery_is_verified_and_applied_without_the_sdk():
    assert run("-c", DELIVERY).split() == ["200", "1"]
