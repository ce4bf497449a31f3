"""Getting a token and using it, against the whole application but without a service behind it."""

import base64
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.app import Gateway
from gateway.hop import forward
from gateway.keys import SigningKey, load_keys
from gateway.secret_hashing import SecretHash, SecretVerifier, hash_secret
from isthmus.clock import FixedClock

_HQ = {"grant_type": "client_credentials", "client_id": "hq", "client_secret": "hq-secret"}
_DEALER = {"grant_type": "client_credentials", "client_id": "dealer-d0001", "client_secret": "dealer-secret"}
_AGENT = {"grant_type": "password", "username": "agent", "password": "agent-password"}


class Caller:
    """Calls a gateway in this process; `forwarded` are the exchanges that were let through."""

    def __init__(self, gateway: Gateway, forwarded: list[Any], clock: FixedClock) -> None:
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(gateway), base_url="http://gateway")
        self.forwarded = forwarded
        self.clock = clock

    async def ask(self, form: dict[str, str], **options: Any) -> httpx2.Response:
        return await self.http.post("/oauth/token", data=form, **options)

    async def token(self, form: dict[str, str] = _DEALER) -> dict[str, str]:
        answer = await self.ask(form)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
async def caller(make_gateway: Callable[..., Gateway], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    forwarded: list[Any] = []

    async def stand_in(exchange: Any, route: Any, upstream: Any) -> None:
        forwarded.append(exchange)
        await exchange.answer({"type": "http.response.start", "status": 200, "headers": []})
        await exchange.answer({"type": "http.response.body", "body": b"{}"})

    assert callable(forward)
    monkeypatch.setattr("gateway.app.forward", stand_in)
    clock = FixedClock(datetime(2026, 11, 1, tzinfo=UTC))
    gateway = make_gateway(clock=clock)
    made = Caller(gateway, forwarded, clock)
    yield made
    await made.http.aclose()
    await gateway.close()


async def test_a_client_gets_a_token_with_its_rights(caller: Caller) -> None:
    answer = await caller.ask(_DEALER)
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 1800)
    claims = jwt.decode(told["access_token"], options={"verify_signature": False})
    assert claims["sub"] == claims["client_id"] == "dealer-d0001"
    assert claims["org_units"] == ["dealer:D0001", "station:S0101"]
    assert claims["scopes"] == ["customers:read", "sales:read", "sales:write"]
    assert claims["roles"] == ["dealer"]
    assert jwt.get_unverified_header(told["access_token"])["kid"]


async def test_basic_credentials_are_taken_too(caller: Caller) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(b"hq:hq-secret").decode()}
    assert (await caller.ask({"grant_type": "client_credentials"}, headers=basic)).status_code == 200


