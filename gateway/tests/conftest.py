"""A gateway with throw-away keys and known credentials, and real servers on loopback to put it between."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.app import Gateway
from gateway.secret_hashing import SecretHash
from gateway.settings import GatewaySettings
from isthmus.clock import SystemClock

SERVICES = ("customer-master", "sales", "aftersales", "call-center", "feedback")
ALL_SCOPES = [
    "customer-records:read", "customer-records:write", "customers:read", "stewardship", "sales:read", "sales:write",
    "aftersales:read", "aftersales:write", "call-center:read", "call-center:write", "feedback:read", "feedback:write",
]  # fmt: skip


def cheap_hash(secret: str) -> str:
    """A hash in the file's format that costs next to nothing."""
    salt = secret.encode().ljust(16, b"-")
    digest = hashlib.scrypt(secret.encode(), salt=salt, n=1024, r=1, p=1, dklen=32)
    return str(SecretHash(1024, 1, 1, salt, digest))


def private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class Premises:
    """The folder a gateway reads: keys and credentials, with the public half of the identity key."""

    folder: Path
    identity_public_key: str

    def write_credentials(self, **changes: Any) -> None:
        """Write the file; `changes` are laid over the client dealer-d0001."""
        dealer = {
            "client_id": "dealer-d0001",
            "secret_hashes": [cheap_hash("dealer-secret")],
            "org_unit": "dealer:D0001",
            "scopes": ["sales:read", "sales:write", "customers:read"],
            "roles": ["dealer"],
            **changes,
        }
        hq = {"client_id": "hq", "secret_hashes": [cheap_hash("hq-secret")], "org_unit": "hq", "scopes": ALL_SCOPES}
        agent = {
            "username": "agent",
            "password_hash": cheap_hash("agent-password"),
            "org_unit": "hq",
            "scopes": ["call-center:read", "call-center:write"],
            "purposes": ["service"],
        }
        fresh = self.folder / "credentials.new"
        fresh.write_text(json.dumps({"clients": [hq, dealer], "users": [agent]}))
        fresh.replace(self.folder / "credentials.json")

    def settings(self, **changes: Any) -> GatewaySettings:
        values: dict[str, Any] = {
            "upstream_urls": dict.fromkeys(SERVICES, "http://127.0.0.1:1"),
            "credentials_file": self.folder / "credentials.json",
            "token_key_file": self.folder / "token-key.pem",
            "identity_key_file": self.folder / "identity-key.pem",
        }
        return GatewaySettings(**{**values, **changes})


@pytest.fixture
def premises(tmp_path: Path) -> Premises:
    identity_key = Ed25519PrivateKey.generate()
    public = identity_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (tmp_path / "token-key.pem").write_bytes(private_pem(Ed25519PrivateKey.generate()))
    (tmp_path / "identity-key.pem").write_bytes(private_pem(identity_key))
    made = Premises(tmp_path, public)
    made.write_credentials()
    return made


@pytest.fixture
def make_gateway(premises: Premises) -> Callable[..., Gateway]:
    """Makes a gateway from the premises, with other settings if wanted."""
    return lambda clock=None, **changes: Gateway(premises.settings(**changes), clock or SystemClock())
