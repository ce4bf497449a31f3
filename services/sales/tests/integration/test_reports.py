"""The report of a month and of ten days tells what was done by org unit, as data, as a table and as pages."""

import csv
import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT

pytestmark = pytest.mark.integration

TOTAL = {"amount_minor": 10_000_000, "currency": "CNY"}


async def report(sales: BusinessServiceUnderTest, period: str, **caller: Any) -> dict[tuple[str | None, str], Any]:
    headers = sales.headers(**caller)
    answer = await sales.client.get(f"/v1/sales/reports/{period}", headers=headers)
    assert answer.status_code == 200, answer.text
    return {(row["org_unit"], row["code"]): row["amount"] or row["value"] for row in answer.json()["rows"]}


async def test_what_was_done_in_a_period_is_told_by_org_unit_and_in_all(
    sales: BusinessServiceUnderTest, create: Create, clock: FixedClock
) -> None:
    lead = await create("leads")
    for step in ("contact", "qualify", "convert"):
        await sales.client.post(sales.url("leads", lead["id"], step))
    await create("leads")
    await create("leads", org_unit=OTHER_ORG_UNIT)
    await create("orders", total=TOTAL, deposit=None)
    clock.advance(timedelta(days=15))
    await create("orders", org_unit=OTHER_ORG_UNIT, total=TOTAL, deposit=None)
    month = await report(sales, "2026-11")
    assert [month[unit, "leads"] for unit in (ORG_UNIT, OTHER_ORG_UNIT, None)] == [2, 1, 3]
    assert (month[ORG_UNIT, "conversion"], month[None, "conversion"]) == (500, 333)
    assert month[None, "order_amount"] == TOTAL | {"amount_minor": 20_000_000}
    first, second = [await report(sales, f"2026-11-{part}") for part in "AB"]
    assert ((first[None, "orders"], second[None, "orders"])) == (1, 1)
    assert (OTHER_ORG_UNIT, "orders") not in await report(sales, "2026-11-B", org_units=[ORG_UNIT])
    assert (await report(sales, "2026-10"))[None, "leads"] == 0
    assert (await sales.client.get("/v1/sales/reports/2026-11-D")).status_code == 422


async def test_a_report_is_a_table_and_pages_as_well(sales: BusinessServiceUnderTest, create: Create) -> None:
    await create("orders", total=TOTAL, deposit=None)

    async def file(wanted: str) -> bytes:
        query = {"format": wanted, "language": "zh"}
        answer = await sales.client.get("/v1/sales/reports/2026-11", params=query)
        assert f"sales-2026-11.{wanted}" in answer.headers["content-disposition"]
        content: bytes = answer.content
        return content

    headings, *rows = csv.reader((await file("csv")).decode("utf-8-sig").splitlines())
    assert headings[:3] == ["组织单元", "指标代码", "指标"]
    assert [ORG_UNIT, "order_amount", "订单金额", "", "100000.00", "CNY"] in rows
    with ZipFile(io.BytesIO(await file("xlsx"))) as parts:
        assert "order_amount" in parts.read("xl/worksheets/sheet1.xml").decode()
    assert (await file("pdf")).startswith(b"%PDF-")
