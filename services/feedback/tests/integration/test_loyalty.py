"""Which vehicles came again and who recommended whom is told from the events, in whatever order they come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from feedback.loyalty.keeping import keep
from feedback.service import PERSONAL_DATA
from isthmus.contracts.aftersales import RepairOrderClosed
from isthmus.contracts.business import BusinessEvent, Vehicle
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.envelope import Event
from isthmus.contracts.erasures import CustomerErased
from isthmus.contracts.money import Money
from isthmus.contracts.sales import LeadChanged, LeadCreated
from isthmus.contracts.sales_orders import OrderChanged, OrderPlaced, VehicleDelivered
from isthmus.ids import new_id
from isthmus.messaging import Delivery
from isthmus.parties.erasure import erase
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.markers import tables_with

pytestmark = pytest.mark.integration

DEALER, STATION = "dealer:D0001", "station:S0101"
LEAD, ORDER = UUID(int=1), UUID(int=2)
CUSTOMER = RecordKey(source="dealer:D0001:dms", record_id="C-1")


def told(feedback: BusinessServiceUnderTest, fact: BusinessEvent, version: int = 1) -> Delivery:
    clock = feedback.clock
    event = Event.of(
        fact, event_id=new_id(clock), source="/sales", time=clock.now(), aggregateversion=version, orgunit=fact.org_unit
    )
    return Delivery(topic="sales.events", partition=0, offset=0, key=None, headers=(), value=None, event=event)


async def tell(feedback: BusinessServiceUnderTest, deliveries: Sequence[Delivery]) -> None:
    for delivery in deliveries:
        async with feedback.database.transaction() as session:
            await keep(session, [delivery])


async def figures(feedback: BusinessServiceUnderTest, of: str, **query: Any) -> dict[str, Any]:
    items = (await feedback.client.get(feedback.url("kpis"), params=query)).json()["items"]
    return next((item for item in items if item["of"] == of), {"counts": {}, "values": {}})


def days_ago(feedback: BusinessServiceUnderTest, days: int) -> datetime:
    return feedback.clock.now() - timedelta(days=days)


def bought(feedback: BusinessServiceUnderTest, vin: str, days: int) -> Delivery:
    at = days_ago(feedback, days)
    fact = VehicleDelivered(
        delivery_id=new_id(feedback.clock),
        customer=CUSTOMER,
        org_unit=DEALER,
        occurred_at=at,
        consultant="李娜",
        vehicle=Vehicle(vin=vin, series="G5"),
        delivered_at=at,
    )
    return told(feedback, fact)


def repaired(feedback: BusinessServiceUnderTest, vin: str, days: int) -> Delivery:
    fact = RepairOrderClosed(
        repair_order_id=new_id(feedback.clock),
        customer=CUSTOMER,
        org_unit=STATION,
        occurred_at=days_ago(feedback, days),
        status="closed",
        kind="maintenance",
        vehicle=Vehicle(vin=vin),
        opened_at=days_ago(feedback, days),
    )
    return told(feedback, fact)


async def test_a_vehicle_that_comes_within_a_year_is_kept_and_counts_where_it_had_been(
    feedback: BusinessServiceUnderTest,
) -> None:
    events = [
        bought(feedback, "V1", 500),
        repaired(feedback, "v 1", 300),  # the same vehicle, though written so; its year is not over
        bought(feedback, "V2", 500),
        repaired(feedback, "V2", 100),  # too late to be kept, by the dealer
        bought(feedback, "V3", 400),
        bought(feedback, "V4", 10),  # has time still
        repaired(feedback, "V5", 450),
        repaired(feedback, "V5", 380),
    ]
    await tell(feedback, [*events, *events[:2], events[0]])
    dealer, station = [await figures(feedback, of) for of in (DEALER, STATION)]
    assert {name: dealer["counts"][name] for name in ("retention_base", "retained", "retained_here")} == {
        "retention_base": 3,
        "retained": 1,
        "retained_here": 0,
    }
    assert (dealer["values"]["retention"], dealer["values"]["place_retention"]) == (333, 0)
    assert (station["values"]["retention"], station["values"]["place_retention"]) == (1000, 1000)
    over = days_ago(feedback, 400 - 365)
    month = await figures(feedback, over.strftime("%Y-%m"), by="month")
    assert month["counts"]["retention_base"] == 1
    since = days_ago(feedback, 100).isoformat()
    recent = await figures(feedback, DEALER, created_from=since)
    assert recent["counts"]["retention_base"] == 1


async def test_who_recommended_whom_is_known_whichever_is_heard_of_first(feedback: BusinessServiceUnderTest) -> None:
    at = days_ago(feedback, 5)
    common: dict[str, Any] = {"customer": CUSTOMER, "org_unit": DEALER, "occurred_at": at}
    lead = LeadCreated(lead_id=LEAD, status="new", referrer="周涛", consultant="李娜", **common)
    total = Money(amount_minor=1, currency="CNY")
    placed = OrderPlaced(order_id=ORDER, status="placed", lead_id=LEAD, total=total, **common)
    cancelled = OrderChanged(order_id=ORDER, status="cancelled", lead_id=LEAD, total=total, **common)
    unnamed = LeadCreated(lead_id=UUID(int=3), status="new", channel="web", **common)
    await tell(feedback, [told(feedback, one) for one in (placed, lead, unnamed)])
    (listed,) = (await feedback.client.get(feedback.url("referrals"))).json()["items"]
    assert (listed["referrer"], listed["order_id"]) == ("周涛", str(ORDER))
    assert listed["customer"] == CUSTOMER.model_dump()
    exported = await feedback.client.get(feedback.url("referrals", "export"), params={"format": "csv"})
    assert str(ORDER) in exported.text.splitlines()[1]
    found = await figures(feedback, DEALER)
    assert (found["counts"]["referred_leads"], found["values"]["referral_conversion"]) == (1, 1000)
    stranger = feedback.headers(org_units=["dealer:D0002"])
    assert (await feedback.client.get(feedback.url("referrals"), headers=stranger)).json()["items"] == []
    await tell(feedback, [told(feedback, cancelled, 2), told(feedback, placed, 1)])
    assert (await figures(feedback, DEALER))["values"]["referral_conversion"] == 0
    by_record = LeadChanged(lead_id=UUID(int=3), status="new", channel="web", referred_by="C-7", **common)
    await tell(feedback, [told(feedback, by_record, 2)])
    assert (await figures(feedback, DEALER))["counts"]["referred_leads"] == 2
    withdrawn = LeadChanged(lead_id=UUID(int=3), status="new", channel="web", **common)
    await tell(feedback, [told(feedback, withdrawn, 3)])
    corrected = LeadChanged(lead_id=LEAD, status="new", channel="web", **common)
    await tell(feedback, [told(feedback, corrected, 2)])
    assert (await feedback.client.get(feedback.url("referrals"))).json()["items"] == []


async def test_nothing_of_an_erased_customer_stays_in_the_read_tables(feedback: BusinessServiceUnderTest) -> None:
    at = days_ago(feedback, 5)
    lead = LeadCreated(
        lead_id=LEAD, status="new", referrer="墨迹Qx7Zv", customer=CUSTOMER, org_unit=DEALER, occurred_at=at
    )
    await tell(feedback, [told(feedback, lead), bought(feedback, "墨迹Qx7Zv", 5)])
    erased = CustomerErased(erasure_id=UUID(int=4), golden_ids=[UUID(int=5)], records=[CUSTOMER], erased_at=at)
    async with feedback.database.transaction() as session:
        await erase(session, PERSONAL_DATA, erased)
    assert await tables_with(feedback.database, "墨迹Qx7Zv".upper()) == []
    assert await tables_with(feedback.database, "墨迹Qx7Zv") == []
    assert await tables_with(feedback.database, CUSTOMER.record_id) == []
