"""Signatures by the Standard Webhooks scheme, 1.0.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"


def signed_headers(key: str, body: bytes, *, secrets: Iterable[str], at: datetime) -> dict[str, str]:
    """The headers of one attempt, begun at the instant `at`, at the call with that id.

    The id is the same at every attempt; the time, in whole seconds since 1970, is that of the attempt.
    """
    timestamp = int(at.timestamp())
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, timestamp, body, secret) for secret in secrets),
    }


def sign(key: str, timestamp: int, body: bytes, secret: str) -> str:
    """One signature: HMAC-SHA256 over id, time and body, with the bytes that the secret stands for."""
    bytes_of_secret = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    signed = b".".join([key.encode(), str(timestamp).encode(), body])
    digest = hmac.new(bytes_of_secret, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
