"""A person whose values stand nowhere else goes through all services, is erased, and is searched for everywhere."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Producer
from platform_client import Platform

pytestmark = pytest.mark.system

NAME, TEXT = "墨焱沁", "Qx7ZvNote"
PHONE, EMAIL = "13877665544", "qx7zv@erased.example"
RESIDENT_ID, PLATE, VIN = "11010519491231002X", "皖B7ZV66", "LVVDB11B5AD000015"
MARKERS = (NAME, TEXT, PHONE[2:], EMAIL, RESIDENT_ID, PLATE, VIN)
DMS = "dealer:D0003:dms"
PARTY = {
    "name": {"full": NAME},
    "phones": [{"value": PHONE}],
    "emails": [{"value": EMAIL}],
    "identifiers": [{"type": "cn_resident_id", "value": RESIDENT_ID}],
    "vehicles": [{"plate": PLATE, "vin": VIN, "role": "owner"}],
    "attributes": {"note": TEXT},
}
VEHICLE = {"vin": VIN, "plate": PLATE}


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    dealer = {"org_unit": "dealer:D0001", "customer": PARTY}
    station = {"org_unit": "station:S0101", "customer": PARTY}
    everywhere = {"org_unit": "hq", "customer": PARTY}
    at = {"at": "2026-11-01T08:00:00Z"}
    yield "/v1/sales/leads", dealer | {"note": TEXT}
    yield "/v1/sales/test-drives", dealer | {"scheduled_at": at["at"], "vehicle": VEHICLE}
    yield "/v1/aftersales/appointments", station | {"scheduled_at": at["at"], "symptom": TEXT, "vehicle": VEHICLE}
    yield "/v1/aftersales/repair-orders", station | {"symptom": TEXT, "vehicle": VEHICLE}
    yield "/v1/call-center/interactions", at | {
        "channel": "phone", "direction": "inbound", "address": PHONE, "body": TEXT, "customer": PARTY,
    }  # fmt: skip
    yield "/v1/call-center/cases", everywhere | {"subject": TEXT, "description": TEXT}
    yield "/v1/feedback/complaints", everywhere | {"subject": TEXT, "vehicle": VEHICLE}
    yield "/v1/feedback/suggestions", everywhere | {"subject": TEXT}


def send(platform: Platform, record_id: str, value: bytes) -> None:
    """A message of a dealer's own system, past all services."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_type": "isthmus.customer-records.customer-record-changed.v1",
        "ce_source": "/dms",
        "ce_time": "2026-11-01T08:00:00Z",
    }
    producer = Producer({"bootstrap.servers": platform.run["kafka"]})
    producer.produce("customer-records", value=value, key=f"{DMS}/{record_id}", headers=list(headers.items()))
    assert producer.flush(30) == 0


def own_record(record_id: str, **changed: Any) -> bytes:
    return json.dumps({"source": DMS, "record_id": record_id, "version": 1, **PARTY, **changed}).encode()


async def _in_databases(run: dict[str, Any]) -> set[str]:
    """Where in the databases a marker stands: every row of every table as text, and the payloads decoded."""
    found = set()
    for service, url in run["databases"].items():
        connection = await asyncpg.connect(url)
        try:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in tables:
                rows = await connection.fetch(f'SELECT one::text AS row FROM "{table}" AS one')  # noqa: S608
                for row in rows:
                    for marker in MARKERS:
                        if marker in row["row"] or marker.encode().hex() in row["row"]:
                            found.add(f"{service}.{table}: {marker}")
        finally:
            await connection.close()
    return found


async def _in_topics(run: dict[str, Any]) -> set[str]:
    """In which topics a marker stands: all messages there are; of compacted topics the latest of each key."""
    admin = AIOKafkaAdminClient(bootstrap_servers=run["kafka"])
    await admin.start()
    names = [name for name in await admin.list_topics() if not name.startswith("__")]
    await admin.close()
    reader = AIOKafkaConsumer(*names, bootstrap_servers=run["kafka"], auto_offset_reset="earliest")
    await reader.start()
    latest: dict[tuple[Any, ...], bytes] = {}
    try:
        ends = await reader.end_offsets(reader.assignment())
        while any([await reader.position(each) < end for each, end in ends.items()]):
            for partition, records in (await reader.getmany(timeout_ms=200)).items():
                compacted = not partition.topic.endswith((".events", ".dlq", "receipts"))
                for record in records:
                    place = (record.topic, record.key if compacted else (record.partition, record.offset))
                    latest[place] = repr((record.key, record.headers)).encode() + (record.value or b"")
    finally:
        await reader.stop()
    # JSON of ours is UTF-8; a DMS may write escapes.
    forms = {form: marker for marker in MARKERS for form in (marker.encode(), json.dumps(marker)[1:-1].encode())}
    return {f"{place[0]}: {marker}" for place, said in latest.items() for form, marker in forms.items() if form in said}


