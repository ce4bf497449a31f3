"""An erased customer leaves no trace in sales, and the business facts stay."""

import pytest

from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.erasure_checks import MARKER, ErasureChecks, erase_records
from isthmus.testing.markers import tables_with
from isthmus.testing.resources import OTHER_ORG_UNIT
from sales.service import PERSONAL_DATA

pytestmark = pytest.mark.integration


class TestErasure(ErasureChecks):
    """Every document, what was published of it, and repeats."""


async def test_of_an_erased_customer_who_referred_another_only_the_record_id_is_left(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    customer = {"name": {"full": MARKER}, "phones": [{"value": MARKER}]}
    referrer = (await create("customers", customer=customer))["record_id"]
    lead = await create("leads", channel="referral", referred_by=referrer)
    url = f"/v1/sales/leads/{lead['id']}"
    await sales.client.patch(url, json={"note": "熟人介绍"}, headers={"If-Match": '"1"'})
    before = (await sales.client.get(url)).json()
    await erase_records(sales, PERSONAL_DATA, referrer)
    assert await tables_with(sales.database, MARKER) == []
    assert (await sales.client.get(url)).json() == before | {"referred_by": referrer}
    (told,) = await sales.published("isthmus.sales.lead-created.v1")
    assert told.data["referred_by"] == referrer
    await erase_records(sales, PERSONAL_DATA, lead["customer"]["record_id"])
    assert (await sales.client.get(url)).json()["referred_by"] is None


async def test_who_referred_is_a_customer_of_the_same_dealer_or_a_name_and_not_both(
    sales: BusinessServiceUnderTest, create: Create
) -> None:
    elsewhere = (await create("customers", org_unit=OTHER_ORG_UNIT))["record_id"]
    erased = (await create("customers"))["record_id"]
    known = (await create("customers"))["record_id"]
    await erase_records(sales, PERSONAL_DATA, erased)
    lead = await create("leads")
    url, tag = f"/v1/sales/leads/{lead['id']}", {"If-Match": '"1"'}
    body = {"org_unit": lead["org_unit"], "customer": {"name": {"full": "王伟"}}}
    for wrong, pointer in (
        ({"referred_by": elsewhere}, "/referred_by"),
        ({"referred_by": erased}, "/referred_by"),
        ({"referred_by": known, "referrer": "周涛"}, "/referrer"),
    ):
        for refused in (
            await sales.client.post("/v1/sales/leads", json=body | wrong),
            await sales.client.patch(url, json=wrong, headers=tag),
        ):
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    named = await sales.client.patch(url, json={"referred_by": known}, headers=tag)
    assert (named.status_code, named.json()["referred_by"]) == (200, known)
