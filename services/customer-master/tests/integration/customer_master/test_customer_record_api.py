"""Customer records over HTTP: put, wait, read, delete; what is wrong is told by field."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.integration

PATH = "/v1/customer-records/dealer:D0001:dms/C-1"
BODY = {"version": 1, "name": {"full": "欧阳靖宇"}, "phones": [{"value": "138 0013 8001"}]}


@asynccontextmanager
async def running_resolver(master: Any) -> Any:
    stop = asyncio.Event()
    task = asyncio.create_task(master.resolver.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def test_put_answers_202_before_and_the_golden_id_once_resolved(master: Any, api: Callable[..., Any]) -> None:
    client = api()
    put = await client.put(PATH, json=BODY)
    assert (put.status_code, put.json()["version"], put.json()["state"]) == (202, 1, "pending")
    assert (await client.get(PATH)).json()["state"] == "pending"

    await master.resolver.drain()

    got = (await client.get(PATH)).json()
    assert got["state"] == "resolved"
    assert got["golden_id"]
    assert got["record"]["phones"] == [{"value": "138 0013 8001"}]


async def test_put_with_wait_answers_200_with_the_golden_id(master: Any, api: Callable[..., Any]) -> None:
    async with running_resolver(master):
        put = await api().put(PATH, params={"wait": "true"}, json=BODY)

    assert put.status_code == 200
    assert put.json()["golden_id"] == str((await master.golden_ids())["dealer:D0001:dms/C-1"])


async def test_wait_gives_up_with_202(master: Any, api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customer_master.customer_records.LONGEST_WAIT_SECONDS", 0.05)
    put = await api().put(PATH, params={"wait": "true"}, json=BODY)
    assert (put.status_code, put.json()["golden_id"]) == (202, None)


async def test_an_older_version_is_kept_but_not_current(master: Any, api: Callable[..., Any]) -> None:
    client = api()
    await client.put(PATH, json=BODY | {"version": 5})
    late = await client.put(PATH, json=BODY | {"version": 4, "gender": "F"})

    assert late.json()["outcome"] == "outdated"
    assert (await client.get(PATH)).json()["version"] == 5
    assert [row["version"] for row in await master.fetch("SELECT version FROM record_versions ORDER BY id")] == [5, 4]


async def test_delete_without_version_goes_before_the_next_version(master: Any, api: Callable[..., Any]) -> None:
    client = api()
    await client.put(PATH, json=BODY)
    assert (await client.delete(PATH)).status_code == 202
    await master.resolver.drain()
    gone = (await client.get(PATH)).json()
    assert (gone["deleted"], gone["golden_id"]) == (True, None)
    assert (await client.delete(PATH)).status_code == 200

    await client.put(PATH, json=BODY)
    assert (await client.get(PATH)).json()["deleted"] is True
    await client.put(PATH, json=BODY | {"version": 2})
    assert (await client.get(PATH)).json()["deleted"] is False


async def test_a_record_id_may_hold_any_characters(api: Callable[..., Any]) -> None:
    path = f"/v1/customer-records/dealer:D0001:dms/{quote('客户/1 ?#%', safe='')}"
    assert (await api().put(path, json=BODY)).status_code == 202
    assert (await api().get(path)).json()["record_id"] == "客户/1 ?#%"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"phones": "13800138001"}, "/phones"),
        ({"version": 2**63}, "/version"),
        ({"version": -1}, "/version"),
        ({"observed_at": "yesterday"}, "/observed_at"),
        ({"name": {"full": "a\x00b"}}, "/name/full"),
        ({"source": "dealer:D0002:dms"}, "/source"),
        ({"phones": [{"value": "1"}] * 101}, "/phones"),
    ],
)
async def test_a_malformed_body_names_the_field(api: Callable[..., Any], body: dict[str, Any], pointer: str) -> None:
    answer = await api().put(PATH, json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("source", ["dealer", "dealer:D0001:dms:x", "a%00:b", "deal%20er:x"])
async def test_a_wrong_source_is_a_422(api: Callable[..., Any], source: str) -> None:
    assert (await api().put(f"/v1/customer-records/{source}/C-1", json=BODY)).status_code == 422


async def test_only_the_records_own_org_unit_may_write_and_read(api: Callable[..., Any]) -> None:
    assert (await api("dealer:D0002").put(PATH, json=BODY)).status_code == 403
    assert (await api("dealer:D0001").put(PATH, json=BODY)).status_code == 202
    assert (await api("dealer:D0002").get(PATH)).status_code == 403
    assert (await api("dealer:D0002").delete(PATH)).status_code == 403
    assert (await api("dealer:D0001").get(PATH)).status_code == 200
    assert (await api("dealer:D0001", scopes=("customers:read",)).get(PATH)).status_code == 403


async def test_reading_is_logged(master: Any, api: Callable[..., Any]) -> None:
    await api().put(PATH, json=BODY)
    await api().get(PATH)
    (row,) = await master.fetch("SELECT * FROM access_log")
    assert (row["action"], row["object_ids"]) == ("customer_record.read", ["dealer:D0001:dms/C-1"])


async def test_an_unknown_record_is_a_404(api: Callable[..., Any]) -> None:
    assert (await api().get(PATH)).status_code == 404
    assert (await api().delete(PATH)).status_code == 404
