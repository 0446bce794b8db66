"""Clients that send a letter now and then, and hold what they are connected to as long as they are let."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from typing import Self

HEADERS = b"GET /book/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = b"POST /book/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\n"
EVERY = 0.2
"""Seconds from one letter to the next: far below what any server takes for a pause."""


@dataclass
class SlowClients:
    """Half of them never end their headers, the other half never their body; who is cut off comes again."""

    port: int
    count: int = 60
    came_again: int = 0
    _clients: list[socket.socket] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        self._clients = [self._new(number) for number in range(self.count)]
        self._thread = Thread(target=self._drip)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for client in self._clients:
            client.close()

    def _new(self, number: int) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        client.sendall(HEADERS if number % 2 else BODY)
        client.setblocking(False)
        return client

    def _drip(self) -> None:
        while not self._over.wait(EVERY):
            for number, client in enumerate(self._clients):
                if _is_cut(client):
                    client.close()
                    self.came_again += 1
                    with suppress(OSError):
                        self._clients[number] = self._new(number)


def _is_cut(client: socket.socket) -> bool:
    """Sends one letter, and looks whether the server is still there."""
    try:
        client.send(b"a")
        return client.recv(1000) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
