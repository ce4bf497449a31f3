"""Who calls: verified from the identity header the gateway signs. Nothing is granted but what it says."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Annotated, Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from fastapi import Depends
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from isthmus.clock import Clock, SystemClock
from isthmus.http.problems import Forbidden, Unauthorized

IDENTITY_HEADER = "X-Isthmus-Identity"
PURPOSE_HEADER = "X-Purpose"
ALL_ORG_UNITS = "*"
_CACHE_SIZE = 1_024


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller with what they hold: org units (组织机构) to act for, scopes, and the purpose they state."""

    subject: str
    client_id: str
    org_units: frozenset[str]
    all_org_units: bool
    scopes: frozenset[str]
    purpose: str | None = None

    def may_act_for(self, org_unit: str) -> bool:
        return self.all_org_units or org_unit in self.org_units

    def require_org_unit(self, org_unit: str) -> None:
        """Raise 403 unless the caller holds the org unit."""
        if not self.may_act_for(org_unit):
            raise Forbidden("org_unit_not_granted", "You may not act for this org unit.")

    def require_scopes(self, scopes: frozenset[str]) -> None:
        """Raise 403 unless the caller holds every one of the scopes."""
        missing = scopes - self.scopes
        if missing:
            raise Forbidden("scope_not_granted", f"This needs the scope {', '.join(sorted(missing))}.")

    def require_one_scope(self, scopes: frozenset[str]) -> None:
        """Raise 403 unless the caller holds at least one of the scopes."""
        if not scopes & self.scopes:
            raise Forbidden("scope_not_granted", f"This needs the scope {' or '.join(sorted(scopes))}.")


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    sub: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    exp: int
    org_units: list[str] = []
    scopes: list[str] = []
    purpose: str | None = None

    def to_principal(self) -> Principal:
        return Principal(
            subject=self.sub,
            client_id=self.client_id,
            org_units=frozenset(self.org_units) - {ALL_ORG_UNITS},
            all_org_units=ALL_ORG_UNITS in self.org_units,
            scopes=frozenset(self.scopes),
            purpose=self.purpose,
        )


class Authenticator:
    """Verifies identity tokens; keeps those verified, since a gateway sends the same one many times."""

    def __init__(self, public_key_pem: str, audience: str, clock: Clock | None = None) -> None:
        key = load_pem_public_key(public_key_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise TypeError("the identity key must be an Ed25519 public key")
        self._key = key
        self._audience = audience
        self._clock = clock or SystemClock()
        self._verified: OrderedDict[str, tuple[Principal, int]] = OrderedDict()

    def authenticate(self, token: str | None) -> Principal:
        """The caller a token names; raises 401 unless it is signed, for this service, and in time."""
        if not token:
            raise Unauthorized("identity_missing", "The request carries no caller identity.")
        known = self._verified.get(token)
        if known is None:
            known = self._verify(token)
            self._verified[token] = known
            if len(self._verified) > _CACHE_SIZE:
                self._verified.popitem(last=False)
        principal, expires = known
        if self._clock.now().timestamp() >= expires:
            raise Unauthorized("identity_expired", "The caller identity is no longer valid.")
        return principal

    def _verify(self, token: str) -> tuple[Principal, int]:
        try:
            payload: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=["EdDSA"],
                audience=self._audience,
                options={"require": ["exp", "aud", "sub"], "verify_exp": False, "verify_iat": False},
            )
            claims = _Claims.model_validate(payload)
        except (jwt.InvalidTokenError, ValidationError, ValueError):
            raise Unauthorized("identity_invalid", "The caller identity cannot be verified.") from None
        return claims.to_principal(), claims.exp


def principal_of(request: Request) -> Principal:
    """The verified caller of a request, once per request; a purpose not in the token may come as a header."""
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    authenticator: Authenticator = request.app.state.authenticator
    principal = authenticator.authenticate(request.headers.get(IDENTITY_HEADER))
    if principal.purpose is None and (purpose := request.headers.get(PURPOSE_HEADER)):
        principal = replace(principal, purpose=purpose[:200])
    request.state.principal = principal
    return principal


_identity_header = APIKeyHeader(
    name=IDENTITY_HEADER, scheme_name="gateway identity", auto_error=False, description="Signed by the gateway."
)


class RequireScopes:
    """A dependency that lets only callers with all the scopes pass, or with one of them, and gives the caller."""

    def __init__(self, scopes: frozenset[str], *, one_is_enough: bool = False) -> None:
        self.scopes = scopes
        self._check = Principal.require_one_scope if one_is_enough else Principal.require_scopes

    async def __call__(self, request: Request, _token: Annotated[str | None, Depends(_identity_header)]) -> Principal:
        principal = principal_of(request)
        self._check(principal, self.scopes)
        request.state.scopes_checked = True
        return principal


def ensure_scopes_were_checked(request: Request) -> None:
    """Raise when a route has answered without asking for scopes: what nobody granted stays denied."""
    if not getattr(request.state, "scopes_checked", False):
        raise RuntimeError("a route of a service_router must use require(…)")


def require(*scopes: str) -> Any:
    """Ask for the caller, who must hold every scope named."""
    return Depends(RequireScopes(frozenset(scopes)))


def require_one(*scopes: str) -> Any:
    """Ask for the caller, who must hold at least one of the scopes named."""
    return Depends(RequireScopes(frozenset(scopes), one_is_enough=True))
