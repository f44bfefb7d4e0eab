"""The demo's project on a free loopback port, which is the line that it prints.

The end of its standard input stops it.
"""

import logging
import os
import threading

import django
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from example.child import stop_with_parent


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """A line for each event would bury what the demo has to say."""


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "example.settings"
    django.setup()
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(get_wsgi_application())
    logging.getLogger("django.server").setLevel(logging.ERROR)  # the fake hangs up early
    print(server.server_port, flush=True)
    threading.Thread(target=stop_with_parent, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
