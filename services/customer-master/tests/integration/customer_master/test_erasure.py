"""An erased customer leaves no trace in customer-master, stays away, and may come back when a person says so."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import pytest_asyncio

from customer_master.database import connected, transaction
from customer_master.erasure import completion
from customer_master.erasure.carrying_out import Request, carry_out
from customer_master.record_subscription import customer_records_subscription
from customer_master.resolver.worker import ResolverWorker
from customer_master.testing import DEALER, OTHER_DEALER, STATION, Master, ouyang, record, wang
from customer_master.timeline_events import store_events
from entity_resolution.model import MatchModel
from isthmus.contracts.customer_records import CustomerRecord, RecordKey
from isthmus.contracts.envelope import Event
from isthmus.contracts.erasures import ErasureAnswered
from isthmus.contracts.sales import LeadCreated
from isthmus.contracts.topics import SERVICES
from isthmus.http import PreconditionFailed, Principal
from isthmus.ids import new_id
from isthmus.messaging import Delivery, ensure_topics
from isthmus.messaging.dead_letter_office import DeadLetterOffice
from isthmus.messaging.dead_letters import DeadLetterSender, Reason
from isthmus.testing.markers import tables_with

pytestmark = pytest.mark.integration

MARKER = "墨迹Qx7Zv"
PHONE, OTHER_PHONE = "13811122233", "13811122244"
RESIDENT_ID = "11010519491231002X"
SCOPES = ("customers:read", "customer-records:read", "customer-records:write", "privacy", "stewardship")
OFFICER = Principal("officer", "test", frozenset(), all_org_units=True, scopes=frozenset({"privacy"}))
SEARCHES = "/v1/customers/saved-searches"
BODY = {"reason": "consent withdrawn", "requester_reference": "DSR-2026-17"}


def subject(source: str, record_id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    known = {
        "name": {"full": f"欧阳{MARKER}"},
        "phones": [{"value": PHONE}],
        "identifiers": [{"type": "cn_resident_id", "value": RESIDENT_ID}],
        "attributes": {"hobby": MARKER},
    }
    return record(source, record_id, version, **(known | fields))


def bystander(source: str, record_id: str) -> dict[str, Any]:
    """Another person on the subject's phone."""
    return wang(source, record_id, phones=[{"value": PHONE}])


async def resolve(master: Master, *records: dict[str, Any]) -> dict[str, Any]:
    master.clock.advance(timedelta(seconds=1))
    await master.put(*records)
    await master.resolver.drain()
    return await master.golden_ids()


@pytest.fixture
def officer(api: Callable[..., Any]) -> Any:
    return api(scopes=SCOPES)


async def erase(officer: Any, golden_id: Any) -> dict[str, Any]:
    tag = (await officer.get(f"/v1/customers/{golden_id}")).headers["ETag"]
    answer = await officer.post(f"/v1/customers/{golden_id}/erasure", json=BODY, headers={"If-Match": tag})
    assert answer.status_code == 202, answer.text
    erased: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/v1/erasures/{erased['erasure_id']}"
    return erased


async def traces(master: Master) -> set[str]:
    """The tables that hold anything of the subject but their ids."""
    found = [await tables_with(master.database, value) for value in (MARKER, PHONE[2:], RESIDENT_ID)]
    return set().union(*found)


@pytest_asyncio.fixture
async def erased(master: Master, officer: Any) -> dict[str, Any]:
    """The subject, with two records, an old version, and a lead on the timeline, is erased."""
    await resolve(master, subject(DEALER, "A"), subject(STATION, "B"))
    golden = await resolve(master, subject(DEALER, "A", 2, emails=[{"value": f"a.{MARKER}@example.com"}]))
    await pin(officer, golden[f"{DEALER}/A"])
    await tell(master, DEALER, "A")
    key = {"Idempotency-Key": "match"}
    found = await officer.post("/v1/customers/match", json={"phones": [{"value": PHONE}]}, headers=key)
    assert found.json()["items"]
    golden_id = str(golden[f"{DEALER}/A"])
    of_the_subject = ({"name": f"欧阳{MARKER}"}, {"phone": PHONE}, {"record_id": "A"}, {"golden_id": golden_id})
    for search in (*of_the_subject, {"record_id": "BAR"}):
        await officer.post(SEARCHES, json={"name": "watched", "list": "customers", "query": search})
    return await erase(officer, golden[f"{DEALER}/A"])


