"""localstripe on loopback alone and in memory alone.

It lists payment methods of all customers too, as Stripe does. Started by itself, localstripe
listens on every interface, and saves all it has to a file in /tmp after each change. Run as
``python -m tests.localstripe.server``: the line it prints is its port, and the end of its standard
input stops it.
"""

import os
import random
import socket
import sys
import threading
from collections import defaultdict
from typing import Any

from aiohttp import web
from localstripe import resources
from localstripe.server import app


class Shelves(resources.Store):
    """A store that writes no file and keeps the objects of each kind together."""

    kinds: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    def dump_to_disk(self) -> None:
        """Forget everything at the end: a test leaves no file behind."""

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self.kinds[key.partition(":")[0]][key] = value

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        del self.kinds[key.partition(":")[0]][key]


def list_all(cls: Any, url: str, limit: Any = None, starting_after: Any = None) -> resources.List:
    page = resources.List(url, limit=limit, starting_after=starting_after)
    page._list = list(Shelves.kinds[cls.object].values())
    return page


def list_payment_methods(
    cls: Any, url: str, customer: str | None = None, type: str | None = None, **page: Any
) -> resources.List:
    """As Stripe does by now: of all customers and all types unless it is asked for one."""
    found = list_all(cls, url, **page)
    wanted = {name: value for name, value in (("customer", customer), ("type", type)) if value}
    found._list = [
        each
        for each in found._list
        if all(getattr(each, name) == value for name, value in wanted.items())
    ]
    return found


def stop_with_parent() -> None:
    """So that this server outlives the tests under no circumstances."""
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    random.seed(0)  # localstripe draws its ids from here: the same requests give the same ids
    resources.store.__class__ = Shelves
    resources.StripeObject._api_list_all = classmethod(list_all)
    resources.PaymentMethod._api_list_all = classmethod(list_payment_methods)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=stop_with_parent, daemon=True).start()
    web.run_app(app, sock=listener, print=None, access_log=None)


if __name__ == "__main__":
    main()
