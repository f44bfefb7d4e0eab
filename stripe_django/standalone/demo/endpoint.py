"""The server of ``stripe_django serve`` on a free port, for the demo.

It prints the address of the webhook endpoint, and stops when its standard input ends.
"""

from __future__ import annotations

import os
import sys
import threading

import django
from django.urls import reverse

from stripe_django.standalone.server import HOST, listening


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "stripe_django.standalone.settings"
    django.setup()
    with listening(0) as server:
        path = reverse("stripe_django:webhook")
        print(f"http://{HOST}:{server.effective_port}{path}", flush=True)
        threading.Thread(target=_stop_with_parent, daemon=True).start()
        server.run()


def _stop_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