async def pin(officer: Any, golden_id: Any) -> None:
    """A steward fixes a value of the subject, and says why in so many words."""
    url = f"/v1/customers/{golden_id}"
    tag = {"If-Match": (await officer.get(url)).headers["ETag"]}
    body = {"field": "phones", "index": 0, "reason": f"{MARKER} said so"}
    answer = await officer.post(f"{url}/pins", json=body, headers=tag)
    assert answer.status_code == 201, answer.text


async def tell(master: Master, source: str, record_id: str) -> None:
    """What sales tells of a lead, as the timeline keeps it."""
    lead = LeadCreated(
        lead_id=UUID(int=7),
        customer=RecordKey(source=source, record_id=record_id),
        org_unit="dealer:D0001",
        occurred_at=master.clock.now(),
        status="new",
        note=MARKER,
    )
    async with transaction(master.database) as connection:
        await store_events(connection, [delivery("sales.events", lead, master)])


def delivery(topic: str, data: Any, master: Master) -> Delivery:
    event = Event.of(data, event_id=new_id(), source="/sales", time=master.clock.now(), aggregateversion=1)
    return Delivery(topic=topic, partition=0, offset=0, key=event.key.encode(), headers=(), value=None, event=event)


async def test_nothing_is_left_in_any_table(master: Master, erased: dict[str, Any]) -> None:
    assert await traces(master) == set()
    assert await master.fetch("SELECT source FROM records WHERE record_id IN ('A', 'B')") == []
    assert erased["receipts"][0]["removed"]["records"] == 2
    assert erased["receipts"][0]["removed"]["record_versions"] == 3


async def test_what_was_saved_to_look_for_the_customer_is_gone(officer: Any, erased: dict[str, Any]) -> None:
    assert erased["receipts"][0]["removed"]["saved_searches"] == 4
    left = (await officer.get(SEARCHES)).json()["items"]
    assert [search["query"] for search in left] == [{"record_id": "BAR"}]


async def test_the_ids_answer_that_the_customer_was_erased(
    master: Master, officer: Any, api: Callable[..., Any]
) -> None:
    first = await resolve(master, subject(DEALER, "A", phones=[{"value": PHONE}], identifiers=[]))
    second = await resolve(master, subject(STATION, "B", phones=[{"value": OTHER_PHONE}], identifiers=[]))
    both = [{"value": PHONE}, {"value": OTHER_PHONE}]
    merged = await resolve(master, subject(DEALER, "bridge", phones=both, identifiers=[]))
    ids = {first[f"{DEALER}/A"], second[f"{STATION}/B"]}
    assert len(ids) == 2
    assert len(set(merged.values())) == 1
    then = master.clock.now().isoformat()
    await erase(officer, merged[f"{DEALER}/A"])

    for golden_id in ids:
        for path in ("", "/history", "/timeline", "/explain", f"?as_of={then}".replace("+", "%2B")):
            answer = await officer.get(f"/v1/customers/{golden_id}{path}")
            assert (answer.status_code, answer.json()["code"]) == (410, "erased"), path
        assert (await api("dealer:D0001").get(f"/v1/customers/{golden_id}")).status_code == 410
        assert (await api("dealer:D0009").get(f"/v1/customers/{golden_id}")).status_code == 404


async def test_topics_are_told_by_tombstones_alone(master: Master, erased: dict[str, Any]) -> None:
    rows = await master.fetch("SELECT aggregatetype, aggregateid, payload FROM outbox ORDER BY position")
    told = {(row["aggregatetype"], row["aggregateid"]): row["payload"] for row in rows}
    errand = orjson.loads(told.pop(("erasures", erased["erasure_id"])))
    assert {key["record_id"] for key in errand["records"]} == {"A", "B"}
    assert set(told) == {
        ("golden-customers", erased["golden_id"]),
        *((topic, key) for topic in ("golden-links", "customer-records") for key in (f"{DEALER}/A", f"{STATION}/B")),
    }
    assert not any(told.values())


