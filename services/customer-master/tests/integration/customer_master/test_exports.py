"""Every list as a table: the rows, the order, the masking and the notes in the access log are those of the list."""

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from customer_master.database import transaction
from customer_master.profile.keeping import compute_queued
from customer_master.service import SERVICE
from customer_master.testing import DEALER, STATION, Master, record
from customer_master.testing.business import store, told
from customer_master.testing.desk import Desk
from isthmus.contracts.aftersales import RepairOrderOpened
from isthmus.contracts.sales import LeadCreated
from isthmus.contracts.topics import CONTACTED
from isthmus.exports import columns_of, open_table
from isthmus.lists import exporting
from isthmus.testing.lists import lists_of

pytestmark = pytest.mark.integration

SCOPES = ("customers:read", "customer-records:read", "customer-records:write", "stewardship", "privacy")
NAMES = (("欧阳靖宇", "欧阳静"), ("诸葛靖宇", "诸葛静"), ("司马靖宇", "司马静"))
ORDERS = {
    "/v1/customer-profiles": ("points", "-points", "last_activity_at", "-last_activity_at"),
    "/v1/review-cases": ("weight", "-weight", "opened_at", "-opened_at"),
    "/v1/decisions": ("decided_at", "-decided_at"),
    "/v1/erasures": ("requested_at", "-requested_at", "completed_at", "-completed_at"),
    "/v1/jobs": ("created_at", "-created_at"),
    "/v1/jobs/{job_id}/errors": (None,),
    "/v1/birthdays": (None,),
    "/v1/customers/{golden_id}/timeline": ("occurred_at", "-occurred_at"),
    "/v1/customers/{golden_id}/contacts": ("at", "-at"),
    "/v1/customers/{golden_id}/history": (None,),
}
PERSONAL = ORDERS.keys() - {"/v1/erasures", "/v1/jobs", "/v1/jobs/{job_id}/errors"}
GIVEN = {"/v1/birthdays": {"from": "2026-11-01", "to": "2026-11-10"}}
VIEWS = {one.path: one.view for one in lists_of(SERVICE)}
EVERY = [(path, order) for path, orders in ORDERS.items() for order in orders]


@pytest_asyncio.fixture
async def ids(master: Master, api: Callable[..., Any]) -> dict[str, Any]:
    """Something in every list, and more than one of it, of two org units."""
    desk = Desk(api(scopes=SCOPES), master)
    for number, (one, other) in enumerate(NAMES):
        phones = [{"value": f"1380013810{number}"}]
        born = f"1987-11-0{number + 1}"
        await desk.put(
            record(DEALER, f"A{number}", name={"full": one}, phones=phones, birth_date=born),
            record(DEALER, f"B{number}", name={"full": other}, phones=phones),
            record(STATION, f"E{number}", name={"full": f"尉迟{number}"}, emails=[{"value": f"e{number}@example.com"}]),
        )
    golden = await desk.put(record(STATION, "A0", name={"full": NAMES[0][0]}, phones=[{"value": "13800138100"}]))
    await store(
        master,
        told(master, "sales", LeadCreated, (DEALER, "A0"), status="new"),
        told(master, "aftersales", RepairOrderOpened, (STATION, "A0"), status="opened"),
        told(master, "sales", CONTACTED["sales"], (DEALER, "A0"), channel="sms", purpose="care", template="birthday"),
        told(master, "aftersales", CONTACTED["aftersales"], (STATION, "A0"), channel="phone", purpose="care"),
    )
    async with transaction(master.database) as connection:
        await compute_queued(connection, master.clock.now())
    case = (await desk.cases())[0]
    await desk.take_back(await desk.decide(case["case_id"], "different"))
    await desk.decide(case["case_id"], "later")
    for number in (1, 2):
        tag = {"If-Match": await desk.tag(golden[f"{STATION}/E{number}"])}
        body = {"reason": "asked for", "requester_reference": f"R-{number}"}
        await desk.post(f"/v1/customers/{golden[f'{STATION}/E{number}']}/erasure", body, **tag)
        job = await desk.client.post("/v1/customer-records/batch", content=b"one\ntwo\n")
        master.clock.advance(timedelta(seconds=1))
    await master.fetch("UPDATE erasures SET state = 'complete', completed_at = now() WHERE requester_reference = 'R-1'")
    return {"golden_id": golden[f"{DEALER}/A0"], "job_id": job.json()["job_id"]}


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "ROWS_AT_ONCE", 1)


