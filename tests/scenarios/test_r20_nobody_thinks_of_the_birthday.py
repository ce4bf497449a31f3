"""R20, a dealer: whose birthday is it, by the solar and by the lunar calendar (顾客农历新历生日提示)?"""

from typing import Any

import pytest
from scene import DEALER, ORG_UNITS, Person, Scene

pytestmark = pytest.mark.system

SOLAR = Person("严若曦", "13911110020")
LEAP_MONTH = Person("卓文清", "13911112020")
DAY_30 = Person("覃守岁", "13911113020")


def test_each_customer_is_congratulated_on_the_day_of_their_own_calendar(scene: Scene) -> None:
    platform = scene.platform

    def met(person: Person, **birthday: Any) -> str:
        lead = {"org_unit": ORG_UNITS[DEALER], "customer": person.party(**birthday)}
        platform.post("/v1/sales/leads", lead, client=DEALER)
        return scene.golden_id(person, members=1)

    def birthdays(first: str, last: str, client: str = DEALER) -> set[tuple[str, str, str]]:
        items = platform.get("/v1/birthdays", client=client, params={"from": first, "to": last})["items"]
        ours = {solar, leap_month, day_30}
        return {(one["golden_id"], one["day"], one["calendar"]) for one in items if one["golden_id"] in ours}

    # Three customers say when they were born: on 29 February, on the 7th of the leap sixth month, on the last 30th.
    solar = met(SOLAR, birth_date="1988-02-29")
    leap_month = met(LEAP_MONTH, birth_date_lunar={"month": 6, "day": 7, "leap": True})
    day_30 = met(DAY_30, birth_date_lunar={"month": 12, "day": 30})

    # In a year that has their day, it is that day: the leap year 2028, the leap month of 2025, New Year's Eve of 2024.
    assert birthdays("2028-02-25", "2028-03-05") == {(solar, "2028-02-29", "solar")}
    assert birthdays("2025-07-01", "2025-07-31") == {(leap_month, "2025-07-31", "lunar")}
    assert birthdays("2024-02-05", "2024-02-15") == {(day_30, "2024-02-09", "lunar")}

    # In a year that lacks it, nobody is forgotten: the 28th, the ordinary sixth month, the 29th day of the twelfth.
    february = {(solar, "2027-02-28", "solar")}
    assert birthdays("2027-02-25", "2027-03-05") == february
    assert birthdays("2026-07-01", "2026-08-15") == {(leap_month, "2026-07-20", "lunar")}
    assert birthdays("2026-02-10", "2026-02-20") == {(day_30, "2026-02-16", "lunar")}

    # A dealer who does not know the customer is told nothing; whoever congratulates asks first whether they may.
    assert birthdays("2027-02-25", "2027-03-05", client="dealer-d0002") == set()
    assert scene.may_contact(solar, "phone", "care", DEALER) == []
