"""Access tokens: signed JWTs that say who calls and what they hold; verified once, then known until they expire."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.credentials import Client, CredentialStore, RateLimit, User
from gateway.keys import SigningKey
from gateway.org_units import OrgUnitTree
from isthmus.clock import Clock
from isthmus.ids import new_id

ISSUER = "isthmus"
AUDIENCE = "isthmus-gateway"
LOGIN_CLIENT_ID = "isthmus-login"
"""The client of a user who signs in without one of their own."""
_KNOWN_TOKENS = 10_000
_MAX_TOKEN_LENGTH = 16_384


class AccessTokenError(Exception):
    """The token is not ours, no longer valid, or its owner is gone."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds a verified token."""

    subject: str
    client_id: str
    org_units: tuple[str, ...]
    scopes: frozenset[str]
    roles: tuple[str, ...]
    purposes: frozenset[str]
    rate_limit: RateLimit
    expires_at: int
    identities: dict[tuple[str, str | None], tuple[str, float]] = field(default_factory=dict, compare=False)
    """Identity tokens made for this caller: (upstream, purpose) → (token, time from which a new one is made)."""


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    sub: str
    client_id: str
    exp: int
    org_units: list[str]
    scopes: list[str]
    roles: list[str]
    kind: str


class AccessTokens:
    """Issues and verifies access tokens. Keys: the first signs, all verify."""

    def __init__(
        self,
        keys: Sequence[SigningKey],
        store: CredentialStore,
        org_units: OrgUnitTree,
        lifetime_seconds: int,
        clock: Clock,
    ) -> None:
        self._signing = keys[0]
        self._keys = {key.key_id: key.public for key in keys}
        self._store = store
        self._org_units = org_units
        self.lifetime_seconds = lifetime_seconds
        self._clock = clock
        self._known: OrderedDict[str, Caller] = OrderedDict()
        self._known_generation = store.generation

    def issue(self, owner: Client | User, scopes: frozenset[str], client_id: str | None = None) -> str:
        """A token for `owner` with `scopes`, a part of theirs; `client_id` is the client a user signs in with."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": owner.name,
            "kind": owner.kind,
            "client_id": owner.name if owner.kind == "client" else client_id or LOGIN_CLIENT_ID,
            "org_units": self._org_units.grants(owner.org_unit),
            "scopes": sorted(scopes),
            "roles": sorted(owner.roles),
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "jti": str(new_id(self._clock)),
        }
        return jwt.encode(claims, self._signing.private, algorithm="EdDSA", headers={"kid": self._signing.key_id})

    def verify(self, token: str, now: float) -> Caller:
        """Who holds `token` at `now` (seconds since 1970); raises AccessTokenError."""
        if self._known_generation != self._store.generation:
            self._known.clear()
            self._known_generation = self._store.generation
        caller = self._known.get(token)
        if caller is None:
            caller = self._verify(token)
            self._known[token] = caller
            if len(self._known) > _KNOWN_TOKENS:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(token)
        if now >= caller.expires_at:
            self._known.pop(token, None)
            raise AccessTokenError("The access token has expired.")
        return caller

    def _verify(self, token: str) -> Caller:
        if len(token) > _MAX_TOKEN_LENGTH:
            raise AccessTokenError("The access token is too long.")
        try:
            key = self._keys.get(jwt.get_unverified_header(token).get("kid", ""))
            if key is None:
                raise AccessTokenError("The access token is not signed by a key of this gateway.")
            options: Any = {"require": ["exp", "aud", "iss", "sub"], "verify_exp": False, "verify_iat": False}
            payload = jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER, options=options)
            claims = _Claims.model_validate(payload)
        except (jwt.InvalidTokenError, ValidationError, ValueError, TypeError):
            raise AccessTokenError("The access token cannot be verified.") from None
        owner = self._store.client(claims.sub) if claims.kind == "client" else self._store.user(claims.sub)
        if owner is None:
            raise AccessTokenError("The owner of the access token is no longer known.")
        return Caller(
            subject=claims.sub,
            client_id=claims.client_id,
            org_units=tuple(claims.org_units),
            scopes=frozenset(claims.scopes),
            roles=tuple(claims.roles),
            purposes=owner.purposes,
            rate_limit=self.rate_limit_of(owner),
            expires_at=claims.exp,
        )

    def rate_limit_of(self, owner: Client | User) -> RateLimit:
        """The limit declared for an owner, else none for the root org unit and the default one for others."""
        if owner.rate_limit is not None:
            return owner.rate_limit
        if owner.org_unit == self._org_units.root:
            return RateLimit(read_per_minute=None, write_per_minute=None)
        return RateLimit()
