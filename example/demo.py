"""The whole job in one command: fill a fake Stripe, sync it into SQLite, look at the result.

With STRIPE_SECRET_KEY set it reads from Stripe instead, starts no fake and creates nothing there.
"""

import json
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import stripe
from django.core.management import call_command
from rich.console import Console

from example import fake, settings
from example.fill import fill

COMMAND = Path(sysconfig.get_path("scripts"), "stripe_django")

console = Console(highlight=False)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    is_real = bool(os.environ.get("STRIPE_SECRET_KEY"))
    try:
        with stripe_to_read():
            status = demonstrate()
        return status if is_real else second_act() or status
    except KeyboardInterrupt:
        console.print("\nStopped, and with it everything that was started.")
        return 128 + signal.SIGINT
    except subprocess.CalledProcessError as error:
        console.print(f"The sync failed (exit status {error.returncode}); its message is above.")
        return 1


@contextmanager
def stripe_to_read() -> Iterator[None]:
    if os.environ.get("STRIPE_SECRET_KEY"):
        console.print("STRIPE_SECRET_KEY is set: reading from Stripe, creating nothing there.")
        yield
        return
    with fake.running() as address:
        console.print(f"A fake Stripe is listening at {address}; giving it a business:")
        fill(address, say=console.print)
        # The proxy of the environment, if there is one, cannot reach this machine's loopback.
        no_proxy = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        os.environ |= {"STRIPE_SECRET_KEY": "sk_test_demo", "STRIPE_API_BASE": address, **no_proxy}
        yield


def demonstrate() -> int:
    prepare_database()
    # Models can be imported once Django is set up, not before.
    from example import report

    console.rule("The sync", align="left")
    sync()
    agreed = report.show_counts(console, client())
    report.show_revenue(console)
    console.rule("The same sync once more", align="left")
    settled = sync_again()
    console.rule("Where to go next", align="left")
    console.print("  make serve                                              browse it all")
    console.print(f"  stripe_django shell --database {where():23}  query it")
    return 0 if agreed and settled else 1


def second_act() -> int:
    """Webhooks alone, with a fake and a database of their own: see ``example.live``."""
    console.rule("The second act: webhooks", align="left")
    env = {key: value for key, value in os.environ.items() if key != "STRIPE_SECRET_KEY"}
    return subprocess.run([sys.executable, "-m", "example.live"], check=False, env=env).returncode


def prepare_database() -> None:
    if "DEMO_DATABASE" not in os.environ:
        # What an earlier demo left here may be of another Stripe.
        for leftover in settings.DATABASE.parent.glob(f"{settings.DATABASE.name}*"):
            leftover.unlink()
    os.environ["DJANGO_SETTINGS_MODULE"] = "example.settings"
    django.setup()
    call_command("migrate", verbosity=0)


def sync(*options: str, capture: bool = False) -> str:
    console.print("$ stripe_django sync --database", where(), *options)
    command = [str(COMMAND), "sync", "--database", str(settings.DATABASE), *options]
    # The command brings settings of its own, as it does for somebody without a project.
    env = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    output = subprocess.PIPE if capture else None
    return subprocess.run(command, check=True, text=True, env=env, stdout=output).stdout or ""


def where() -> str:
    return os.path.relpath(settings.DATABASE)


def sync_again() -> bool:
    """Sync once more, and answer whether there was nothing left to write."""
    answer = json.loads(sync("--json", capture=True))
    created, updated = total("created", answer), total("updated", answer)
    console.print(f"created {created}, updated {updated}")
    return created == updated == 0


def total(key: str, answer: Any) -> int:
    """The sum of all the numbers under this key, however deep."""
    if isinstance(answer, list):
        return sum(total(key, item) for item in answer)
    if isinstance(answer, dict):
        return sum(
            value if name == key and isinstance(value, int) else total(key, value)
            for name, value in answer.items()
        )
    return 0


def client() -> stripe.StripeClient:
    address = os.environ.get("STRIPE_API_BASE")
    addresses = {"api": address} if address else {}
    return stripe.StripeClient(os.environ["STRIPE_SECRET_KEY"], base_addresses=addresses)


if __name__ == "__main__":
    sys.exit(main())
