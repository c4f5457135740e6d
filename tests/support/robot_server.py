"""A group robot on loopback for tests: what it was told, and what it answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Robot:
    """A group robot on loopback: what it was told, and whether it takes it."""

    url: str = ""
    status: int = 200
    answer: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def robot_server() -> Iterator[Robot]:
    """Run the robot until the block ends."""
    held = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            held.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(held.status)
            self.end_headers()
            self.wfile.write(held.answer.encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    held.url = f"json://127.0.0.1:{server.server_port}/"
    yield held
    server.shutdown()
    thread.join(10)
    server.server_close()
