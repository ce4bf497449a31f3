"""Whatever goes wrong, the caller gets one kind of document that names field and reason and nothing of our inside."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import FastAPI, Query
from pydantic import Field

from isthmus.clock import SystemClock
from isthmus.db import Database
from isthmus.http import (
    ApiModel,
    Conflict,
    IfMatch,
    Page,
    PageQuery,
    Principal,
    ShortText,
    check_version,
    require,
    service_router,
    takes_body_of,
    to_page,
)
from isthmus.http.problem_titles import preferred_language
from isthmus.service import Service, create_app
from isthmus.settings import ServiceSettings

router = service_router("/v1/notes", tags=["notes"])
Caller = Annotated[Principal, require("notes")]


class Line(ApiModel):
    text: ShortText
    count: Annotated[int, Field(ge=1)]


class Note(ApiModel):
    title: ShortText
    lines: Annotated[list[Line], Field(default_factory=list)]


@router.get("")
async def list_notes(_caller: Caller, page: PageQuery, level: Annotated[int, Query(ge=1)] = 1) -> Page[int]:
    return to_page([level], page, key=lambda row: [row])


@router.post("")
async def make_note(_caller: Caller, note: Note) -> Note:
    if note.title == "taken":
        raise Conflict("title_taken", "There is a note of this title.")
    if note.title == "broken":
        raise ZeroDivisionError("the secret of the house")
    return note


@router.post("/batch")
@takes_body_of(20_000)
async def make_notes(_caller: Caller, titles: list[str]) -> int:
    return len(titles)


@router.get("/open/door")
async def forgot_to_ask() -> str:
    return "come in"


@router.patch("/{number}")
async def change_note(_caller: Caller, number: int, note: Note, if_match: IfMatch) -> Note:
    check_version(7, if_match)
    return note


SERVICE = Service(name="plumbing", package="plumbing", title="Plumbing", routers=[router])


@pytest.fixture
def app(service_settings: ServiceSettings) -> FastAPI:
    settings = service_settings.model_copy(update={"max_body_bytes": 10_000})
    return create_app(SERVICE, settings, Database(settings), SystemClock())


@pytest.fixture
def client(app: FastAPI, client_of: Any) -> httpx2.AsyncClient:
    made: httpx2.AsyncClient = client_of(app)
    return made


def problem(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["status"], document["code"]) == (status, status, code), document
    assert response.headers["content-type"] == "application/problem+json"
    assert document["type"] == f"urn:isthmus:problem:{code}"
    assert document["request_id"] == response.headers["x-request-id"] != ""
    return document


async def test_each_wrong_field_is_named_with_its_reason(client: httpx2.AsyncClient) -> None:
    body = {"title": "x" * 201, "lines": [{"text": "a", "count": 1}, {"text": "a\x00", "count": 0}], "colour": 1}
    document = problem(await client.post("/v1/notes", json=body), 422, "validation_failed")
    assert {(error["location"], error["pointer"], error["code"]) for error in document["errors"]} == {
        ("body", "/title", "string_too_long"),
        ("body", "/lines/1/text", "text_character"),
        ("body", "/lines/1/count", "greater_than_equal"),
        ("body", "/colour", "extra_forbidden"),
    }
    assert all(error["message"] for error in document["errors"])


async def test_a_wrong_query_parameter_is_named(client: httpx2.AsyncClient) -> None:
    document = problem(await client.get("/v1/notes?limit=0"), 422, "validation_failed")
    assert [(error["location"], error["pointer"]) for error in document["errors"]] == [("query", "/limit")]


async def test_the_value_sent_is_not_echoed(client: httpx2.AsyncClient) -> None:
    response = await client.post("/v1/notes", json={"title": 13800138000})
    assert "13800138000" not in response.text


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"title": ' + b"[" * 5_000, b"1" * 5_000, b"nope"])
async def test_a_body_that_is_no_json_is_the_callers_mistake(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/v1/notes", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_lone_surrogate_is_refused(client: httpx2.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    for body in (rb'{"title": "\ud800"}', rb'{"\ud800": "x", "title": "x"}'):
        problem(await client.post("/v1/notes", content=body, headers=headers), 422, "validation_failed")


async def test_routes_methods_sizes_and_media_types(client: httpx2.AsyncClient) -> None:
    problem(await client.get("/v1/nothing"), 404, "route_not_found")
    refused = await client.delete("/v1/notes")
    problem(refused, 405, "method_not_allowed")
    assert refused.headers["allow"]
    problem(await client.post("/v1/notes", json={"title": "x" * 20_000}), 413, "body_too_large")
    problem(await client.post("/v1/notes", content=b"title=x"), 415, "unsupported_media_type")
    form = {"content-type": "application/x-www-form-urlencoded"}
    problem(await client.post("/v1/notes", content=b"title=x", headers=form), 415, "unsupported_media_type")


async def test_a_handler_may_take_larger_bodies_and_streams_are_counted(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/v1/notes/batch", json=["x" * 15_000])).status_code == 200
    problem(await client.post("/v1/notes/batch", json=["x" * 30_000]), 413, "body_too_large")

    async def chunks() -> AsyncIterator[bytes]:
        yield b'["'
        yield b"x" * 30_000

    headers = {"content-type": "application/json"}
    problem(await client.post("/v1/notes/batch", content=chunks(), headers=headers), 413, "body_too_large")


async def test_a_business_error_keeps_its_code(client: httpx2.AsyncClient) -> None:
    document = problem(await client.post("/v1/notes", json={"title": "taken"}), 409, "title_taken")
    assert document["instance"] == "/v1/notes"


async def test_a_mistake_of_ours_tells_nothing(client: httpx2.AsyncClient) -> None:
    response = await client.post("/v1/notes", json={"title": "broken"})
    problem(response, 500, "internal_error")
    assert "secret" not in response.text
    assert "ZeroDivision" not in response.text


async def test_no_identity_or_no_scope_no_answer(app: FastAPI, client_of: Any) -> None:
    problem(await client_of(app, identity=False).get("/v1/notes"), 401, "identity_missing")
    problem(await client_of(app, scopes=["other"]).get("/v1/notes"), 403, "scope_not_granted")


async def test_a_route_that_asks_for_no_scope_is_denied_to_all(client: httpx2.AsyncClient) -> None:
    problem(await client.get("/v1/notes/open/door"), 500, "internal_error")


async def test_a_change_names_the_version_it_is_meant_for(client: httpx2.AsyncClient) -> None:
    async def change(**headers: str) -> httpx2.Response:
        return await client.patch("/v1/notes/1", json={"title": "x"}, headers=headers)

    problem(await change(), 428, "if_match_required")
    stale = await change(**{"If-Match": '"6"'})
    problem(stale, 412, "version_mismatch")
    assert stale.headers["etag"] == '"7"'
    for foreign in ('"abc"', "7", "*", f'"{2**63}"', '"' + "9" * 19 + '"'):
        problem(await change(**{"If-Match": foreign}), 412, "version_mismatch")
    assert (await change(**{"If-Match": '"7"'})).status_code == 200


async def test_titles_speak_the_callers_language(client: httpx2.AsyncClient) -> None:
    chinese = await client.get("/v1/nothing", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert (chinese.json()["title"], chinese.headers["content-language"]) == ("未找到", "zh")
    assert (await client.get("/v1/nothing")).json()["title"] == "Not Found"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("en-GB, zh;q=0.9", "en"),
        ("zh;q=0", "en"),
        ("zh;q=x", "en"),
        ("fr", "en"),
        ("en;q=0.2, zh-TW;q=0.3", "zh"),
    ],
)
def test_the_preferred_language(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


async def test_a_database_that_is_away_is_said_to_be(app: FastAPI, client_of: Any) -> None:
    """Port 1 of this host refuses at once."""

    @app.get("/needs-database")
    async def needs_database() -> None:
        await app.state.context.database.ping()

    response = await client_of(app).get("/needs-database")
    problem(response, 503, "dependency_unavailable")
    assert response.headers["retry-after"] == "1"
