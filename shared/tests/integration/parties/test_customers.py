"""The customers of a business service, with nothing else in it: records, merge patches, golden links."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from isthmus.clock import SystemClock
from isthmus.contracts.customer_master import GoldenLinkChanged
from isthmus.contracts.envelope import Event
from isthmus.db import Database
from isthmus.db.migrate import downgrade_async, upgrade_async
from isthmus.messaging import Delivery
from isthmus.parties import Business, customers_router
from isthmus.parties.golden_links import keep_golden_ids
from isthmus.service import Service
from isthmus.testing.business import BusinessServiceUnderTest, business_service_under_test

pytestmark = pytest.mark.integration

URL = "/v1/shop/customers"
SHOP = Service(
    name="shop",
    package="shop",
    title="A service with customers only",
    routers=[customers_router(Business(name="shop", system="till"))],
    chains=["platform", "parties"],
)


@pytest_asyncio.fixture
async def shop(
    database_for: Callable[[Service], Awaitable[Database]],
) -> AsyncIterator[BusinessServiceUnderTest]:
    async with business_service_under_test(SHOP, await database_for(SHOP), SystemClock()) as under_test:
        yield under_test


async def create(shop: BusinessServiceUnderTest, **party: Any) -> dict[str, Any]:
    answer = await shop.client.post(URL, json={"org_unit": "dealer:D0001", "customer": party})
    assert answer.status_code == 201, answer.text
    customer: dict[str, Any] = answer.json()
    return customer


async def test_a_customer_is_kept_as_written_and_published_so(shop: BusinessServiceUnderTest) -> None:
    written = {
        "birth_date": "1990/1/1",
        "gender": "先生",
        "shoe_size": 43,
        "vehicles": [{"plate": "未上牌", "from": "x"}],
    }
    customer = await create(shop, **written)
    assert customer["source"] == "dealer:D0001:till"
    (event,) = await shop.published()
    assert event.key == f"{customer['source']}/{customer['record_id']}"
    read = (await shop.client.get(f"{URL}/{customer['record_id']}")).json()["customer"]
    for party in (customer["customer"], read, event.data):
        assert {name: party[name] for name in ("birth_date", "gender", "shoe_size")} == {
            name: written[name] for name in ("birth_date", "gender", "shoe_size")
        }
        assert (party["vehicles"][0]["plate"], party["vehicles"][0]["from"]) == ("未上牌", "x")


async def test_a_change_is_merged_and_raises_the_published_version(shop: BusinessServiceUnderTest) -> None:
    customer = await create(
        shop, name={"full": "王伟", "family": "王"}, gender="M", phones=[{"value": "1"}], attributes={"a": 1, "b": 2}
    )
    patch = {"customer": {"name": {"family": None}, "gender": None, "phones": [{"value": "2"}], "attributes": {"b": 3}}}
    url = f"{URL}/{customer['record_id']}"
    assert (await shop.client.patch(url, json=patch)).status_code == 428
    changed = await shop.client.patch(url, json=patch, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (await shop.client.patch(url, json=patch, headers={"If-Match": '"1"'})).status_code == 412
    first, second = await shop.published()
    assert (first.data["version"], second.data["version"]) == (1, 2)
    assert first.data["observed_at"] <= second.data["observed_at"]
    for party in (changed.json()["customer"], second.data):
        assert party["name"]["full"] == "王伟"
        assert party["name"].get("family") is None
        assert party.get("gender") is None
        assert [phone["value"] for phone in party["phones"]] == ["2"]
        assert party["attributes"] == {"a": 1, "b": 3}


async def test_a_record_that_outgrows_its_limits_by_merging_is_refused(shop: BusinessServiceUnderTest) -> None:
    customer = await create(shop, attributes={f"a{number}": 1 for number in range(150)})
    url, tag = f"{URL}/{customer['record_id']}", {"If-Match": '"1"'}
    more = {"customer": {"attributes": {f"b{number}": 1 for number in range(150)}}}
    refused = await shop.client.patch(url, json=more, headers=tag)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/customer/attributes")
    larger = {"customer": {"attributes": {f"a{number}": "字" * 2_000 for number in range(120)}}}
    assert (await shop.client.patch(url, json=larger, headers=tag)).status_code == 413
    assert len(await shop.published()) == 1


def link(customer: dict[str, Any], golden_id: UUID | None, version: int) -> Delivery:
    data = GoldenLinkChanged(
        source=customer["source"], record_id=customer["record_id"], golden_id=golden_id, aggregateversion=version
    )
    event = Event.of(
        data, event_id=uuid4(), source="/customer-master", time=datetime.now(UTC), aggregateversion=version
    )
    return Delivery(
        topic="golden-links", partition=0, offset=version, key=b"", headers=(), value=data.to_bytes(), event=event
    )


def without_data(delivery: Delivery) -> Delivery:
    return replace(delivery, value=None, event=replace(delivery.event, data=None))


async def test_golden_links_are_kept_in_any_order_and_only_for_own_records(shop: BusinessServiceUnderTest) -> None:
    first, second = await create(shop), await create(shop)
    stranger = {"source": "hq:crm", "record_id": "1"}
    old, new = uuid4(), uuid4()

    async def keep(deliveries: Sequence[Delivery]) -> list[str | None]:
        async with shop.database.transaction() as session:
            await keep_golden_ids(session, deliveries)
        read = [await shop.client.get(f"{URL}/{customer['record_id']}") for customer in (first, second)]
        return [answer.json()["golden_id"] for answer in read]

    assert await keep([link(first, new, 2), link(first, old, 1), link(stranger, old, 1)]) == [str(new), None]
    assert await keep([link(first, old, 1), link(second, old, 7)]) == [str(new), str(old)]
    assert await keep([link(second, None, 8)]) == [str(new), None]
    assert await keep([link(second, old, 9)]) == [str(new), str(old)]
    # Compaction has left the tombstone alone.
    assert await keep([without_data(link(second, None, 10))]) == [str(new), None]
    listed = (await shop.client.get(URL, params={"golden_id": str(new)})).json()["items"]
    assert [customer["record_id"] for customer in listed] == [first["record_id"]]


async def test_the_tables_can_be_taken_back(service_database: Callable[..., Awaitable[Any]]) -> None:
    made = await service_database("shop", ["platform", "parties"])
    await downgrade_async(made.owner_url, "parties")
    await upgrade_async(made.owner_url, ["parties"])
