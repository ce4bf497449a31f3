"""Secrets as scrypt hashes: made, checked off the event loop, and remembered while they stay right."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
import re
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from isthmus.http.problems import Problem

_COST, _BLOCK_SIZE, _PARALLEL, _LENGTH = 16_384, 8, 1, 32
_MEMORY = 64 * 1024 * 1024
_FORMAT = re.compile(r"scrypt\$(\d{4,6})\$(\d{1,2})\$(\d)\$([A-Za-z0-9+/=]{16,88})\$([A-Za-z0-9+/=]{40,88})")
_THREADS = 2
_WAITING = 32
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class SecretHash:
    """A hash as it stands in a credentials file: `scrypt$n$r$p$salt$digest`, the last two in base64."""

    cost: int
    block_size: int
    parallel: int
    salt: bytes
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> "SecretHash":
        """Raises ValueError when `text` is no such hash."""
        match = _FORMAT.fullmatch(text)
        if match is None:
            raise ValueError("not a hash of the form scrypt$n$r$p$salt$digest")
        try:
            salt, digest = (base64.b64decode(part, validate=True) for part in match.group(4, 5))
        except binascii.Error as error:
            raise ValueError("salt or digest is not base64") from error
        cost, block_size, parallel = (int(part) for part in match.group(1, 2, 3))
        if 128 * cost * block_size > _MEMORY // 2 or cost & (cost - 1) or not block_size or not parallel:
            raise ValueError("the scrypt parameters are out of range")
        return cls(cost, block_size, parallel, salt, digest)

    def matches(self, secret: str) -> bool:
        """Whether `secret` made this hash; takes tens of milliseconds of CPU by intent."""
        made = hashlib.scrypt(
            secret.encode("utf-8", "surrogatepass"),
            salt=self.salt,
            n=self.cost,
            r=self.block_size,
            p=self.parallel,
            maxmem=_MEMORY,
            dklen=len(self.digest),
        )
        return hmac.compare_digest(made, self.digest)

    def __str__(self) -> str:
        salt, digest = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return f"scrypt${self.cost}${self.block_size}${self.parallel}${salt}${digest}"


def hash_secret(secret: str) -> SecretHash:
    """Make a hash with a new salt."""
    salt = os.urandom(16)
    digest = hashlib.scrypt(
        secret.encode(), salt=salt, n=_COST, r=_BLOCK_SIZE, p=_PARALLEL, maxmem=_MEMORY, dklen=_LENGTH
    )
    return SecretHash(_COST, _BLOCK_SIZE, _PARALLEL, salt, digest)


class SecretVerifier:
    """Checks secrets in a small pool of threads.

    What was right is remembered as a keyed digest (never the secret), so that a client which asks for a token often
    pays for scrypt once. What was wrong is not remembered, and an unknown name costs as much as a wrong secret.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="scrypt")
        self._waiting = 0
        self._process_key = os.urandom(32)
        self._right: OrderedDict[tuple[SecretHash, bytes], None] = OrderedDict()
        self._nobody = SecretHash(_COST, _BLOCK_SIZE, _PARALLEL, os.urandom(16), os.urandom(_LENGTH))

    async def verify(self, secret: str, hashes: Sequence[SecretHash]) -> bool:
        """Whether one of `hashes` was made from `secret`; raises a 503 problem when too many checks wait."""
        fingerprint = hmac.digest(self._process_key, secret.encode("utf-8", "surrogatepass"), "sha256")
        if any((known, fingerprint) in self._right for known in hashes):
            return True
        matched: SecretHash | None = None
        for candidate in hashes or (self._nobody,):
            if await self._matches(candidate, secret):
                matched = candidate
        if matched is None or not hashes:
            return False
        self._right[(matched, fingerprint)] = None
        if len(self._right) > _REMEMBERED:
            self._right.popitem(last=False)
        return True

    async def _matches(self, candidate: SecretHash, secret: str) -> bool:
        if self._waiting >= _WAITING:
            raise Problem(503, "token_service_busy", "Too many credentials are being checked.", retryable=True)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, candidate.matches, secret)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
