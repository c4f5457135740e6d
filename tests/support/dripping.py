"""A mail server on loopback that goes on answering for ever once it comes to a given command: a tarpit (hardening R4)."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

ANSWERS = {"EHLO": b"250 drip\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}


@dataclass
class Dripping:
    """`at`: the command whose answer never ends (`greeting` and `dot` too); `drop`: what drips, `pause`: seconds between two."""

    at: str
    drop: bytes = b"250-more\r\n"
    pause: float = 0.05
    url: str = ""
    letters: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while not self.ended.is_set():
            with contextlib.suppress(OSError):
                client, _ = listener.accept()
                with client, client.makefile("rb") as lines:
                    self._talk(client, lines)

    def _talk(self, client: socket.socket, lines: Iterator[bytes]) -> None:
        self._answer(client, "greeting", b"220 drip\r\n")
        in_data = False
        for line in lines:
            if in_data and line != b".\r\n":
                continue
            command = "dot" if in_data else line[:4].decode().upper()
            self.letters += command == "dot"
            in_data = command == "DATA"
            self._answer(client, command, ANSWERS.get(command, b"250 fine\r\n"))

    def _answer(self, client: socket.socket, command: str, said: bytes) -> None:
        while command == self.at and not self.ended.wait(self.pause):
            client.sendall(self.drop)
        client.sendall(said)


@contextlib.contextmanager
def dripping_server(at: str, drop: bytes = b"250-more\r\n") -> Iterator[Dripping]:
    """Run the server until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Dripping(at, drop, url=f"smtp://127.0.0.1:{listener.getsockname()[1]}")
    thread = threading.Thread(target=server.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