async def pages(client: Any, url: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows of a list, read one by one."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(url, params=parameters | {"limit": 1} | cursor)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return rows
        cursor = {"cursor": answer.json()["next_cursor"]}


def table_of(view: Any, rows: list[dict[str, Any]]) -> bytes:
    columns = columns_of(view)
    table = open_table("csv", [column.heading("zh") for column in columns], "zh")
    table.write([column.cell(view.model_validate(row)) for column in columns] for row in rows)
    with table.finish() as file:
        return file.read()


async def noted(master: Master) -> list[tuple[str, list[str]]]:
    """What was noted in the access log since this was asked last."""
    rows = await master.fetch("SELECT action, object_ids FROM access_log ORDER BY id")
    await master.fetch("DELETE FROM access_log")
    return [(row["action"], row["object_ids"]) for row in rows]


@pytest.mark.usefixtures("one_at_a_time")
@pytest.mark.parametrize("org_unit", ["*", "dealer:D0001"])
async def test_an_export_is_the_list_read_to_its_end(
    ids: dict[str, Any], master: Master, api: Callable[..., Any], org_unit: str
) -> None:
    client = api(org_unit, scopes=SCOPES)
    await noted(master)
    for path, order in EVERY:
        url = path.format(**ids)
        parameters = GIVEN.get(path, {}) | ({"sort": order} if order else {})
        if path == "/v1/erasures" and org_unit != "*":
            assert (await client.get(f"{url}/export")).status_code == 403
            continue
        rows = await pages(client, url, parameters)
        of_the_list = await noted(master)
        exported = await client.get(f"{url}/export", params=parameters | {"format": "csv", "language": "zh"})
        assert exported.status_code == 200, exported.text
        assert len(rows) > 1, path
        assert exported.content == table_of(VIEWS[path], rows), (path, order)
        assert await noted(master) == of_the_list
        assert bool(of_the_list) == (path in PERSONAL)
        assert len({str(row) for row in rows}) == len(rows), "none twice"
        if order:
            assert in_order(rows, order), (path, order)


def in_order(rows: list[dict[str, Any]], order: str) -> bool:
    """By the column, those without a value last; of rows alike nothing is asked."""
    values = [row[order.removeprefix("-")] for row in rows]
    told = [value for value in values if value is not None]
    ordered = sorted(told, reverse=order.startswith("-"))
    return values == ordered + [None] * (len(values) - len(told)) and len(set(told)) > 0


def test_every_export_is_looked_at(app: Any) -> None:
    exports = {path.removesuffix("/export") for path in app.openapi()["paths"] if path.endswith("/export")}
    assert exports == {*ORDERS, "/v1/customers"}
    for path, orders in ORDERS.items():
        parameters = app.openapi()["paths"][path]["get"]["parameters"]
        offered = next((one["schema"]["enum"] for one in parameters if one["name"] == "sort"), (None,))
        assert set(offered) == set(orders)


async def test_filters_of_the_list_are_those_of_the_export(ids: dict[str, Any], api: Callable[..., Any]) -> None:
    client = api(scopes=SCOPES)
    path = f"/v1/customers/{ids['golden_id']}"

    async def lines(url: str, **parameters: str) -> int:
        answer = await client.get(f"{url}/export", params={"format": "csv"} | parameters)
        assert answer.status_code == 200, answer.text
        return len(answer.text.splitlines()) - 1

    assert await lines("/v1/erasures", state="complete") == 1
    assert await lines("/v1/jobs", state="interrupted") == 0
    assert await lines("/v1/jobs", created_to="2026-01-01T00:00:00Z") == 0
    assert await lines(f"{path}/timeline", service="sales") == 2
    assert await lines(f"{path}/contacts", channel="phone") == 1
    assert await lines("/v1/review-cases", state="later") == 1
    assert await lines("/v1/customer-profiles", stage="lost") == 0
    assert (await client.get("/v1/jobs/export", params={"colour": "red"})).status_code == 422
    assert (await client.get("/v1/birthdays/export")).status_code == 422


async def test_what_one_may_not_see_is_in_no_table(ids: dict[str, Any], api: Callable[..., Any]) -> None:
    stranger = api("dealer:D0009", scopes=SCOPES)
    for path in ORDERS:
        if "{golden_id}" in path:
            assert (await stranger.get(f"{path.format(**ids)}/export")).status_code == 404
    assert (await api(scopes=("customers:read",)).get("/v1/review-cases/export")).status_code == 403
    dealer = await api("dealer:D0001", scopes=SCOPES).get(
        f"/v1/customers/{ids['golden_id']}/timeline/export", params={"format": "csv", "language": "zh"}
    )
    assert "new" in dealer.text
    assert 'opened"' not in dealer.text
    assert STATION not in dealer.text


async def test_what_a_search_finds_is_a_table_of_the_values_people_look_for(
    ids: dict[str, Any], master: Master, api: Callable[..., Any]
) -> None:
    await noted(master)
    parameters = {"phone": "13800138100", "format": "csv", "language": "zh"}
    found = await api("dealer:D0001", scopes=SCOPES).get("/v1/customers/export", params=parameters)
    headings, first, *others = csv.reader(found.content.decode("utf-8-sig").splitlines())
    row = dict(zip(headings, first, strict=True))
    assert (row["黄金客户号"], row["称呼"], row["电话"]) == (str(ids["golden_id"]), "欧阳靖宇", "'+8613800138100")
    assert row["匹配依据"] == "phone +8613800138100"
    assert await noted(master) == [("customer.search", [row["黄金客户号"], *(other[-1] for other in others)])]
    assert (await api(scopes=SCOPES).get("/v1/customers/export")).status_code == 422


async def test_a_sheet_names_codes_in_the_language_of_the_reader(ids: dict[str, Any], api: Callable[..., Any]) -> None:
    del ids
    sheet = await api(scopes=SCOPES).get("/v1/customer-profiles/export", params={"language": "zh"})
    assert sheet.headers["content-disposition"] == 'attachment; filename="customer-profiles.xlsx"'
    assert sheet.content[:2] == b"PK"


async def test_a_cursor_of_another_order_is_refused(ids: dict[str, Any], api: Callable[..., Any]) -> None:
    del ids
    client = api(scopes=SCOPES)
    first = (await client.get("/v1/review-cases", params={"sort": "opened_at", "limit": 1})).json()
    wrong = await client.get("/v1/review-cases", params={"cursor": first["next_cursor"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_cursor")


async def test_of_jobs_one_sees_ones_own(ids: dict[str, Any], master: Master, api: Callable[..., Any]) -> None:
    await master.fetch("UPDATE batch_jobs SET client_id = 'somebody-else'")
    client = api(scopes=SCOPES)
    assert (await client.get("/v1/jobs")).json()["items"] == []
    for url in (f"/v1/jobs/{ids['job_id']}/errors", f"/v1/jobs/{ids['job_id']}/errors/export"):
        assert (await client.get(url)).status_code == 404
