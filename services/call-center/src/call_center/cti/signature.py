"""Signatures of web-hook deliveries: HMAC-SHA256 as Standard Webhooks (standardwebhooks.com) has it.

Signed is `{webhook-id}.{webhook-timestamp}.{body}`; the header `webhook-signature` holds `v1,` and the signature in
base64, or several of these after each other while a secret is being replaced.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)


def sign(secret: str, delivery_id: str, timestamp: str, body: bytes) -> str:
    """The signature as it stands in the header."""
    signed = b".".join([delivery_id.encode(), timestamp.encode(), body])
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def is_signed(secrets: Sequence[str], delivery_id: str, timestamp: str, body: bytes, signatures: str) -> bool:
    """Whether one of the signatures was made with one of the secrets."""
    given = signatures.split()
    expected = [sign(secret, delivery_id, timestamp, body) for secret in secrets]
    # Every pair is compared, each in constant time.
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in given[:10] for other in expected]
    return any(matches)


def is_timely(timestamp: str, now: datetime) -> bool:
    """Whether the seconds since 1970 that a delivery was signed at lie within the window around now."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()
