"""The hop between real servers: nothing changed on the way, nothing held back, nothing left behind."""

import asyncio
import gzip
import io
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import aiohttp
import jwt
import pytest

from gateway.upstreams import LookingConnector
from isthmus.http.principal import Authenticator


async def wait_for(event: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        await event.wait()


async def test_a_request_reaches_the_service_unchanged(door: Any, premises: Any) -> None:
    headers = await door.token() | {"X-Custom": "价值", "X-Request-Id": "req-1", "If-Match": '"3"'}
    path = "/v1/customer-records/dealer:D0001:dms/C%2F10%3F%25%E6%AC%A7"
    async with door.client.put(door.at(path + "?wait=true&x=%2F"), data=b'{"a": 1}', headers=headers) as answer:
        shown = await answer.json()
        assert answer.headers["ETag"] == '"7"'
        assert answer.headers["X-Request-Id"] == "req-1"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "X-Isthmus-Identity" not in answer.headers
        assert "X-Own" not in answer.headers
    got = dict(shown["headers"])
    assert (shown["method"], shown["path"], shown["query"]) == ("PUT", path, "wait=true&x=%2F")
    assert shown["body"] == '{"a": 1}'
    assert got["x-custom"] == "价值"
    assert got["if-match"] == '"3"'
    assert got["x-request-id"] == "req-1"
    assert got["traceparent"].startswith("00-")
    assert "authorization" not in got
    principal = Authenticator(premises.identity_public_key, "customer-master").authenticate(got["x-isthmus-identity"])
    assert principal.client_id == "hq"
    assert principal.all_org_units
    identity = jwt.decode(got["x-isthmus-identity"], options={"verify_signature": False})
    assert identity["exp"] - identity["iat"] <= 60


async def test_a_forged_identity_is_replaced(door: Any, premises: Any) -> None:
    headers = await door.token("dealer-d0001")
    headers |= {"X-Isthmus-Identity": "forged", "x_isthmus_identity": "forged", "X-Forwarded-For": "1.2.3.4"}
    async with door.client.get(door.at("/v1/sales/leads/echo"), headers=headers) as answer:
        shown = await answer.json()
    names = [name for name, _ in shown["headers"]]
    assert names.count("x-isthmus-identity") == 1
    assert "x_isthmus_identity" not in names
    got = dict(shown["headers"])
    assert got["x-forwarded-for"] == "127.0.0.1"
    identity = jwt.decode(
        got["x-isthmus-identity"], premises.identity_public_key, algorithms=["EdDSA"], audience="sales"
    )
    assert identity["sub"] == "dealer-d0001"
    assert identity["org_units"] == ["dealer:D0001", "station:S0101"]


async def test_an_answer_is_streamed(door: Any) -> None:
    async with door.client.get(door.at("/v1/crosswalk/stream"), headers=await door.token()) as answer:
        assert await answer.content.readline() == b"first\n"
        door.service.released.set()
        assert await answer.content.read() == b"second\n"


async def test_an_upload_is_streamed_and_may_be_larger_than_memory_allows_to_buffer(door: Any) -> None:
    part = b"x" * 65_536

    async def rows() -> AsyncIterator[bytes]:
        yield part
        await wait_for(door.service.first_part)
        for _ in range(400):
            yield part

    path = door.at("/v1/customer-records/batch/upload")
    async with door.client.post(path, data=rows(), headers=await door.token()) as answer:
        assert (await answer.json())["size"] == 401 * len(part)


async def test_an_upload_the_caller_breaks_off_is_broken_off_at_the_service(door: Any) -> None:
    async def rows() -> AsyncIterator[bytes]:
        yield b"x" * 65_536
        await wait_for(door.service.first_part)
        raise ConnectionError

    path = door.at("/v1/customer-records/batch/upload")
    with pytest.raises((ConnectionError, aiohttp.ClientError)):
        await door.client.post(path, data=rows(), headers=await door.token())
    await wait_for(door.service.given_up)


async def test_a_caller_who_goes_away_ends_the_request_to_the_service(door: Any) -> None:
    headers = await door.token()
    call = asyncio.create_task(door.client.get(door.at("/v1/sales/slow"), headers=headers))
    await wait_for(door.service.first_part)
    call.cancel()
    await wait_for(door.service.given_up)


async def test_encoded_content_stays_encoded(door: Any) -> None:
    packed = gzip.compress(b'{"a": 1}')
    headers = await door.token() | {"Content-Encoding": "gzip"}
    async with door.client.post(door.at("/v1/sales/leads/upload"), data=packed, headers=headers) as answer:
        assert (await answer.json())["size"] == len(packed)


async def test_an_empty_answer_and_a_head_request(door: Any) -> None:
    headers = await door.token()
    async with door.client.delete(door.at("/v1/sales/nothing"), headers=headers) as answer:
        assert answer.status == 204
        assert await answer.read() == b""
    async with door.client.head(door.at("/v1/sales/echo"), headers=headers) as answer:
        assert answer.status == 200
        assert await answer.read() == b""


@pytest.mark.parametrize("length", ["told", "untold"])
async def test_a_body_over_the_limit_is_413(door: Any, length: str) -> None:
    body = b"x" * 10_485_761

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    data = io.BytesIO(body) if length == "told" else parts()
    async with door.client.post(door.at("/v1/sales/leads/upload"), data=data, headers=await door.token()) as answer:
        assert answer.status == 413
        assert (await answer.json(content_type=None))["code"] == "body_too_large"


async def test_a_dead_service_is_503_and_the_others_go_on(open_door: Any, closed_url: str) -> None:
    door = await open_door(urls={"sales": closed_url})
    headers = await door.token()
    async with door.client.get(door.at("/v1/sales/leads"), headers=headers) as answer:
        assert answer.status == 503
        assert answer.content_type == "application/problem+json"
        assert answer.headers["Retry-After"]
        assert (await answer.json(content_type=None))["code"] == "upstream_unavailable"
    async with door.client.get(door.at("/v1/feedback/surveys"), headers=headers) as answer:
        assert answer.status == 200
    async with door.client.get(door.at("/readyz")) as answer:
        assert (await answer.json())["upstreams"]["sales"] == "down"


async def test_a_silent_service_is_504(open_door: Any, tmp_path: Any) -> None:
    routes = {
        "upstreams": [{"name": "sales"}],
        "routes": [
            {"path": "/v1/sales", "upstream": "sales", "read": ["sales:read"], "write": ["x"], "total_timeout": 0.2}
        ],
    }
    (tmp_path / "routes.yaml").write_text(json.dumps(routes))
    door = await open_door(routes_file=tmp_path / "routes.yaml")
    async with door.client.get(door.at("/v1/sales/slow"), headers=await door.token()) as answer:
        assert answer.status == 504
        assert (await answer.json(content_type=None))["code"] == "upstream_timeout"
    await wait_for(door.service.given_up)


async def test_a_service_that_accepts_nobody_is_504(open_door: Any, tmp_path: Any) -> None:
    routes = {
        "upstreams": [{"name": "sales", "connect_timeout": 0.2}],
        "routes": [{"path": "/v1/sales", "upstream": "sales", "read": ["x"], "write": ["sales:write"]}],
    }
    (tmp_path / "routes.yaml").write_text(json.dumps(routes))
    with socket.socket() as listener, ExitStack() as queue:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(2):  # so that the next one is not answered
            waiting = queue.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        door = await open_door(urls={"sales": url}, routes_file=tmp_path / "routes.yaml")
        async with door.client.post(door.at("/v1/sales/leads"), headers=await door.token()) as answer:
            assert answer.status == 504
            assert (await answer.json(content_type=None))["code"] == "upstream_timeout"


async def test_an_answer_cut_off_by_the_service_is_not_taken_for_a_whole_one(door: Any) -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        async with door.client.get(door.at("/v1/sales/broken"), headers=await door.token()) as answer:
            await answer.read()


async def test_a_service_that_breaks_off_before_its_answer_is_502(open_door: Any) -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        door = await open_door(urls={"sales": f"http://127.0.0.1:{port}"})
        async with door.client.get(door.at("/v1/sales/leads"), headers=await door.token()) as answer:
            assert answer.status == 502
            assert (await answer.json(content_type=None))["code"] == "upstream_broken"


async def test_beyond_the_concurrency_limit_is_503(open_door: Any, tmp_path: Any) -> None:
    routes = {
        "upstreams": [{"name": "sales", "concurrency_limit": 1}],
        "routes": [{"path": "/v1/sales", "upstream": "sales", "read": ["sales:read"], "write": ["x"]}],
    }
    (tmp_path / "routes.yaml").write_text(json.dumps(routes))
    door = await open_door(routes_file=tmp_path / "routes.yaml")
    headers = await door.token()
    first = asyncio.create_task(door.client.get(door.at("/v1/sales/slow"), headers=headers))
    await wait_for(door.service.first_part)
    async with door.client.get(door.at("/v1/sales/echo"), headers=headers) as answer:
        assert answer.status == 503
        assert (await answer.json(content_type=None))["code"] == "upstream_busy"
    first.cancel()
    await wait_for(door.service.given_up)
    async with asyncio.timeout(10):
        while (await door.client.get(door.at("/v1/sales/echo"), headers=headers)).status != 200:
            pass


async def test_many_at_once_get_their_own_answers(door: Any) -> None:
    headers = await door.token()

    async def call(number: int) -> None:
        url = door.at(f"/v1/sales/leads/{number}")
        async with door.client.post(url, data=str(number), headers=headers) as answer:
            shown = await answer.json()
            assert (shown["path"], shown["body"]) == (f"/v1/sales/leads/{number}", str(number))

    await asyncio.gather(*(call(number) for number in range(200)))


async def connect_while_busy(monkeypatch: pytest.MonkeyPatch, turns: int) -> None:
    """Open a connection that takes so many turns of the event loop, each of which takes 30 ms; the bound is 100 ms."""

    async def connect(_self: Any, _request: Any, _traces: Any, _timeout: Any) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    async def keep_busy() -> None:
        while True:
            time.sleep(0.03)  # noqa: ASYNC251 - it is to be in everybody's way
            await asyncio.sleep(0)

    monkeypatch.setattr(aiohttp.TCPConnector, "_create_connection", connect)
    connector: Any = LookingConnector(limit=0)
    busy = asyncio.create_task(keep_busy())
    try:
        await connector._create_connection(None, [], aiohttp.ClientTimeout(sock_connect=0.1))
    finally:
        busy.cancel()
        await connector.close()


async def test_the_time_to_connect_is_the_services_and_not_that_of_a_busy_gateway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await connect_while_busy(monkeypatch, turns=8)
    with pytest.raises(TimeoutError):
        await connect_while_busy(monkeypatch, turns=1_000)
