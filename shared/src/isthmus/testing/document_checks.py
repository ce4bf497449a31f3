"""What holds for all documents of all business services alike: events, versions, references, states.

A test module makes them its own: `class TestEveryDocument(DocumentChecks)`, and its conftest gives the fixture `kind`.
"""
# ruff: noqa: S101 - these are the asserts of tests

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import OTHER_ORG_UNIT, DocumentKind
from isthmus.testing.walks import walks

Made = dict[str, Any]


class DocumentChecks:
    """Checks of each kind of document."""

    async def test_the_event_says_what_the_answer_says(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind
    ) -> None:
        document = await create(kind.path)
        event = next(event for event in await under_test.published() if event.key == document["id"])
        said = {name: value for name, value in document.items() if name in event.data}
        assert {"customer", "org_unit", *kind.change} <= said.keys()
        told = {name: event.data[name] for name in said}
        assert _plain(told) == _plain(said)
        assert event.headers["ce_aggregateversion"] == str(document["version"])

    async def test_a_change_needs_the_current_version_and_publishes_the_next(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind
    ) -> None:
        url = under_test.url(kind.path, (await create(kind.path))["id"])
        if kind.changed is None:
            assert (await under_test.client.patch(url, json={})).status_code == 405
            return
        tag, events = (await under_test.client.get(url)).headers["ETag"], await under_test.count_published()
        assert (await under_test.client.patch(url, json=kind.change)).status_code == 428
        stale = await under_test.client.patch(url, json=kind.change, headers={"If-Match": '"99"'})
        assert stale.status_code == 412
        changed = await under_test.client.patch(url, json=kind.change, headers={"If-Match": tag})
        assert changed.status_code == 200, changed.text
        assert kind.change.items() <= changed.json().items()
        assert changed.headers["ETag"] == f'"{changed.json()["version"]}"' != tag
        again = await under_test.client.patch(url, json=kind.change, headers={"If-Match": tag})
        assert (again.status_code, again.headers["ETag"]) == (412, changed.headers["ETag"])
        assert {error["pointer"] for error in again.json()["errors"]} == {f"/{name}" for name in kind.change}
        assert all("tester" in error["message"] for error in again.json()["errors"])
        (event,) = (await under_test.published())[events:]
        assert (event.type, kind.change.items() <= event.data.items()) == (kind.changed.event_type, True)
        assert event.headers["ce_aggregateversion"] == str(changed.json()["version"])

    async def test_of_two_changes_at_once_one_is_refused(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind
    ) -> None:
        url, tag = under_test.url(kind.path, (await create(kind.path))["id"]), {"If-Match": '"1"'}
        if kind.changed is None:
            return
        answers = await asyncio.gather(*(under_test.client.patch(url, json=kind.change, headers=tag) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
        assert (await under_test.client.get(url)).json()["version"] == 2

    async def test_the_history_tells_who_changed_what_and_when(
        self, under_test: BusinessServiceUnderTest, create: Create, clock: FixedClock, kind: DocumentKind
    ) -> None:
        document = await create(kind.path)
        url = under_test.url(kind.path, document["id"])
        clock.advance(timedelta(minutes=5))
        if kind.changed is not None:
            await under_test.client.patch(url, json=kind.change, headers={"If-Match": '"1"'})
        made, *changes = (await under_test.client.get(f"{url}/history")).json()
        at = document["created_at"]
        assert made == {"version": 1, "at": at, "by": "tester", "step": "create", "changes": []}
        now = clock.now().isoformat().replace("+00:00", "Z")
        expected = [{"field": name, "old": document[name], "new": value} for name, value in kind.change.items()]
        if kind.changed is not None:
            assert changes == [{"version": 2, "at": now, "by": "tester", "step": None, "changes": expected}]
        stranger = under_test.headers(org_units=[OTHER_ORG_UNIT])
        assert (await under_test.client.get(f"{url}/history", headers=stranger)).status_code == 404

    async def test_lists_are_sorted_by_each_column_offered_and_paged_so(
        self, under_test: BusinessServiceUnderTest, create: Create, clock: FixedClock, kind: DocumentKind
    ) -> None:
        made = []
        for _ in range(3):
            made.append((await create(kind.path))["id"])
            clock.advance(timedelta(hours=1))
        url = under_test.url(kind.path)
        parameters = under_test.app.openapi()["paths"][url]["get"]["parameters"]
        orders = next(one["schema"]["enum"] for one in parameters if one["name"] == "sort")
        assert {"created_at", "-created_at", "updated_at", "-updated_at"} <= set(orders)
        for order in orders:
            shown: list[str] = []
            cursor = None
            while cursor is not None or not shown:
                query = {"sort": order, "limit": 2} | ({"cursor": cursor} if cursor else {})
                page = (await under_test.client.get(url, params=query)).json()
                shown += [item["id"] for item in page["items"]]
                cursor = page["next_cursor"]
            assert shown == (made[::-1] if order.startswith("-") else made), order
        wrong = await under_test.client.get(url, params={"sort": "note"})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/sort")

    async def test_the_list_is_exported_and_one_is_printed(
        self, under_test: BusinessServiceUnderTest, create: Create, clock: FixedClock, kind: DocumentKind
    ) -> None:
        first = await create(kind.path)
        clock.advance(timedelta(hours=1))
        second = await create(kind.path)
        url, client = under_test.url(kind.path), under_test.client
        exported = await client.get(f"{url}/export", params={"format": "csv", "sort": "created_at", "language": "zh"})
        assert exported.headers["content-type"].startswith("text/csv")
        headings, *rows = csv.reader(exported.content.decode("utf-8-sig").splitlines())
        assert (headings[0], [row[0] for row in rows]) == ("单据号", [first["id"], second["id"]])
        assert "创建时间(北京时间)" in headings
        book = await client.get(f"{url}/export")
        with ZipFile(io.BytesIO(book.content)) as parts:
            assert second["id"] in parts.read("xl/worksheets/sheet1.xml").decode()
        printed = await client.get(f"{url}/{first['id']}/print")
        assert (printed.headers["content-type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
        stranger = under_test.headers(org_units=[OTHER_ORG_UNIT])
        assert (await client.get(f"{url}/{first['id']}/print", headers=stranger)).status_code == 404
        none = await client.get(f"{url}/export", params={"format": "csv"}, headers=stranger)
        assert len(none.text.splitlines()) == 1

    async def test_whose_it_is_and_what_it_refers_to_is_never_changed(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind
    ) -> None:
        document = await create(kind.path)
        if kind.changed is None:
            return
        url, tag = under_test.url(kind.path, document["id"]), {"If-Match": '"1"'}
        references = [name for name in document if name.endswith("_id") and name not in kind.renewed]
        for name in ("org_unit", "customer", "status", *references):
            value = document[name] or document["id"]
            refused = await under_test.client.patch(url, json={name: value}, headers=tag)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{name}")

    async def test_every_step_is_taken_where_it_is_allowed_and_refused_where_it_is_not(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind
    ) -> None:
        tried: set[tuple[str, str]] = set()
        for walk in walks(kind.workflow, kind.steps) if kind.steps else ():
            document = await create(kind.path)
            for step in [*walk, None]:
                refused = set(kind.steps) - set(kind.workflow.allowed(document["status"]))
                for wrong in sorted({(document["status"], wrong) for wrong in refused} - tried):
                    await _is_refused(under_test, kind, document, wrong[1])
                    tried.add(wrong)
                if step is not None:
                    document = await _is_taken(under_test, kind, document, step)

    def test_the_contract_knows_every_state(self, kind: DocumentKind) -> None:
        if kind.changed is None or "status" not in kind.changed.model_fields:
            return
        schema = kind.changed.model_json_schema()["properties"]["status"]
        assert set(schema["x-known-values"]) == kind.workflow.states


async def _is_taken(under_test: BusinessServiceUnderTest, kind: DocumentKind, document: Made, step: str) -> Made:
    """Take a step; give the document after it, which is the next version and published once."""
    events, url = await under_test.count_published(), under_test.url(kind.path, document["id"])
    answer = await under_test.client.post(f"{url}/{step}", json=kind.step_bodies.get(step))
    assert answer.status_code == 200, answer.text
    after: Made = answer.json()
    assert after["status"] == kind.workflow.after(document["status"], step)
    assert after["version"] == document["version"] + 1
    assert (await under_test.client.get(url)).json() == after
    assert await under_test.count_published() == events + 1
    return after


async def _is_refused(under_test: BusinessServiceUnderTest, kind: DocumentKind, document: Made, step: str) -> None:
    """Try a step that the state does not allow: the answer says what it allows, and nothing has changed."""
    events, url = await under_test.count_published(), under_test.url(kind.path, document["id"])
    answer = await under_test.client.post(f"{url}/{step}", json=kind.step_bodies.get(step))
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    words = (document["status"], step, *kind.workflow.allowed(document["status"]))
    assert all(word in answer.json()["detail"] for word in words)
    assert (await under_test.client.get(url)).json() == document
    assert await under_test.count_published() == events


def _plain(value: Any) -> Any:
    """A value without the nulls of its fields, which answers and events may or may not spell out."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    return value
