"""Saved searches: seen by who saved them and by the org unit they are shared in, deleted by the former only."""

import pytest

from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.identity import identity_headers

pytestmark = pytest.mark.integration

URL = "/v1/sales/saved-searches"
SEARCH = {"name": "待跟进", "list": "leads", "query": {"status": "new", "sort": "-score"}}


async def test_a_shared_search_is_seen_by_the_org_unit_and_another_is_not(sales: BusinessServiceUnderTest) -> None:
    def headers(subject: str, unit: str) -> dict[str, str]:
        scopes = ("sales:read", "sales:write")
        return identity_headers(sales.keys.private_key, "sales", subject=subject, org_units=[unit], scopes=scopes)

    mine, colleague = headers("wang", "dealer:D0001"), headers("li", "dealer:D0001")
    own = (await sales.client.post(URL, json=SEARCH, headers=mine)).json()
    shared = (await sales.client.post(URL, json=SEARCH | {"org_unit": "dealer:D0001"}, headers=mine)).json()
    assert (own["query"], own["subject"], own["org_unit"]) == (SEARCH["query"], "wang", None)

    async def seen(by: dict[str, str]) -> set[str]:
        return {item["id"] for item in (await sales.client.get(URL, headers=by)).json()["items"]}

    assert await seen(mine) == {own["id"], shared["id"]}
    assert await seen(colleague) == {shared["id"]}
    assert await seen(headers("zhao", "dealer:D0002")) == set()
    assert (await sales.client.delete(f"{URL}/{shared['id']}", headers=colleague)).status_code == 404
    assert (await sales.client.delete(f"{URL}/{shared['id']}", headers=mine)).status_code == 204
    assert await seen(colleague) == set()
    elsewhere = await sales.client.post(URL, json=SEARCH | {"org_unit": "dealer:D0002"}, headers=mine)
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (403, "/org_unit")