async def test_late_repeated_and_replayed_records_do_not_come_back(
    master: Master, erased: dict[str, Any], officer: Any
) -> None:
    again = await officer.put(f"/v1/customer-records/{DEALER}/A", json={"version": 9, "name": {"full": MARKER}})
    uploaded = await officer.post(
        "/v1/customer-records/batch",
        content=b"\n".join(orjson.dumps(one) for one in (wang(DEALER, "W"), subject(OTHER_DEALER, "new key"))),
        headers={"Content-Type": "application/x-ndjson"},
    )
    replayed = CustomerRecord.model_validate(subject(STATION, "B", 7))
    async with transaction(master.database) as connection:
        await customer_records_subscription(master.clock).handle(
            connection, [delivery("customer-records", replayed, master)]
        )
    await tell(master, DEALER, "A")
    await master.resolver.drain()

    assert (again.status_code, again.json()["code"]) == (409, "erased")
    job = (await officer.get(f"/v1/jobs/{uploaded.json()['job_id']}")).json()
    assert (job["stored"], job["rejected"]) == (1, 1)
    assert [(error["line"], error["code"]) for error in job["errors"]] == [(2, "erased")]
    assert await traces(master) == set()
    told = (await officer.get(f"/v1/erasures/{erased['erasure_id']}")).json()
    assert told["refused_arrivals"] == 3


async def test_a_tombstone_of_an_erased_record_is_no_dead_letter(master: Master, erased: dict[str, Any]) -> None:
    rows = await master.fetch("SELECT aggregateid FROM outbox WHERE aggregatetype = 'customer-records'")
    deliveries = []
    for row in rows:
        event = Event(
            id=new_id(),
            type=CustomerRecord.event_type,
            source="/sales",
            subject=row["aggregateid"],
            time=master.clock.now(),
            data=None,
            key=row["aggregateid"],
            aggregateversion=1,
        )
        deliveries.append(
            Delivery(topic="customer-records", partition=0, offset=0, key=None, headers=(), value=None, event=event)
        )
    async with transaction(master.database) as connection:
        await customer_records_subscription(master.clock).handle(connection, deliveries)
    assert len(deliveries) == 2


async def test_a_person_may_lift_the_block(master: Master, erased: dict[str, Any], officer: Any) -> None:
    url = f"/v1/erasures/{erased['erasure_id']}"
    tag = {"If-Match": (await officer.get(url)).headers["ETag"]}
    lifted = await officer.delete(f"{url}/block", headers=tag)
    assert lifted.json()["block_lifted_by"] == "tester"
    assert (await officer.delete(f"{url}/block", headers=tag)).status_code == 412

    golden = await resolve(master, subject(DEALER, "A", 9))
    assert str(golden[f"{DEALER}/A"]) != erased["golden_id"], "an id is never used again"


async def test_others_are_decided_as_if_the_subject_had_never_been(master: Master, officer: Any) -> None:
    golden = await resolve(master, bystander(OTHER_DEALER, "W"), subject(DEALER, "A"), subject(STATION, "B"))
    await erase(officer, golden[f"{DEALER}/A"])
    assert (await officer.get(f"/v1/customers/{golden[f'{OTHER_DEALER}/W']}")).status_code == 200
    links = await master.fetch("SELECT count(*) AS live FROM golden_customers WHERE state = 'live'")
    assert links[0]["live"] == 1
    assert await master.fetch("SELECT FROM match_edges") == []


async def test_a_value_that_is_common_by_the_subject_is_ordinary_again(master: Master, officer: Any) -> None:
    names = ("司马青云", "李国庆", "诸葛明月", "陈思远", "上官文静")
    people = [record(DEALER, name, name={"full": name}, phones=[{"value": PHONE}]) for name in names]
    again = record(STATION, names[0], name={"full": names[0]}, phones=[{"value": PHONE}])
    golden = await resolve(master, subject(DEALER, "A"), *people, again)
    assert golden[f"{DEALER}/{names[0]}"] != golden[f"{STATION}/{names[0]}"]

    await erase(officer, golden[f"{DEALER}/A"])
    await master.resolver.drain()

    golden = await master.golden_ids()
    assert golden[f"{DEALER}/{names[0]}"] == golden[f"{STATION}/{names[0]}"]


async def test_a_record_that_waits_to_be_resolved_is_erased_with_the_rest(master: Master, officer: Any) -> None:
    golden = await resolve(master, subject(DEALER, "A"))
    await master.put(subject(STATION, "B"))
    await erase(officer, golden[f"{DEALER}/A"])
    await master.resolver.drain()
    assert await traces(master) == set()


