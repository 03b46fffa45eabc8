"""The HTTP server of the sandbox: a thread per connection, this machine only."""

from __future__ import annotations

import socketserver
import sys
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import WSGIApplication

from truongso.sandbox.guard import LOOPBACK


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        """Without the look-up of the host's name, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(WSGIRequestHandler):
    timeout = 30

    def address_string(self) -> str:
        return str(self.client_address[0])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """The delivery log and the books say what happened."""


def listen(application: WSGIApplication, port: int) -> WSGIServer:
    """A server bound to the loopback address; port 0 takes a free one. Raises OSError when it is taken."""
    server = _Server((LOOPBACK, port), _Handler)
    server.set_app(application)
    return server
