"""Saved searches of customer-master: by whoever has a list to search, seen as in the other services."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.integration

URL = "/v1/customers/saved-searches"
SEARCH = {"name": "待挽回", "list": "customer-profiles", "query": {"stage": "lost", "sort": "last_activity_at"}}


@pytest.mark.parametrize("scope", ["customers:read", "customer-records:write", "stewardship", "privacy"])
async def test_a_search_is_saved_listed_shared_and_deleted(api: Callable[..., Any], scope: str) -> None:
    client = api("dealer:D0001", scopes=(scope,))
    saved = await client.post(URL, json=SEARCH | {"org_unit": "dealer:D0001"})
    assert saved.status_code == 201, saved.text
    assert (await client.get(URL)).json()["items"] == [saved.json()]
    assert SEARCH.items() <= saved.json().items()
    elsewhere = await client.post(URL, json=SEARCH | {"org_unit": "dealer:D0002"})
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (403, "/org_unit")
    assert (await client.delete(f"{URL}/{saved.json()['id']}")).status_code == 204
    assert (await client.get(URL)).json()["items"] == []


async def test_who_has_no_list_saves_none(api: Callable[..., Any]) -> None:
    assert (await api(scopes=("sales:read",)).post(URL, json=SEARCH)).status_code == 403
