"""Signing keys: Ed25519, read from PEM files, each named by its thumbprint."""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_PEM_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; `key_id` is its RFC 7638 thumbprint, the same wherever the key is loaded."""

    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    key_id: str

    @classmethod
    def of(cls, private: Ed25519PrivateKey) -> "SigningKey":
        public = private.public_key()
        point = _base64url(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
        members = f'{{"crv":"Ed25519","kty":"OKP","x":"{point}"}}'
        return cls(private, public, _base64url(hashlib.sha256(members.encode()).digest()))


def load_keys(path: Path) -> list[SigningKey]:
    """The keys of a PEM file in their order, one at least; raises ValueError when one is not an Ed25519 private key."""
    keys = []
    for block in _PEM_BLOCK.findall(path.read_bytes()):
        private = load_pem_private_key(block, password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError(f"{path} holds a key that is not Ed25519")  # noqa: TRY004 - the file's value is wrong
        keys.append(SigningKey.of(private))
    if not keys:
        raise ValueError(f"{path} holds no private key")
    return keys


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
