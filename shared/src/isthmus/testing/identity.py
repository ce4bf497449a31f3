"""Callers for tests: a key pair in the gateway's place, and the identity header it would sign."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from isthmus.clock import Clock, SystemClock
from isthmus.http.principal import IDENTITY_HEADER


class IdentityKeys(NamedTuple):
    """The private key signs identities; the public one (PEM) is a service's setting `identity_public_key`."""

    private_key: Ed25519PrivateKey
    public_pem: str


def make_keys() -> IdentityKeys:
    """Make a new pair of keys."""
    private_key = Ed25519PrivateKey.generate()
    public_pem = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return IdentityKeys(private_key, public_pem)


def identity_headers(
    private_key: Ed25519PrivateKey,
    service: str,
    *,
    org_units: Iterable[str] = ("*",),
    scopes: Iterable[str] = (),
    subject: str = "tester",
    purpose: str | None = None,
    lifetime: timedelta = timedelta(minutes=10),
    clock: Clock | None = None,
) -> dict[str, str]:
    """The headers a caller with these grants has when a request reaches `service` through the gateway."""
    expires = (clock or SystemClock()).now() + lifetime
    claims = {
        "sub": subject,
        "client_id": "test-client",
        "org_units": list(org_units),
        "scopes": list(scopes),
        "purpose": purpose,
        "aud": service,
        "exp": int(expires.timestamp()),
    }
    return {IDENTITY_HEADER: jwt.encode(claims, private_key, algorithm="EdDSA")}
