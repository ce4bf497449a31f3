"""Uploads: good lines count, bad lines are told, memory and job stay bounded."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from customer_master import batch_jobs
from customer_master.ndjson import lines
from customer_master.testing import DEALER, OTHER_DEALER, ouyang

pytestmark = pytest.mark.integration


def ndjson(*rows: Any) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows)


async def upload(client: Any, content: Any) -> dict[str, Any]:
    answer = await client.post("/v1/customer-records/batch", content=content)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def test_counts_and_row_errors(master: Any, api: Callable[..., Any]) -> None:
    client = api("dealer:D0001")
    job = await upload(
        client,
        ndjson(
            ouyang(DEALER, "A"),
            b"",
            ouyang(DEALER, "A"),
            ouyang(DEALER, "A", version=0),
            b"{nonsense",
            ouyang(OTHER_DEALER, "B"),
            {"source": DEALER, "phones": "1", "record_id": "C"},
            b"[]",
        ),
    )

    counts = {name: job[name] for name in ("received", "stored", "repeated", "outdated", "rejected")}
    assert counts == {"received": 7, "stored": 1, "repeated": 1, "outdated": 1, "rejected": 4}
    assert [(error["line"], error["pointer"]) for error in job["errors"]] == [
        (5, ""),
        (6, "/source"),
        (7, "/phones"),
        (8, ""),
    ]
    assert job["state"] == "resolving"

    await master.resolver.drain()
    assert (await client.get(f"/v1/jobs/{job['job_id']}")).json()["state"] == "done"


async def test_many_lines_in_odd_chunks_are_all_stored(master: Any, api: Callable[..., Any]) -> None:
    content = ndjson(*(ouyang(DEALER, f"C-{number}") for number in range(batch_jobs.LINES_A_PIECE + 7)))

    async def chunks() -> Any:
        for start in range(0, len(content), 1013):
            yield content[start : start + 1013]

    job = await upload(api(), chunks())
    assert job["stored"] == batch_jobs.LINES_A_PIECE + 7


async def test_no_more_errors_are_kept_than_promised(api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_jobs, "MOST_ERRORS_KEPT", 300)
    job = await upload(api(), b"x\n" * 2_000)
    assert job["rejected"] == 2_000
    assert len(job["errors"]) <= 300


async def test_another_client_sees_no_job(master: Any, api: Callable[..., Any]) -> None:
    job = await upload(api(), ndjson(ouyang(DEALER, "A")))
    await master.fetch("UPDATE batch_jobs SET client_id = 'somebody-else'")
    assert (await api().get(f"/v1/jobs/{job['job_id']}")).status_code == 404


async def test_a_line_too_long_is_an_error_and_the_next_one_counts() -> None:
    async def chunks() -> Any:
        yield b"a\n"
        for _ in range(9):
            yield b"x" * 100_000
        yield b"\nb\n\nc"

    assert [line async for line in lines(chunks())] == [(1, b"a"), (2, None), (3, b"b"), (5, b"c")]


async def test_a_table_is_taken_in_row_by_row(master: Any, api: Callable[..., Any]) -> None:
    client = api("dealer:D0001")
    table = "姓名,手机\r\n欧阳靖宇,13812345678\r\n欧阳靖宇,13812345678\r\n张三,1,2\r\n".encode("gb18030")
    csv = {"Content-Type": "text/csv; charset=gbk"}
    answer = await client.post(f"/v1/customer-records/batch?source={DEALER}", content=table, headers=csv)
    job = answer.json()
    assert (answer.status_code, job["stored"], job["repeated"], job["rejected"]) == (202, 1, 1, 1)
    assert [(error["line"], error["code"]) for error in job["errors"]] == [(4, "wrong_row")]
    foreign = await client.post(f"/v1/customer-records/batch?source={OTHER_DEALER}", content=table, headers=csv)
    assert foreign.json()["rejected"] == 3
    for wrong in ("/v1/customer-records/batch", f"/v1/customer-records/batch?source={DEALER}"):
        refused = await client.post(wrong, content=b"colour\nred\n", headers=csv)
        assert refused.status_code == 422
    assert await master.fetch("SELECT FROM batch_jobs WHERE state = 'receiving'") == []
