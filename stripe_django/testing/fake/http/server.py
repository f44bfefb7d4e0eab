"""The fake as an HTTP server on the loopback interface."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ..faults.fault import Transmission
from .transport import Send


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, send: Send, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.send = send
        self.is_closing = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of the fake's business."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet
    server: _Server

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        content = self.rfile.read(length)
        reply = self.server.send(self.command, self.path, dict(self.headers), content)
        self.server.is_closing.wait(min(reply.delay, threading.TIMEOUT_MAX))
        self._write(reply)

    do_GET = do_POST = do_DELETE = _respond

    def _write(self, reply: Transmission) -> None:
        self.close_connection = self.close_connection or reply.cut is not None
        if reply.cut == 0:
            return
        content = reply.response.content
        self.send_response_only(reply.response.status)
        for name, value in {**reply.response.headers, "Content-Length": str(len(content))}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: reply.cut])

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@contextmanager
def serving(send: Send, port: int = 0) -> Iterator[str]:
    """Listen on a port, for 0 on a free one; yields the address."""
    with _Server(send, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.is_closing.set()
            server.shutdown()
            thread.join()
