"""The suppression check: a refusal holds everywhere, an open complaint silences offers, caps are joint."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from customer_master.database import transaction
from customer_master.testing import DEALER, STATION, ouyang
from customer_master.timeline_events import store_events
from isthmus.contracts.call_center import InteractionChanged, InteractionRecorded
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event, EventData
from isthmus.contracts.feedback import ComplaintChanged, ComplaintOpened
from isthmus.contracts.topics import CONTACTED
from isthmus.ids import new_id
from isthmus.messaging import Delivery

pytestmark = pytest.mark.integration

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)
GRANTED = [{"purpose": "marketing", "status": "granted", "at": "2026-01-01T00:00:00Z"}]
WITHDRAWN = [{"purpose": "marketing", "channel": "email", "status": "withdrawn", "at": "2026-09-01T00:00:00Z"}]
COMPLAINT = uuid4()


def told(master: Any, service: str, data: EventData, key: UUID) -> Delivery:
    event = Event(
        id=new_id(master.clock),
        type=type(data).event_type,
        source=f"/{service}",
        subject=str(key),
        time=NOON,
        data=data,
        key=str(key),
        aggregateversion=1,
    )
    return Delivery(topic=f"{service}.events", partition=0, offset=0, key=None, headers=(), value=None, event=event)


def complaint(master: Any, kind: type[EventData], status: str, at: datetime) -> Delivery:
    data = kind.model_construct(
        complaint_id=COMPLAINT,
        customer=RecordKey(source=STATION, record_id="B"),
        org_unit="station:S0101",
        occurred_at=at,
        status=status,
    )
    return told(master, "feedback", data, COMPLAINT)


def contacted(master: Any, source: str, record_id: str, at: datetime, service: str = "sales", **sent: str) -> Delivery:
    contact_id = uuid4()
    data = CONTACTED[service].model_construct(
        contact_id=contact_id,
        customer=RecordKey(source=source, record_id=record_id),
        org_unit=source.rpartition(":")[0],
        occurred_at=at,
        channel="sms",
        purpose="marketing",
        **sent,
    )
    return told(master, service, data, contact_id)


async def store(master: Any, *deliveries: Delivery) -> None:
    async with transaction(master.database) as connection:
        await store_events(connection, deliveries)


async def ask(client: Any, customer: dict[str, Any], channel: str = "sms", purpose: str = "marketing") -> Any:
    body = {"customer": customer, "channel": channel, "purpose": purpose}
    return await client.post("/v1/customers/suppression-check", json=body)


A = {"source": DEALER, "record_id": "A"}


async def codes(client: Any, **question: Any) -> list[str]:
    answer = await ask(client, A, **question)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["allowed"] is not bool(body["reasons"])
    return [reason["code"] for reason in body["reasons"]]


@pytest.fixture
async def joined(master: Any) -> None:
    await master.put(ouyang(DEALER, "A", consents=GRANTED), ouyang(STATION, "B", consents=WITHDRAWN))
    await master.resolver.drain()


@pytest.mark.usefixtures("joined")
async def test_a_refusal_told_to_the_station_binds_the_dealer(api: Callable[..., Any]) -> None:
    client = api("dealer:D0001")
    assert await codes(client, channel="sms") == []
    assert await codes(client, channel="email") == ["consent_withdrawn"]
    assert await codes(client, channel="email", purpose="service") == []


@pytest.mark.usefixtures("joined")
async def test_an_open_complaint_at_headquarters_silences_the_dealer_until_closed(
    master: Any, api: Callable[..., Any]
) -> None:
    client = api("dealer:D0001")
    await store(master, complaint(master, ComplaintOpened, "opened", NOON))
    assert await codes(client) == ["open_complaint"]
    master.clock.advance(timedelta(hours=1))
    await store(master, complaint(master, ComplaintChanged, "closed", NOON - timedelta(days=1)))
    assert await codes(client) == []


@pytest.mark.usefixtures("joined")
async def test_the_cap_is_one_over_all_departments(master: Any, api: Callable[..., Any]) -> None:
    client = api("dealer:D0001")
    await store(master, contacted(master, DEALER, "A", NOON))
    assert await codes(client) == []
    await store(master, contacted(master, STATION, "B", NOON, "aftersales"))
    assert await codes(client) == ["frequency_cap"]


@pytest.mark.usefixtures("joined")
async def test_what_one_department_sent_no_other_sends_again(master: Any, api: Callable[..., Any]) -> None:
    await store(master, contacted(master, STATION, "B", NOON, "aftersales", material="产品目录", campaign="FAIR"))
    question = {"customer": A, "channel": "sms", "purpose": "marketing"}
    for sends, reasons in (
        ({"material": "产品目录"}, ["already_sent"]),
        ({"campaign": "FAIR"}, ["already_sent"]),
        ({"material": "价格表", "template": "产品目录"}, []),
        ({}, []),
    ):
        answer = await api("dealer:D0001").post("/v1/customers/suppression-check", json=question | sends)
        assert [reason["code"] for reason in answer.json()["reasons"]] == reasons


@pytest.mark.usefixtures("joined")
async def test_the_contact_log_tells_of_every_department_newest_first(master: Any, api: Callable[..., Any]) -> None:
    call = uuid4()
    interaction = InteractionRecorded.model_construct(
        interaction_id=call,
        customer=RecordKey(source=DEALER, record_id="A"),
        org_unit="hq",
        occurred_at=NOON + timedelta(hours=1),
        channel="phone",
        direction="inbound",
        reason="enquiry",
        body="想要产品目录",
    )
    await store(
        master,
        contacted(master, DEALER, "A", NOON - timedelta(days=1)),
        contacted(master, STATION, "B", NOON, "aftersales", material="产品目录", campaign="FAIR"),
        told(master, "call-center", interaction, call),
    )
    master.clock.advance(timedelta(seconds=1))
    written_up = told(master, "call-center", InteractionChanged.model_construct(**dict(interaction)), call)
    await store(master, written_up)
    golden_id = (await master.golden_ids())[f"{DEALER}/A"]
    path, client = f"/v1/customers/{golden_id}/contacts", api("dealer:D0001")

    async def listed(**query: Any) -> list[Any]:
        answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    log = await listed()
    assert [(one["department"], one["direction"], one["purpose"]) for one in log] == [
        ("call-center", "inbound", "enquiry"),
        ("aftersales", "outbound", "marketing"),
        ("sales", "outbound", "marketing"),
    ]
    of_the_station = log[1]
    assert (of_the_station["material"], of_the_station["record_id"]) == ("产品目录", None)
    assert log[2]["record_id"] == "A"
    assert "想要" not in str(log)
    assert await listed(material="产品目录", campaign="FAIR") == [of_the_station]
    assert await listed(department="aftersales", channel="sms", purpose="marketing") == [of_the_station]
    assert await listed(purpose="enquiry") == await listed(department="call-center") == log[:1]
    assert await listed(template="service_due") == []
    first = (await client.get(path, params={"limit": 2})).json()
    assert await listed(limit=2, cursor=first["next_cursor"]) == [log[2]]
    assert (await api("dealer:D0002").get(path)).status_code == 404


async def test_a_record_not_resolved_is_not_contacted_but_for_what_needs_no_consent(
    master: Any, api: Callable[..., Any]
) -> None:
    await master.put(ouyang(DEALER, "A", consents=GRANTED))
    assert await codes(api(), purpose="marketing") == ["not_resolved"]
    assert await codes(api(), purpose="contract") == []


@pytest.mark.usefixtures("joined")
async def test_whom_one_may_not_see_one_may_not_ask_about(api: Callable[..., Any]) -> None:
    assert (await ask(api("dealer:D0002"), A)).status_code == 404
    assert (await ask(api(), {"source": DEALER, "record_id": "nobody"})).status_code == 404


async def test_a_question_names_one_customer(api: Callable[..., Any]) -> None:
    for customer in ({}, {"source": DEALER}, A | {"golden_id": str(uuid4())}):
        assert (await ask(api(), customer)).status_code == 422
