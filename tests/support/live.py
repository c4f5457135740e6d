"""A running server for a test: the application behind real HTTP on a loopback port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def _whole(app: Any) -> WSGIApplication:
    """`app`, its answers read whole before they are sent: the server leaves a file open whose reader hung up."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        with closing(ClosingIterator(app(environ, start))) as body:
            return list(body)

    return answer


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` until the block ends; answers the address, without a slash at its end."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="live server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
