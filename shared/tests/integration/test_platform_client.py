"""Another service is asked with one's own token, within a time, and left alone for a while after a failure."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr

from isthmus.clock import FixedClock
from isthmus.http.request_id import begin_request
from isthmus.platform_client import MAX_ANSWER_BYTES, REST, Answer, PlatformClient, Unanswered
from isthmus.settings import ServiceSettings


class Gateway:
    """Issues tokens and answers `/v1/…` as the test says."""

    def __init__(self) -> None:
        self.issued = 0
        self.valid: str | None = None
        self.requests: list[web.Request] = []
        self.status, self.text = 200, '{"name": "x"}'
        self.hangs = False

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["client_secret"] != "secret":
            return web.json_response({"error": "invalid_client"}, status=401)
        self.issued += 1
        self.valid = f"token-{self.issued}"
        return web.json_response({"access_token": self.valid, "expires_in": 1800})

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        await request.read()
        if request.headers["Authorization"] != f"Bearer {self.valid}":
            return web.json_response({}, status=401)
        if self.hangs:
            await asyncio.Event().wait()
        return web.Response(status=self.status, text=self.text, content_type="application/json")


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 1, 8, tzinfo=UTC))


@pytest_asyncio.fixture
async def settings(gateway: Gateway, service_settings: ServiceSettings) -> AsyncIterator[ServiceSettings]:
    app = web.Application()
    app.router.add_post("/oauth/token", gateway.token)
    app.router.add_route("*", "/v1/{rest:.*}", gateway.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    credentials = {"client_id": "service-sales", "client_secret": SecretStr("secret")}
    host, port = runner.addresses[0][:2]
    yield service_settings.model_copy(update={"gateway_url": f"http://{host}:{port}", **credentials})
    await runner.cleanup()


@pytest_asyncio.fixture
async def client(settings: ServiceSettings, clock: FixedClock) -> AsyncIterator[PlatformClient]:
    made = PlatformClient(settings, clock)
    yield made
    await made.close()


async def ask(client: PlatformClient, path: str = "/v1/customers/7", **options: Any) -> Answer | Unanswered:
    given = {"params": {}, "body": None, "purpose": None, "seconds": 30.0} | options
    return await client.ask("POST" if given["body"] else "GET", path, **given)


async def test_asks_with_one_token_for_all_and_hands_the_request_id_on(
    client: PlatformClient, gateway: Gateway
) -> None:
    begin_request("req-12345678")
    answers = await asyncio.gather(*(ask(client, body={"a": 1}, purpose="预约") for _ in range(5)))
    assert answers == [Answer(200, {"name": "x"})] * 5
    assert gateway.issued == 1
    request = gateway.requests[0]
    assert request.headers["X-Request-Id"] == "req-12345678"
    assert request.content_type == "application/json"
    begin_request(None)


async def test_a_token_that_ends_or_is_not_taken_is_renewed(
    client: PlatformClient, gateway: Gateway, clock: FixedClock
) -> None:
    assert isinstance(await ask(client), Answer)
    gateway.valid = "all tokens were revoked"
    assert isinstance(await ask(client), Answer)
    assert gateway.issued == 2
    clock.advance(timedelta(minutes=30))
    assert isinstance(await ask(client), Answer)
    assert gateway.issued == 3


@pytest.mark.parametrize(
    ("status", "text", "answer"),
    [
        (404, '{"code": "not_found"}', Answer(404, {"code": "not_found"})),
        (204, "", Answer(204, None)),
        (503, "{}", Unanswered("failed")),
        (429, "{}", Unanswered("busy")),
        (403, "{}", Unanswered("not_authorised")),
        (302, "{}", Unanswered("unreadable")),
        (200, "<html>", Unanswered("unreadable")),
        (200, f'"{"x" * MAX_ANSWER_BYTES}"', Unanswered("unreadable")),
    ],
)
async def test_a_no_is_an_answer_and_a_failure_is_none(
    client: PlatformClient, gateway: Gateway, status: int, text: str, answer: Answer | Unanswered
) -> None:
    gateway.status, gateway.text = status, text
    assert await ask(client) == answer


async def test_after_a_failure_that_service_alone_rests(
    client: PlatformClient, gateway: Gateway, clock: FixedClock
) -> None:
    await ask(client)
    gateway.hangs = True
    assert await ask(client, seconds=0.05) == Unanswered("timeout")
    gateway.hangs = False
    asked = len(gateway.requests)
    assert await ask(client, "/v1/customers/8") == Unanswered("resting")
    assert len(gateway.requests) == asked
    assert isinstance(await ask(client, "/v1/sales/leads"), Answer)
    clock.advance(REST)
    assert isinstance(await ask(client), Answer)


async def test_without_a_gateway_or_with_a_wrong_secret_there_is_no_answer(
    settings: ServiceSettings, clock: FixedClock
) -> None:
    for changes, reason in (
        ({"gateway_url": None}, "not_configured"),
        ({"client_secret": SecretStr("guessed")}, "not_authorised"),
        ({"gateway_url": "http://127.0.0.1:1"}, "unreachable"),
    ):
        client = PlatformClient(settings.model_copy(update=changes), clock)
        assert await ask(client) == Unanswered(reason)
        await client.close()
