"""The caller identity the services trust: a short-lived JWT for one upstream, made from a verified access token."""

import jwt

from gateway.keys import SigningKey
from gateway.tokens import Caller
from isthmus.http.problems import Forbidden

LIFETIME_SECONDS = 60
_RENEW_AFTER_SECONDS = 30
_PURPOSES_PER_CALLER = 32


class IdentitySigner:
    """Signs identities, one for each caller, upstream and purpose, and uses it for half of its life."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def identity(self, caller: Caller, upstream: str, purpose: str | None, now: float) -> str:
        """The header value for a request at `now`; raises 403 when the caller may not state `purpose`."""
        known = caller.identities.get((upstream, purpose))
        if known is not None and now < known[1]:
            return known[0]
        if purpose is not None and not caller.purposes & {purpose, "*"}:
            raise Forbidden("purpose_not_granted", "You may not process personal data for the purpose stated.")
        if len(caller.identities) >= _PURPOSES_PER_CALLER:
            caller.identities.clear()
        token = self._sign(caller, upstream, purpose, int(now))
        caller.identities[(upstream, purpose)] = (token, now + _RENEW_AFTER_SECONDS)
        return token

    def _sign(self, caller: Caller, upstream: str, purpose: str | None, now: int) -> str:
        claims = {
            "sub": caller.subject,
            "client_id": caller.client_id,
            "org_units": list(caller.org_units),
            "scopes": sorted(caller.scopes),
            "roles": list(caller.roles),
            "purpose": purpose,
            "aud": upstream,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        return jwt.encode(claims, self._key.private, algorithm="EdDSA", headers={"kid": self._key.key_id})
