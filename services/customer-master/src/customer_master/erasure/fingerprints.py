"""Keyed hashes by which an erased customer is recognised, and which tell nothing to who has not the key.

Hashed are record keys and exclusive identifiers (身份证 …), which name one person for good. Phone numbers, e-mail
addresses and plates are not: they pass on to others, who would be refused with them.
"""

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from isthmus.http import Unavailable


class ErasureSettings(BaseSettings):
    """The secret of an installation that fingerprints are made with; lost, erased customers are not recognised."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_", extra="ignore")

    erasure_key: SecretStr | None = Field(None, min_length=32)


def fingerprints_of(key: RecordKey, standard: StandardRecord, model: MatchModel) -> set[bytes]:
    """All fingerprints of a record."""
    exclusive = model.exclusive_identifiers
    named = [one for one in standard.identifiers if one.type in exclusive and one.status in {"", "generic"}]
    return {record_fingerprint(key), *(_fingerprint("identifier", one.type, one.value) for one in named)}


def record_fingerprint(key: RecordKey) -> bytes:
    """The fingerprint of a record's key."""
    return _fingerprint("record", *key)


def value_hash(value: str) -> str:
    """The keyed hash of any value of a customer, in hexadecimal."""
    return _fingerprint("value", value).hex()


def _fingerprint(*parts: str) -> bytes:
    return hmac.digest(_secret(), _joined(parts), hashlib.sha256)


def _joined(parts: Iterable[str]) -> bytes:
    return b"\x00".join(part.encode("utf-8", "surrogatepass") for part in parts)


@lru_cache(maxsize=1)
def _secret() -> bytes:
    found = ErasureSettings().erasure_key
    if found is None:
        raise Unavailable("erasure_key_missing", "This installation has no ISTHMUS_ERASURE_KEY.")
    return found.get_secret_value().encode()
