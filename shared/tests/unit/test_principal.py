"""Who calls is believed only when signed, for this service, and in time; nothing is granted unless said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.clock import FixedClock
from isthmus.http import Forbidden, Principal, Unauthorized
from isthmus.http.principal import IDENTITY_HEADER, Authenticator
from isthmus.testing.identity import IdentityKeys, identity_headers, make_keys

AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
KEYS = make_keys()


def authenticator(clock: FixedClock | None = None) -> Authenticator:
    return Authenticator(KEYS.public_pem, "sales", clock or FixedClock(AT))


def token(keys: IdentityKeys = KEYS, service: str = "sales", **grants: Any) -> str:
    return identity_headers(keys.private_key, service, clock=FixedClock(AT), **grants)[IDENTITY_HEADER]


def code_of(presented: str | None, clock: FixedClock | None = None) -> str:
    with pytest.raises(Unauthorized) as raised:
        authenticator(clock).authenticate(presented)
    return raised.value.code


def test_a_signed_identity_gives_the_caller() -> None:
    principal = authenticator().authenticate(
        token(org_units=["dealer:D0001"], scopes=["sales:read"], subject="u1", purpose="callback")
    )
    assert principal == Principal(
        subject="u1",
        client_id="test-client",
        org_units=frozenset({"dealer:D0001"}),
        all_org_units=False,
        scopes=frozenset({"sales:read"}),
        purpose="callback",
    )


def test_no_identity_a_foreign_key_another_service_or_another_algorithm_is_refused() -> None:
    claims = {"sub": "u", "client_id": "c", "aud": "sales", "exp": int(AT.timestamp()) + 60, "org_units": ["*"]}
    assert code_of(None) == "identity_missing"
    assert code_of(token(keys=make_keys())) == "identity_invalid"
    assert code_of(token(service="feedback")) == "identity_invalid"
    assert code_of(jwt.encode(claims, KEYS.public_pem[30:80].ljust(64, "x"), algorithm="HS256")) == "identity_invalid"
    assert code_of(jwt.encode(claims, None, algorithm="none")) == "identity_invalid"


@pytest.mark.parametrize("missing", ["sub", "client_id", "aud", "exp"])
def test_a_token_without_a_needed_claim_is_refused(missing: str) -> None:
    claims = {"sub": "u", "client_id": "c", "aud": "sales", "exp": int(AT.timestamp()) + 60}
    del claims[missing]
    assert code_of(jwt.encode(claims, KEYS.private_key, algorithm="EdDSA")) == "identity_invalid"


def test_an_identity_ends_even_when_it_was_verified_before() -> None:
    clock = FixedClock(AT)
    verifier = authenticator(clock)
    presented = token(lifetime=timedelta(seconds=60))
    assert verifier.authenticate(presented).subject == "tester"
    clock.advance(timedelta(seconds=60))
    with pytest.raises(Unauthorized) as raised:
        verifier.authenticate(presented)
    assert raised.value.code == "identity_expired"


@given(st.text())
def test_garbage_is_refused_and_never_an_error(presented: str) -> None:
    assert code_of(presented) in {"identity_missing", "identity_invalid"}


def test_only_named_org_units_may_be_acted_for() -> None:
    dealer = authenticator().authenticate(token(org_units=["dealer:D0001"]))
    assert dealer.may_act_for("dealer:D0001")
    with pytest.raises(Forbidden):
        dealer.require_org_unit("dealer:D0002")
    nobody = authenticator().authenticate(token(org_units=[]))
    assert not nobody.may_act_for("dealer:D0001")


def test_a_star_means_every_org_unit() -> None:
    assert authenticator().authenticate(token(org_units=["*"])).may_act_for("station:S0101")


def test_every_scope_asked_for_is_needed() -> None:
    reader = authenticator().authenticate(token(scopes=["sales:read"]))
    reader.require_scopes(frozenset({"sales:read"}))
    with pytest.raises(Forbidden, match="sales:write"):
        reader.require_scopes(frozenset({"sales:read", "sales:write"}))
