"""The list of birthdays: both calendars, day by day, page by page, of the caller's customers."""

from collections.abc import Callable
from typing import Any

import pytest

from customer_master.testing import DEALER, STATION, ouyang, wang

pytestmark = pytest.mark.integration


async def birthdays(client: Any, **parameters: Any) -> dict[str, Any]:
    answer = await client.get("/v1/birthdays", params={"from": "2026-07-10", "to": "2026-07-20"} | parameters)
    page: dict[str, Any] = answer.json()
    return page


async def test_solar_and_lunar_birthdays_in_the_order_of_days(master: Any, api: Callable[..., Any]) -> None:
    lunar = {"month": 6, "day": 1, "leap": True}
    await master.put(
        ouyang(DEALER, "A", birth_date="1987-07-12", birth_date_lunar=lunar),
        wang(STATION, "B", birth_date="1990-07-12"),
    )
    await master.resolver.drain()
    golden = await master.golden_ids()
    both = sorted([golden[f"{DEALER}/A"], golden[f"{STATION}/B"]])
    expected = [("2026-07-12", "solar", str(both[0])), ("2026-07-12", "solar", str(both[1]))]
    expected.append(("2026-07-14", "lunar", str(golden[f"{DEALER}/A"])))

    first = await birthdays(api(), limit=2)
    rest = await birthdays(api(), limit=2, cursor=first["next_cursor"])
    found = [(one["day"], one["calendar"], one["golden_id"]) for one in first["items"] + rest["items"]]
    assert found == expected
    assert [one["born"] for one in rest["items"]] == ["06-01L"]
    assert rest["next_cursor"] is None

    own = await birthdays(api("station:S0101"))
    assert [one["golden_id"] for one in own["items"]] == [str(golden[f"{STATION}/B"])]
    narrowed = await birthdays(api(), org_unit="dealer:D0001")
    assert {one["golden_id"] for one in narrowed["items"]} == {str(golden[f"{DEALER}/A"])}
    assert (await birthdays(api(), to="2026-07-09"))["code"] == "invalid_span"
    assert (await birthdays(api(), cursor="nonsense"))["code"] == "invalid_cursor"
