#!/usr/bin/env python3
"""A receiver of webhooks, to copy from: it checks every call and acts on each event once.

    WEBHOOK_SECRET=whsec_… python3 webhook_receiver.py 8080

Needs Python 3.9 or newer and nothing else. Put it behind a web server that speaks https.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].split("_", 1)[1])
TOLERANCE = 5 * 60  # seconds: an older call may be one that somebody recorded
LARGEST = 64 * 1024

seen = sqlite3.connect(os.environ.get("WEBHOOK_SEEN", ":memory:"))
seen.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)")


def is_genuine(headers: Message, body: bytes) -> bool:
    """Whether a call was signed with our secret, just now, and not changed on its way."""
    key, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERANCE:
        return False
    expected = hmac.new(SECRET, f"{key}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    return any(hmac.compare_digest(expected, given) for given in signatures(headers))


def signatures(headers: Message) -> Iterator[bytes]:
    """While a secret is being changed there are two, separated by a space."""
    for signature in headers.get("webhook-signature", "").split():
        version, _, encoded = signature.partition(",")
        if version == "v1":
            try:
                yield base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                continue


def act_on(event: dict[str, Any]) -> None:
    """Your part. What it does is undone with the note that it was done, should it fail."""
    print(event["type"], event["data"].get("id", ""), flush=True)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LARGEST:
            return self.answer(413, "too large")
        body = self.rfile.read(length)
        if not is_genuine(self.headers, body):
            return self.answer(401, "not genuine")
        with seen:  # a transaction: a failure below takes the id back, and the next attempt counts
            new = seen.execute("INSERT OR IGNORE INTO seen VALUES (?)", [self.headers["webhook-id"]])
            if not new.rowcount:
                return self.answer(200, "seen before")
            act_on(json.loads(body))
        return self.answer(200, "thanks")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(text.encode())


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Receiver)
    print(f"Listening on port {server.server_port}", flush=True)
    server.serve_forever()