async def test_what_the_source_had_deleted_is_erased_as_well(master: Master, officer: Any) -> None:
    golden = await resolve(master, subject(DEALER, "A"), subject(STATION, "B"))
    await resolve(master, record(STATION, "B", 2, deleted=True))
    await erase(officer, golden[f"{DEALER}/A"])
    assert await traces(master) == set()


async def test_versions_of_another_customer_lose_what_was_the_subjects(master: Master, officer: Any) -> None:
    await resolve(master, ouyang(OTHER_DEALER, "O", phones=[{"value": OTHER_PHONE}]))
    mistaken = subject(DEALER, "A", name={"full": "欧阳靖宇"}, identifiers=[], phones=[{"value": OTHER_PHONE}])
    await resolve(master, mistaken)
    golden = await resolve(master, subject(DEALER, "A", 2))
    assert golden[f"{DEALER}/A"] != golden[f"{OTHER_DEALER}/O"]
    await erase(officer, golden[f"{DEALER}/A"])
    assert await traces(master) == set()
    assert (await officer.get(f"/v1/customers/{golden[f'{OTHER_DEALER}/O']}")).status_code == 200


async def test_who_may_not_and_who_read_something_else(master: Master, officer: Any, api: Callable[..., Any]) -> None:
    golden_id = (await resolve(master, subject(DEALER, "A")))[f"{DEALER}/A"]
    url = f"/v1/customers/{golden_id}/erasure"
    assert (await api().post(url, json=BODY, headers={"If-Match": '"1"'})).status_code == 403
    local = api("dealer:D0001", scopes=SCOPES)
    assert (await local.post(url, json=BODY, headers={"If-Match": '"1"'})).status_code == 403
    assert (await local.get("/v1/erasures")).status_code == 403
    assert (await officer.post(url, json=BODY)).status_code == 428
    assert (await officer.post(url, json=BODY, headers={"If-Match": '"99"'})).status_code == 412
    assert "records" in await tables_with(master.database, MARKER)


async def test_an_erasure_beside_resolvers_and_intake(master: Master) -> None:
    """Whatever the order: no live customer holds anything of the subject afterwards."""
    golden = await resolve(master, *(subject(DEALER, f"A{number}") for number in range(5)))
    (found,) = set(golden.values())
    version = (await master.fetch("SELECT version FROM golden_customers WHERE golden_id = $1", found))[0]["version"]
    workers = [ResolverWorker(master.database, MatchModel.load(), master.clock) for _ in range(2)]

    async def push(number: int) -> None:
        await master.put(subject(STATION, f"B{number}"))
        await workers[number % 2].drain()

    async def forget() -> None:
        for _ in range(100):
            current = (await master.fetch("SELECT version FROM golden_customers WHERE golden_id = $1", found))[0]
            try:
                asked = Request(found, current["version"], "r", "x", OFFICER)
                async with transaction(master.database) as connection:
                    await carry_out(connection, master.database, master.clock, asked)
            except PreconditionFailed:
                continue
            else:
                return
        raise AssertionError("the customer changed whenever it was read")

    await asyncio.gather(forget(), *(push(number) for number in range(12)))
    for worker in workers:
        await worker.drain()

    assert version
    assert await traces(master) == set()
    assert await master.fetch("SELECT FROM golden_customers WHERE state = 'live'") == []


async def answer_all(master: Master, erased: dict[str, Any], kafka: str) -> None:
    """All services say that they have forgotten the customer, and the erasure is completed."""
    async with connected(master.database) as connection:
        for service in SERVICES:
            receipt = ErasureAnswered(
                erasure_id=UUID(erased["erasure_id"]), service=service, answered_at=master.clock.now()
            )
            await completion.keep_receipts(connection, [delivery("erasure-receipts", receipt, master)])
    assert await completion.complete_answered(master.database, kafka, master.clock) == 1


async def put_aside(kafka: str, source: str, record_id: str, said: dict[str, Any]) -> None:
    """A message about a record that was rejected, as a consumer puts it aside."""
    sender = DeadLetterSender(kafka)
    key = f"{source}/{record_id}".encode()
    message = Delivery(
        topic="customer-records",
        partition=0,
        offset=uuid4().int % 2**60,
        key=key,
        headers=(),
        value=orjson.dumps(said),
        event=None,  # type: ignore[arg-type]
    )
    now = datetime(2026, 11, 1, tzinfo=UTC)
    await sender.send(message, Reason(consumer="c", kind="invalid_data", message="m", attempts=1, at=now))
    await sender.close()


