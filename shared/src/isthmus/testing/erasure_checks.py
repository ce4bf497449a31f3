"""What holds for all business services when a customer is erased: no trace in the database, the fact stays, a receipt.

A test module makes them its own: `class TestErasure(ErasureChecks)`; its conftest gives the fixture `personal_data`.
"""
# ruff: noqa: S101 - these are the asserts of tests

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Date, DateTime, Integer, Text, Uuid, delete, inspect, select, text

from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.erasures import CustomerErased, ErasureAnswered
from isthmus.db import Base
from isthmus.ids import new_id
from isthmus.messaging.tables import Purge
from isthmus.notifications import forget_handed_on
from isthmus.notifications.tables import Notification
from isthmus.parties import Party
from isthmus.parties.erasure import OF_EVERY_DOCUMENT, PersonalData, erase
from isthmus.parties.erasure_receipts import answer_due
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.markers import tables_with
from isthmus.testing.resources import DocumentKind, Resource
from isthmus.timers import set_timer

Beside = Callable[[Mapping[str, UUID]], Sequence[tuple[type[Base], Mapping[str, Any]]]]
"""Rows that no kind of the tests makes, each a table with what it needs; given the documents made, by their paths."""

MARKER = "墨迹Qx7Zv"
CUSTOMER = {
    "name": {"full": MARKER},
    "phones": [{"value": MARKER}],
    "attributes": {"hobby": MARKER},
}
# Wherever a body has them; who works for the dealer and what is on a list is no personal data of the customer.
_FREE_TEXTS = {
    *("address", "body", "campaign", "cancel_reason", "claim_number", "comment", "commitment", "demand", "description"),
    *(
        "diagnosis",
        "insurer",
        "location",
        "lost_reason",
        "note",
        "number",
        "promise",
        "promises",
        "resolution",
        "result",
    ),
    *("subject", "symptom", "work_done"),
}
VEHICLE = {"vin": MARKER, "plate": MARKER, "series": MARKER}


def marked(under_test: BusinessServiceUnderTest, kind: DocumentKind) -> dict[str, Any]:
    """The body of a document with the marker in every free text, and in the vehicle."""
    document = under_test.app.openapi()
    body = document["paths"][under_test.url(kind.path)]["post"]["requestBody"]["content"]["application/json"]["schema"]
    fields = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]["properties"]
    texts: dict[str, Any] = dict.fromkeys(_FREE_TEXTS & fields.keys(), MARKER)
    if "attachments" in fields:
        texts["attachments"] = [{"name": MARKER, "address": MARKER}]
    takes_vin = "vin" in str(kind.body.get("vehicle", {})) or "plate" in str(kind.body.get("vehicle", {}))
    vehicle = {"vehicle": VEHICLE if takes_vin else {"series": MARKER}} if "vehicle" in fields else {}
    return {"customer": CUSTOMER, **texts, **vehicle}