async def test_a_user_signs_in(caller: Caller) -> None:
    answer = await caller.ask(_AGENT)
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["client_id"], claims["org_units"]) == ("agent", "isthmus-login", ["*"])


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        (_DEALER | {"client_secret": "wrong"}, 401, "invalid_client"),
        (_DEALER | {"client_id": "nobody"}, 401, "invalid_client"),
        (_DEALER | {"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        (_DEALER | {"scope": "stewardship"}, 400, "invalid_scope"),
        (_AGENT | {"password": "wrong"}, 400, "invalid_grant"),
        (_AGENT | {"username": "nobody"}, 400, "invalid_grant"),
        (_AGENT | {"password": ""}, 400, "invalid_request"),
        (_AGENT | {"client_id": "hq", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "x" * 20_000}, 413, "invalid_request"),
    ],
)
async def test_token_errors_say_what_oauth_clients_and_people_expect(
    caller: Caller, form: dict[str, str], status: int, error: str
) -> None:
    answer = await caller.ask(form)
    told = answer.json()
    assert (answer.status_code, told["error"], told["code"], told["status"]) == (status, error, error, status)
    assert told["error_description"] == told["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(30)), "application/x-www-form-urlencoded"),
        (b'{"grant_type": "client_credentials"}', "application/json"),
    ],
)
async def test_unreadable_forms_are_400(caller: Caller, content: bytes, content_type: str) -> None:
    answer = await caller.http.post("/oauth/token", content=content, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_null_character_or_surrogate_in_a_secret_is_just_wrong(caller: Caller) -> None:
    assert (await caller.ask(_DEALER | {"client_secret": "a\x00b"})).status_code == 401


async def test_guessing_is_slowed_down_for_that_client_only(caller: Caller) -> None:
    wrong = _DEALER | {"client_secret": "wrong"}
    assert {(await caller.ask(wrong)).status_code for _ in range(10)} == {401}
    refused = await caller.ask(_DEALER)
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_attempts")
    assert int(refused.headers["Retry-After"]) == 6
    assert (await caller.ask(_HQ)).status_code == 200
    caller.clock.advance(timedelta(seconds=6))
    assert (await caller.ask(_DEALER)).status_code == 200


async def test_a_part_of_the_scopes_can_be_asked_for(caller: Caller) -> None:
    headers = await caller.token(_DEALER | {"scope": "sales:read"})
    assert (await caller.http.get("/v1/sales/leads", headers=headers)).status_code == 200
    refused = await caller.http.post("/v1/sales/leads", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_not_granted")
    assert "sales:write" in refused.json()["detail"]
    assert 'scope="sales:write"' in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x.y.z", "Basic aGVsbG8=", "Bearer " + "x" * 20_000])
async def test_without_a_valid_token_it_is_401(caller: Caller, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await caller.http.get("/v1/sales/leads", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert caller.forwarded == []


async def test_a_token_of_another_key_or_kind_is_401(caller: Caller, premises: Any) -> None:
    claims = jwt.decode((await caller.token())["Authorization"][7:], options={"verify_signature": False})
    own = load_keys(premises.folder / "token-key.pem")[0]
    stranger = SigningKey.of(Ed25519PrivateKey.generate())
    forged = [
        jwt.encode(claims, stranger.private, algorithm="EdDSA", headers={"kid": own.key_id}),
        jwt.encode(claims, stranger.private, algorithm="EdDSA", headers={"kid": stranger.key_id}),
        jwt.encode(claims | {"aud": "sales"}, own.private, algorithm="EdDSA", headers={"kid": own.key_id}),
        jwt.encode(claims | {"sub": "gone"}, own.private, algorithm="EdDSA", headers={"kid": own.key_id}),
        jwt.encode(claims, "", algorithm="none", headers={"kid": own.key_id}),
    ]
    for token in forged:
        answer = await caller.http.get("/v1/sales/leads", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    good = jwt.encode(claims, own.private, algorithm="EdDSA", headers={"kid": own.key_id})
    assert (await caller.http.get("/v1/sales/leads", headers={"Authorization": f"Bearer {good}"})).status_code == 200


async def test_a_token_expires_even_when_it_is_known(caller: Caller) -> None:
    headers = await caller.token()
    assert (await caller.http.get("/v1/sales/leads", headers=headers)).status_code == 200
    caller.clock.advance(timedelta(seconds=1800))
    assert (await caller.http.get("/v1/sales/leads", headers=headers)).status_code == 401


async def test_the_identity_is_renewed_before_it_expires(caller: Caller) -> None:
    headers = await caller.token()
    for _ in range(2):
        await caller.http.get("/v1/sales/leads", headers=headers)
    caller.clock.advance(timedelta(seconds=31))
    await caller.http.get("/v1/sales/leads", headers=headers)
    first, second, third = (one.head.onward["X-Isthmus-Identity"] for one in caller.forwarded)
    assert first == second != third


async def test_a_purpose_must_be_granted(caller: Caller) -> None:
    headers = await caller.token(_AGENT)
    allowed = await caller.http.get("/v1/call-center/cases", headers=headers | {"X-Purpose": "service"})
    assert allowed.status_code == 200
    identity = caller.forwarded[0].head.onward["X-Isthmus-Identity"]
    assert jwt.decode(identity, options={"verify_signature": False})["purpose"] == "service"
    refused = await caller.http.get("/v1/call-center/cases", headers=headers | {"X-Purpose": "marketing"})
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose_not_granted")


async def test_the_rate_limit_counts_reads_and_writes_apart(caller: Caller, premises: Any) -> None:
    premises.write_credentials(rate_limit={"read_per_minute": 2, "write_per_minute": 1})
    caller.clock.advance(timedelta(seconds=2))
    headers = await caller.token()
    reads = [await caller.http.get("/v1/sales/leads", headers=headers) for _ in range(3)]
    assert [read.status_code for read in reads] == [200, 200, 429]
    assert reads[0].headers["RateLimit"] == '"read";r=1;t=0'
    assert reads[2].headers["Retry-After"] == "30"
    assert reads[2].json()["code"] == "rate_limited"
    assert (await caller.http.post("/v1/sales/leads", headers=headers)).status_code == 200
    caller.clock.advance(timedelta(seconds=30))
    assert (await caller.http.get("/v1/sales/leads", headers=headers)).status_code == 200


async def test_headquarters_are_not_limited(caller: Caller) -> None:
    answer = await caller.http.get("/v1/sales/leads", headers=await caller.token(_HQ))
    assert "RateLimit" not in answer.headers


async def test_changed_credentials_count_at_once_and_broken_ones_do_not(caller: Caller, premises: Any) -> None:
    headers = await caller.token()
    assert (await caller.http.get("/v1/sales/leads", headers=headers)).status_code == 200
    premises.write_credentials(disabled=True)
    caller.clock.advance(timedelta(seconds=2))
    assert (await caller.http.get("/v1/sales/leads", headers=headers)).status_code == 401
    assert (await caller.ask(_DEALER)).status_code == 401
    (premises.folder / "credentials.json").write_text("{broken")
    caller.clock.advance(timedelta(seconds=2))
    assert (await caller.ask(_HQ)).status_code == 200


async def test_other_paths_and_methods_are_problems(caller: Caller) -> None:
    nothing = await caller.http.get("/v1/nothing", headers={"Accept-Language": "zh-CN"})
    assert (nothing.status_code, nothing.json()["code"], nothing.json()["title"]) == (404, "not_found", "未找到")
    wrong = await caller.http.get("/oauth/token")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert (await caller.http.request("TRACE", "/v1/sales/leads")).status_code == 405
    dots = await caller.http.get("/v1/sales/%2e%2e/customers")
    assert dots.status_code == 401


async def test_the_state_of_the_gateway_is_told_without_a_token(caller: Caller) -> None:
    assert (await caller.http.get("/livez")).json() == {"status": "alive"}
    metrics = await caller.http.get("/metrics")
    assert "isthmus_gateway_tokens_total" in metrics.text


def test_a_hash_is_read_back_and_checked() -> None:
    made = hash_secret("geheim")
    again = SecretHash.parse(str(made))
    assert again.matches("geheim")
    assert not again.matches("Geheim")


@pytest.mark.parametrize(
    "text", ["", "plain", "scrypt$16384$8$1$!$!", "scrypt$999999$99$1$" + "A" * 24 + "$" + "A" * 44, "scrypt$1000$8$1$"]
)
def test_what_is_no_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hash|base64|range"):
        SecretHash.parse(text)


async def test_a_right_secret_is_hashed_once_a_wrong_one_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    original = SecretHash.matches

    def counting(self: SecretHash, secret: str) -> bool:
        tried.append(secret)
        return original(self, secret)

    monkeypatch.setattr(SecretHash, "matches", counting)
    verifier = SecretVerifier()
    known = [hash_secret("right")]
    assert [await verifier.verify("right", known) for _ in range(3)] == [True] * 3
    assert [await verifier.verify("wrong", known) for _ in range(2)] == [False] * 2
    assert not await verifier.verify("right", [])
    assert tried == ["right", "wrong", "wrong", "right"]
    verifier.close()


def test_of_several_keys_the_first_signs_and_all_verify(premises: Any, make_gateway: Callable[..., Gateway]) -> None:
    old = load_keys(premises.folder / "token-key.pem")[0]
    path = premises.folder / "token-key.pem"
    fresh_folder = premises.folder / "identity-key.pem"
    path.write_bytes(fresh_folder.read_bytes() + os.linesep.encode() + path.read_bytes())
    keys = load_keys(path)
    assert [key.key_id for key in keys][1:] == [old.key_id]
    assert len({key.key_id for key in keys}) == 2
