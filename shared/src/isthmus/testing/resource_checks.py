"""What holds for every list of a business service, customers and documents: repeats, scoping, pages, the access log.

A test module makes them its own: `class TestEveryResource(ResourceChecks)`, and its conftest gives the fixture
`resource`.
"""
# ruff: noqa: S101 - these are the asserts of tests

import csv
from datetime import timedelta

from isthmus.clock import FixedClock
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.business_fixtures import Create
from isthmus.testing.resources import ORG_UNIT, OTHER_ORG_UNIT, Resource


class ResourceChecks:
    """Checks of each thing that can be made, read and listed."""

    async def test_a_repeated_post_is_answered_once(
        self, under_test: BusinessServiceUnderTest, create: Create, resource: Resource
    ) -> None:
        under_test.client.headers["Idempotency-Key"] = "key-1"
        first, again = await create(resource.path), await create(resource.path)
        assert first == again
        del under_test.client.headers["Idempotency-Key"]
        listed = (await under_test.client.get(under_test.url(resource.path))).json()["items"]
        assert listed == [first]

    async def test_callers_see_and_change_only_what_is_of_their_org_units(
        self, under_test: BusinessServiceUnderTest, create: Create, resource: Resource
    ) -> None:
        client, every = under_test.client, under_test.url(resource.path)
        url = under_test.url(resource.path, (await create(resource.path))[resource.key])
        stranger = under_test.headers(org_units=[OTHER_ORG_UNIT])
        assert (await client.get(url, headers=stranger)).status_code == 404
        assert (await client.get(every, headers=stranger)).json()["items"] == []
        changed = await client.patch(url, json=resource.change, headers=stranger | {"If-Match": '"1"'})
        assert changed.status_code in {404, 405}
        refused = await client.post(every, json=resource.body, headers=stranger)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/org_unit")
        assert (await client.get(url, headers=under_test.headers(org_units=[ORG_UNIT]))).status_code == 200
        reader = under_test.headers(scopes=[f"{under_test.name}:read"])
        assert (await client.post(every, json=resource.body, headers=reader)).status_code == 403

    async def test_lists_are_filtered_and_paged_newest_first(
        self, under_test: BusinessServiceUnderTest, create: Create, clock: FixedClock, resource: Resource
    ) -> None:
        made = []
        for _ in range(3):
            made.append(await create(resource.path))
            clock.advance(timedelta(hours=1))
        await create(resource.path, org_unit=OTHER_ORG_UNIT)
        url, query = under_test.url(resource.path), {"org_unit": ORG_UNIT, "created_from": made[1]["created_at"]}
        first = (await under_test.client.get(url, params=query | {"limit": 1})).json()
        following = query | {"limit": 1, "cursor": first["next_cursor"]}
        second = (await under_test.client.get(url, params=following)).json()
        assert [*first["items"], *second["items"]] == [made[2], made[1]]
        assert second["next_cursor"] is None
        exported = await under_test.client.get(f"{url}/export", params=query | {"format": "csv"})
        _, *rows = csv.reader(exported.text.splitlines())
        assert [made[2][resource.key] in rows[0], made[1][resource.key] in rows[1], len(rows)] == [True, True, 2]
        misspelt = await under_test.client.get(url, params={"org_unti": ORG_UNIT})
        assert (misspelt.status_code, misspelt.json()["errors"][0]["pointer"]) == (422, "/org_unti")

    async def test_every_read_is_logged(
        self, under_test: BusinessServiceUnderTest, create: Create, resource: Resource
    ) -> None:
        number = (await create(resource.path))[resource.key]
        headers = {"X-Purpose": "call back"}
        await under_test.client.get(under_test.url(resource.path, number), headers=headers)
        await under_test.client.get(under_test.url(resource.path), headers=headers)
        pool = await under_test.database.pool()
        rows = await pool.fetch("SELECT subject, action, object_ids, purpose FROM access_log")
        action = f"{under_test.name}.{resource.path.replace('-', '_')}.read"
        assert [tuple(row.values()) for row in rows] == [("tester", action, [number], "call back")] * 2
