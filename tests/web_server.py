"""A WSGI server with four threads, on a database of its own: for ``tests.child``."""

import os
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.conf import settings
from django.core.wsgi import get_wsgi_application

THREADS = 4


class Server(WSGIServer):
    """Answers as many requests at once as it has threads; others wait."""

    request_queue_size = 128

    def __init__(self, address):
        super().__init__(address, Handler)
        self.pool = ThreadPoolExecutor(THREADS)

    def process_request(self, request, client_address):
        self.pool.submit(self._work, request, client_address)

    def _work(self, request, client_address):
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)


class Handler(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def main(api_base):
    settings.STRIPE_DJANGO = {
        "API_KEY": "sk_test_not_a_real_key",
        "API_BASE": api_base,
        "WEBHOOK_SECRETS": [os.environ["SECRET"]],
    }
    server = Server(("127.0.0.1", 0))
    server.set_app(get_wsgi_application())
    print(server.server_port, flush=True)
    server.serve_forever()