async def _write_once_more(under_test: BusinessServiceUnderTest, kind: DocumentKind, document_id: str) -> None:
    """Change the texts of a document, where it can be changed, so that its history holds the marker as well."""
    if kind.changed is None:
        return
    document, every = under_test.app.openapi(), under_test.url(kind.path)
    body = next(
        item["patch"]["requestBody"]["content"]["application/json"]["schema"]
        for path, item in document["paths"].items()
        if path.startswith(f"{every}/{{") and "patch" in item
    )
    fields = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]["properties"]
    texts = dict.fromkeys(_FREE_TEXTS & fields.keys(), f"{MARKER}!")
    changed = await under_test.client.patch(f"{every}/{document_id}", json=texts, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    assert not texts or "document_history" in await tables_with(under_test.database, MARKER)


def marked_row(table: type[Base], at: datetime, marker: str, **known: Any) -> Base:
    """A row with the marker in every text that is neither `known` nor a business fact; the rest is of no account."""
    facts = OF_EVERY_DOCUMENT | getattr(table, "business_facts", frozenset())
    values = {
        attribute.key: _value(attribute.columns[0], at, "kept" if attribute.key in facts else marker)
        for attribute in inspect(table).column_attrs
    }
    return table(**values | {name: value for name, value in known.items() if name in values})


def _value(column: Any, at: datetime, words: str) -> Any:
    match column.type:
        case Text():
            return words
        case Uuid():
            return None if column.nullable else new_id()
        case DateTime():
            return at
        case Date():
            return at.date()
        case Integer():
            return 1
    return None if column.nullable else []


async def _keep_beside(under_test: BusinessServiceUnderTest, record_id: str) -> None:
    """What is kept of a customer beside the documents: a saved search, messages sent and waiting, a timer."""
    body = {"name": f"find {MARKER}", "list": "customers", "query": {"name": MARKER}}
    saved = await under_test.client.post(
        under_test.url("saved-searches"), json=body, headers={"Idempotency-Key": "saved"}
    )
    assert saved.status_code == 201, saved.text
    async with under_test.database.transaction() as session:
        party = (await session.scalars(select(Party).where(Party.record_id == record_id))).one()
        of_the_service = dict.fromkeys(("channel", "purpose", "template", "campaign", "material", "language"), "kept")
        of_the_customer = {"source": party.source, "record_id": record_id, "values": {"name": MARKER}, "reason": None}
        known: dict[str, Any] = of_the_service | of_the_customer
        at = under_test.clock.now()
        session.add_all(marked_row(Notification, at, MARKER, **known, status=status) for status in ("sent", "pending"))
        await set_timer(session, kind="of-a-customer", key=record_id, due_at=at, payload={"name": MARKER})


async def erase_records(
    under_test: BusinessServiceUnderTest, personal_data: PersonalData, *record_ids: str
) -> CustomerErased:
    """Carry an erasure of these records out, as the subscription does."""
    async with under_test.database.transaction() as session:
        rows = await session.execute(
            text("SELECT source, record_id FROM customers WHERE record_id = ANY(:ids)"), {"ids": list(record_ids)}
        )
        erased = CustomerErased(
            erasure_id=new_id(under_test.clock),
            golden_ids=[UUID(int=1)],
            records=[RecordKey(source=row.source, record_id=row.record_id) for row in rows],
            erased_at=under_test.clock.now(),
        )
        await erase(session, personal_data, erased)
    return erased


async def answer_all(under_test: BusinessServiceUnderTest) -> int:
    """Answer the erasures that are due, as the background task does."""
    forget = partial(forget_handed_on, under_test.context)
    return await answer_due(under_test.database, under_test.name, under_test.clock, forget)


class ErasureChecks:
    """Checks of each kind of document, and of all there is of one customer."""

    def test_every_table_of_customers_is_declared(self, service: Service, personal_data: PersonalData) -> None:
        declared = {*personal_data.documents, *personal_data.details, *personal_data.by_record}
        owners = {fact.event_key for fact in personal_data.documents.values()}
        ours = [
            mapper.class_
            for mapper in Base.registry.mappers
            if mapper.class_.__module__.startswith(f"{service.package}.")
        ]
        # Of what belongs to a document the column cannot be null; others merely refer to one.
        of_customers = {
            table
            for table in ours
            for column in table.__table__.columns
            if column.key == "record_id" or (column.key in owners and not column.nullable)
        }
        assert of_customers <= declared

    async def test_of_all_there_is_of_a_customer_nothing_is_left(
        self,
        under_test: BusinessServiceUnderTest,
        create: Create,
        resources: Mapping[str, Resource],
        personal_data: PersonalData,
        beside: Beside,
    ) -> None:
        """In no table of the database: each that is declared to hold personal data holds some of this customer."""
        declared = {*personal_data.documents, *personal_data.details, *personal_data.by_record}
        made: dict[str, UUID] = {}
        record_id = (await create("customers", customer=CUSTOMER))["record_id"]
        for kind in (one for one in resources.values() if isinstance(one, DocumentKind)):
            document = await create(kind.path, **marked(under_test, kind) | {"customer": {"record_id": record_id}})
            made[kind.path] = UUID(document["id"])
            await _write_once_more(under_test, kind, document["id"])
        await _keep_beside(under_test, record_id)
        async with under_test.database.transaction() as session:
            party = (await session.scalars(select(Party).where(Party.record_id == record_id))).one()
            for table, known in beside(made):
                whose = {"org_unit": party.org_unit, "source": party.source, "record_id": record_id}
                marker = MARKER if table in declared else "of nobody"
                session.add(marked_row(table, under_test.clock.now(), marker, **{**whose, **known}))
                await session.flush()
        everywhere = {"customers", "document_history", "idempotency_keys", "notifications", "outbox", "saved_searches"}
        holding = {*await tables_with(under_test.database, MARKER), *await tables_with(under_test.database, record_id)}
        assert holding >= {table.__tablename__ for table in declared} | everywhere | {"timers"}

        await erase_records(under_test, personal_data, record_id)

        assert await tables_with(under_test.database, MARKER) == []
        deleted = {table.__tablename__ for table in personal_data.by_record}
        assert deleted.isdisjoint(await tables_with(under_test.database, record_id))

    async def test_nothing_of_the_customer_is_left_and_the_fact_is(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind, personal_data: PersonalData
    ) -> None:
        document = await create(kind.path, **marked(under_test, kind))
        other = await create(kind.path)
        await _write_once_more(under_test, kind, document["id"])
        assert "customers" in await tables_with(under_test.database, MARKER)
        assert len(await tables_with(under_test.database, MARKER)) > 2, "the document and the outbox hold it as well"

        await erase_records(under_test, personal_data, document["customer"]["record_id"])

        assert await tables_with(under_test.database, MARKER) == []
        after = (await under_test.client.get(under_test.url(kind.path, document["id"]))).json()
        assert after["version"] > document["version"]
        history = (await under_test.client.get(under_test.url(kind.path, document["id"], "history"))).json()
        assert [row["step"] for row in (history[0], history[-1])] == ["create", "erase"]
        assert not any(row["changes"] for row in history)
        assert {name: after[name] for name in ("id", "status", "org_unit", "created_at")}.items() <= document.items()
        untouched = (await under_test.client.get(under_test.url(kind.path, other["id"]))).json()
        assert untouched == other

    async def test_what_was_published_is_ended_by_tombstones_and_purged(
        self, under_test: BusinessServiceUnderTest, create: Create, kind: DocumentKind, personal_data: PersonalData
    ) -> None:
        document = await create(kind.path, **marked(under_test, kind))
        await erase_records(under_test, personal_data, document["customer"]["record_id"])

        left = await under_test.published()
        assert {event.key.rpartition("/")[2] for event in left} == {document["customer"]["record_id"], document["id"]}
        assert not any(event.data for event in left)
        assert await answer_all(under_test) == 0
        async with under_test.database.transaction() as session:
            await session.execute(delete(Purge))
        assert await answer_all(under_test) == 1
        (receipt,) = await under_test.published(ErasureAnswered.event_type)
        assert receipt.data["removed"][kind.path.replace("-", "_")] == 1
        assert await answer_all(under_test) == 0

    @pytest.mark.parametrize("times", [1, 2])
    async def test_a_repeated_request_brings_nothing_back(
        self,
        under_test: BusinessServiceUnderTest,
        kind: DocumentKind,
        personal_data: PersonalData,
        times: int,
    ) -> None:
        url, key = under_test.url(kind.path), {"Idempotency-Key": "once"}
        body = {**kind.body, **marked(under_test, kind)}
        made = (await under_test.client.post(url, json=body, headers=key)).json()["customer"]["record_id"]
        for _ in range(times):
            await erase_records(under_test, personal_data, made)

        repeated = await under_test.client.post(url, json=body, headers=key)
        added = await under_test.client.post(url, json={**kind.body, "customer": {"record_id": made}})
        customer = under_test.url("customers", made)
        tag = {"If-Match": (await under_test.client.get(customer)).headers["ETag"]}
        changed = await under_test.client.patch(customer, json={"customer": CUSTOMER}, headers=tag)

        assert (repeated.status_code, repeated.json()["code"]) == (410, "erased")
        assert (added.status_code, added.json()["code"]) == (409, "customer_erased")
        assert (changed.status_code, changed.json()["code"]) == (409, "customer_erased")
        assert await tables_with(under_test.database, MARKER) == []
