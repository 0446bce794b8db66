"""A mail server on this machine that speaks just enough SMTP, and refuses whom it is told to refuse."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.received: list[Mail] = []
        self.refused: dict[str, str] = {}
        """What to answer instead of 250, by the line that it is an answer to."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            if line == "data":
                self.say("354 go on")
                mail = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.say(refusal := self.server.refused.get(line, "250 yes"))
                if refusal == "250 yes":
                    self.server.received.append(message_from_bytes(mail))
            else:
                self.say(self.server.refused.get(line, "221 bye" if line == "quit" else "250 yes"))

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def listening(port: int = 0) -> Iterator[MailServer]:
    """A server that answers within this block, and whose port refuses connections after it."""
    with MailServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