def in_logs(platform: Platform) -> set[str]:
    """In what the processes wrote; the broker calls the files of its topics `.log`, too, which `_in_topics` reads."""
    topics = platform.home / "kafka" / "data"
    logs = [log for log in platform.home.rglob("*.log") if not log.is_relative_to(topics)]
    said = {log.name: log.read_text(errors="replace") for log in logs}
    assert "sales.log" in said
    return {f"{name}: {marker}" for name, text in said.items() for marker in MARKERS if marker in text}


def everywhere(platform: Platform) -> set[str]:
    run = platform.run
    return asyncio.run(_in_databases(run)) | asyncio.run(_in_topics(run))


def golden_customer(platform: Platform, count: int) -> dict[str, Any] | None:
    """The one golden customer of the phone, once it has so many records."""
    items = platform.get("/v1/customers", params={"phone": PHONE})["items"]
    if len(items) != 1:
        return None
    view: dict[str, Any] = platform.get(f"/v1/customers/{items[0]['golden_id']}")
    return view if len(view["members"]) == count else None


def erase(platform: Platform, customer: dict[str, Any]) -> dict[str, Any]:
    answer = platform.request(
        "POST",
        f"/v1/customers/{customer['golden_id']}/erasure",
        json={"reason": "consent withdrawn", "requester_reference": "DSR-1"},
        headers={"If-Match": f'"{customer["version"]}"'},
    )
    assert answer.status_code == 202, answer.text
    erased: dict[str, Any] = answer.json()
    return erased


def test_a_person_is_erased_everywhere_and_stays_away(platform: Platform) -> None:
    made = [
        (path, platform.post(path, body, headers={"Idempotency-Key": f"erasure-{number}"}))
        for number, (path, body) in enumerate(documents())
    ]
    send(platform, "C-1", own_record("C-1"))
    customer = platform.wait_until(lambda: golden_customer(platform, len(made) + 1), seconds=90)
    platform.wait_until(lambda: len(platform.get(f"/v1/customers/{customer['golden_id']}/timeline")["items"]) >= 8)
    send(platform, "C-1", own_record("C-1", version=2, phones=PHONE))  # malformed: a dead letter
    platform.wait_until(lambda: any("dlq" in place for place in asyncio.run(_in_topics(platform.run))))
    before = everywhere(platform)
    assert {place.partition(".")[0] for place in before} >= {*platform.run["databases"]}
    customer = platform.get(f"/v1/customers/{customer['golden_id']}")

    erased = erase(platform, customer)
    # It goes on after a crash of whoever is at work.
    platform.kill("sales")
    platform.kill("customer-master")

    def complete() -> bool:
        return bool(platform.get(f"/v1/erasures/{erased['erasure_id']}")["state"] == "complete")

    begun = time.monotonic()
    platform.wait_until(complete, seconds=180, what="the receipts of all services")
    print(f"complete after {time.monotonic() - begun:.0f} s")

    assert everywhere(platform) == set()
    assert in_logs(platform) == set()
    for path, document in made:
        after = platform.get(f"{path}/{document['id']}")
        assert (after["status"], after["golden_id"]) == (document["status"], None)
    answer = platform.request("GET", f"/v1/customers/{customer['golden_id']}")
    assert (answer.status_code, answer.json()["code"]) == (410, "erased")
    assert platform.get("/v1/customers", params={"phone": PHONE})["items"] == []

    # A late duplicate, a new number of the same person, a repeated request.
    send(platform, "C-1", own_record("C-1", version=2))
    send(platform, "C-3", own_record("C-3"))
    put = platform.request("PUT", f"/v1/customer-records/{DMS}/C-1", json=PARTY)
    path, body = next(documents())
    repeated = platform.request("POST", path, json=body, headers={"Idempotency-Key": "erasure-0"})
    assert (put.status_code, repeated.status_code) == (409, 410)

    def refused() -> bool:
        return bool(platform.get(f"/v1/erasures/{erased['erasure_id']}")["refused_arrivals"] >= 3)

    platform.wait_until(refused)
    platform.wait_until(lambda: everywhere(platform) == set(), what="the tombstones of what was refused")
