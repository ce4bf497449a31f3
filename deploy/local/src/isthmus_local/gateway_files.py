"""The files the gateway is given: two keys, the hashed credentials, the tree of org units."""

import base64
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from isthmus_local.files import write_private
from isthmus_local.organisation import Account, clients, org_units, users
from isthmus_local.secret_store import Secrets


@dataclass(frozen=True)
class GatewayFiles:
    """Where they are, and the public half of the identity key, which every service is given."""

    credentials: Path
    token_key: Path
    identity_key: Path
    org_units: Path
    identity_public_pem: str


def ensure_gateway_files(home: Path, secrets: Secrets) -> GatewayFiles:
    """Make what is missing in `home`; the credentials are written anew when an account or a secret changed."""
    token_key, identity_key = home / "token-key.pem", home / "identity-key.pem"
    for path in (token_key, identity_key):
        if not path.exists():
            write_private(path, _new_private_key())
    credentials, tree = home / "gateway-credentials.json", home / "org-units.yaml"
    write_private(tree, json.dumps([asdict(unit) for unit in org_units()], ensure_ascii=False, indent=1))
    _ensure_credentials(credentials, secrets)
    return GatewayFiles(credentials, token_key, identity_key, tree, _public_half(identity_key))


def hash_secret(secret: str) -> str:
    """The form in which the gateway keeps a secret: `scrypt$n$r$p$salt$digest`."""
    salt, cost, block_size, parallel = os.urandom(16), 16_384, 8, 1
    digest = hashlib.scrypt(secret.encode(), salt=salt, n=cost, r=block_size, p=parallel, dklen=32)
    encoded = "$".join(base64.b64encode(part).decode() for part in (salt, digest))
    return f"scrypt${cost}${block_size}${parallel}${encoded}"


def _ensure_credentials(path: Path, secrets: Secrets) -> None:
    """Hashing takes a second in all, so a fingerprint of what was hashed tells whether it is still right."""
    asked = [(asdict(account), secrets.clients[account.name]) for account in clients()]
    asked += [(asdict(account), secrets.users[account.name]) for account in users()]
    fingerprint = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    note = path.with_suffix(".sha256")
    if path.exists() and note.exists() and note.read_text(encoding="utf-8") == fingerprint:
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        client_hashes = list(pool.map(lambda account: hash_secret(secrets.clients[account.name]), clients()))
        user_hashes = list(pool.map(lambda account: hash_secret(secrets.users[account.name]), users()))
    content: dict[str, list[dict[str, Any]]] = {
        "clients": [
            {"client_id": account.name, "secret_hashes": [made], **_rights(account)}
            for account, made in zip(clients(), client_hashes, strict=True)
        ],
        "users": [
            {"username": account.name, "password_hash": made, **_rights(account)}
            for account, made in zip(users(), user_hashes, strict=True)
        ],
    }
    write_private(path, json.dumps(content, indent=1) + "\n")
    write_private(note, fingerprint)


def _rights(account: Account) -> dict[str, Any]:
    return {"org_unit": account.org_unit, "scopes": list(account.scopes), "roles": list(account.roles)}


def _new_private_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _public_half(private_key: Path) -> str:
    key = load_pem_private_key(private_key.read_bytes(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