async def letters_with(kafka: str, marker: str) -> int:
    """How many dead letters of customer records hold a marker."""
    async with DeadLetterOffice.connect(kafka) as office:
        letters = await office.letters(["customer-records"], lambda _read, _of: None)
        values = [await office.value("customer-records", (one.partition, one.offset)) for one in letters]
    return sum(marker.encode() in (value or b"") for value in values)


@pytest_asyncio.fixture
async def registered_topics(kafka: str) -> None:
    await ensure_topics(kafka)


@pytest.mark.usefixtures("registered_topics")
async def test_rejected_messages_of_records_that_never_were_are_forgotten(
    master: Master, officer: Any, kafka: str
) -> None:
    golden = await resolve(master, subject(DEALER, "A"), bystander(OTHER_DEALER, "W"))
    theirs, others = uuid4().hex, uuid4().hex
    await put_aside(kafka, STATION, "never-was", {"name": f"欧阳{MARKER}", "phones": PHONE, "note": theirs})
    await put_aside(kafka, OTHER_DEALER, "W", {"name": "王小丽", "phones": PHONE, "note": others})
    erased = await erase(officer, golden[f"{DEALER}/A"])
    assert await tables_with(master.database, MARKER) == [], "what letters are recognised by tells nothing"

    await answer_all(master, erased, kafka)

    assert await letters_with(kafka, theirs) == 0
    assert await letters_with(kafka, others) == 1, "another person's letter stays"
    told = (await officer.get(f"/v1/erasures/{erased['erasure_id']}")).json()
    assert told["receipts"][0]["removed"]["dead_letters"] == 1
    assert told["refused_arrivals"] == 1
    ended = await master.fetch("SELECT payload FROM outbox WHERE aggregateid = $1", f"{STATION}/never-was")
    assert [row["payload"] for row in ended] == [None], "the topic of records is to forget the message as well"
    again = await officer.put(f"/v1/customer-records/{STATION}/never-was", json={"name": {"full": MARKER}})
    assert (again.status_code, again.json()["code"]) == (409, "erased")


@pytest.mark.usefixtures("registered_topics")
async def test_what_is_rejected_of_an_erased_record_later_is_forgotten(
    master: Master, erased: dict[str, Any], officer: Any, kafka: str
) -> None:
    theirs, others = uuid4().hex, uuid4().hex
    await put_aside(kafka, STATION, "B", {"phones": theirs})
    await put_aside(kafka, OTHER_DEALER, "living", {"phones": others})

    assert await completion.forget_refused(master.database, kafka, master.clock) == 1

    assert await letters_with(kafka, theirs) == 0
    assert await letters_with(kafka, others) == 1
    told = (await officer.get(f"/v1/erasures/{erased['erasure_id']}")).json()
    assert told["refused_arrivals"] == 1
    assert await completion.forget_refused(master.database, kafka, master.clock) == 0


async def test_it_is_complete_when_all_services_have_answered(
    master: Master, erased: dict[str, Any], officer: Any, kafka: str
) -> None:
    url = f"/v1/erasures/{erased['erasure_id']}"
    for number, service in enumerate(SERVICES):
        assert await completion.complete_answered(master.database, kafka, master.clock) == 0
        assert (await officer.get(url)).json()["state"] == "running"
        receipt = ErasureAnswered(
            erasure_id=UUID(erased["erasure_id"]),
            service=service,
            answered_at=master.clock.now(),
            removed={"customers": number},
        )
        async with connected(master.database) as connection:
            for _ in range(2):
                await completion.keep_receipts(connection, [delivery("erasure-receipts", receipt, master)])
    assert await completion.complete_answered(master.database, kafka, master.clock) == 1

    done = (await officer.get(url)).json()
    assert (done["state"], [one["state"] for one in done["receipts"]]) == ("complete", ["done"] * 5)
    (listed,) = (await officer.get("/v1/erasures")).json()["items"]
    assert listed == done
    assert (await master.fetch("SELECT targets FROM erasures"))[0]["targets"] == {}
    (told,) = await master.fetch("SELECT payload FROM outbox WHERE aggregatetype = 'erasures'")
    assert told["payload"] is None
