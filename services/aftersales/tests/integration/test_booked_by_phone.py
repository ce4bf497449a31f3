"""The call-center books, moves and cancels for the customer on the line, and may do nothing else here."""

from datetime import timedelta
from typing import Any

import pytest

from isthmus.clock import FixedClock
from isthmus.ids import new_id
from isthmus.testing.business import BusinessServiceUnderTest
from isthmus.testing.notifications import notifications
from isthmus.testing.timers import fire_due

pytestmark = pytest.mark.integration

STATION = "station:S0101"
CUSTOMER = {"name": {"full": "王伟"}, "phones": [{"value": "13911112222"}]}
BODY = {"org_unit": STATION, "customer": CUSTOMER, "scheduled_at": "2026-11-05T01:00:00Z"}


class Agent:
    """An agent at headquarters, who may read and book."""

    def __init__(self, aftersales: BusinessServiceUnderTest) -> None:
        self._client = aftersales.client
        self._url = aftersales.url
        self._headers = aftersales.headers(scopes=["aftersales:read", "aftersales:book"])

    async def __call__(self, method: str, *path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        headers = self._headers | (headers or {})
        return await self._client.request(method, self._url("appointments", *path), headers=headers, **options)


@pytest.fixture
def agent(aftersales: BusinessServiceUnderTest) -> Agent:
    return Agent(aftersales)


@pytest.fixture(autouse=True)
async def workshop(aftersales: BusinessServiceUnderTest) -> dict[str, Any]:
    body = {"org_unit": STATION, "name": "芜湖特约维修站", "opening_hours": {"week": {"mon-sun": ["08:00-18:00"]}}}
    made = await aftersales.client.post(aftersales.url("workshops"), json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def told(aftersales: BusinessServiceUnderTest) -> list[tuple[str, str]]:
    return sorted((one.template, one.channel) for one in await notifications(aftersales.context))


async def test_what_an_agent_books_is_seen_as_such_told_to_the_station_and_found_by_call_and_case(
    aftersales: BusinessServiceUnderTest, agent: Agent
) -> None:
    came_from = {"interaction_id": str(new_id(aftersales.clock)), "case_id": str(new_id(aftersales.clock))}
    booked = await agent("POST", json=BODY | came_from)
    assert booked.status_code == 201, booked.text
    said = booked.json()
    assert (said["registered_by"], said["channel"], said["status"]) == ("call_center", "phone", "booked")
    assert await told(aftersales) == [("appointment_registered", "staff")]
    (event,) = await aftersales.published("isthmus.aftersales.appointment-booked.v1")
    assert {name: event.data[name] for name in came_from} == came_from
    assert event.data["registered_by"] == "call_center"
    for name, value in came_from.items():
        assert [one["id"] for one in (await agent("GET", params={name: value})).json()["items"]] == [said["id"]]
    own = await aftersales.client.post(aftersales.url("appointments"), json=BODY)
    assert own.json()["registered_by"] == "station"
    assert len((await agent("GET", params={"registered_by": "call_center"})).json()["items"]) == 1


async def test_the_station_accepts_and_the_customer_is_told(aftersales: BusinessServiceUnderTest, agent: Agent) -> None:
    appointment = (await agent("POST", json=BODY)).json()
    answer = await aftersales.client.post(aftersales.url("appointments", appointment["id"], "confirm"))
    assert answer.json()["status"] == "confirmed"
    (confirmation,) = (one for one in await notifications(aftersales.context) if one.channel == "sms")
    assert confirmation.template == "appointment_confirmed"
    assert confirmation.values == {"station": "芜湖特约维修站", "time": "2026-11-05 09:00"}
    assert confirmation.record_id == appointment["customer"]["record_id"]


async def test_an_agent_moves_and_cancels_what_the_station_booked_and_the_station_is_told(
    aftersales: BusinessServiceUnderTest, agent: Agent
) -> None:
    own = (await aftersales.client.post(aftersales.url("appointments"), json=BODY)).json()
    call = str(new_id(aftersales.clock))
    later = {"scheduled_at": "2026-11-06T01:00:00Z", "interaction_id": call}
    moved = await agent("PATCH", own["id"], json=later, headers={"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["scheduled_at"]) == (200, "2026-11-06T01:00:00Z")
    cancelled = await agent("POST", own["id"], "cancel", json={"cancel_reason": "客户出差"})
    assert (cancelled.json()["status"], cancelled.json()["interaction_id"]) == ("cancelled", call)
    assert cancelled.json()["registered_by"] == "station"
    assert await told(aftersales) == [("appointment_given_up", "staff"), ("appointment_moved", "staff")]


@pytest.mark.parametrize("scopes", [["aftersales:read", "aftersales:book"], ["aftersales:read", "aftersales:write"]])
async def test_whoever_moves_a_confirmed_appointment_the_customer_is_told_and_reminded_of_the_new_time(
    aftersales: BusinessServiceUnderTest, clock: FixedClock, scopes: list[str]
) -> None:
    appointment = (await aftersales.client.post(aftersales.url("appointments"), json=BODY)).json()
    url = aftersales.url("appointments", appointment["id"])
    headers = aftersales.headers(scopes=scopes)

    async def change(version: int, **changes: str) -> None:
        answer = await aftersales.client.patch(url, json=changes, headers=headers | {"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text

    async def told_customer() -> set[tuple[str, str]]:
        # The clock stands still, so that they have no order.
        sent = [one for one in await notifications(aftersales.context) if one.channel == "sms"]
        told = {(one.template, one.values["time"]) for one in sent}
        assert len(told) == len(sent), "nothing is told twice"
        return told

    await change(1, scheduled_at="2026-11-06T01:00:00Z")  # nothing was promised yet
    await aftersales.client.post(f"{url}/confirm")
    confirmed = ("appointment_confirmed", "2026-11-06 09:00")
    assert await told_customer() == {confirmed}

    await change(3, symptom="刹车异响")
    await change(4, scheduled_at="2026-11-06T01:00:00Z")
    assert await told_customer() == {confirmed}, "the time is still the one that was confirmed"
    await change(5, scheduled_at="2026-11-09T01:00:00Z")
    moved = ("appointment_rescheduled", "2026-11-09 09:00")
    assert await told_customer() == {confirmed, moved}

    clock.advance(timedelta(days=4))  # the day before the time that was first confirmed
    await fire_due(aftersales.context)
    assert await told_customer() == {confirmed, moved}
    clock.advance(timedelta(days=3))
    await fire_due(aftersales.context)
    assert await told_customer() == {confirmed, moved, ("appointment_reminder", "2026-11-09 09:00")}


async def test_an_agent_takes_no_step_of_the_station(aftersales: BusinessServiceUnderTest, agent: Agent) -> None:
    appointment = (await agent("POST", json=BODY)).json()
    for step in ("confirm", "decline", "arrive", "complete", "no-show"):
        body = {"cancel_reason": "full"} if step == "decline" else None
        answer = await agent("POST", appointment["id"], step, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_not_granted"), step
    headers = aftersales.headers(scopes=["aftersales:read", "aftersales:book"])
    for path in ("customers", "repair-orders", "workshops", "rescue-jobs"):
        answer = await aftersales.client.post(aftersales.url(path), json=BODY, headers=headers)
        assert answer.status_code == 403, path


async def test_an_agent_books_only_where_there_is_an_open_workshop(
    aftersales: BusinessServiceUnderTest, agent: Agent, workshop: dict[str, Any]
) -> None:
    nowhere = await agent("POST", json=BODY | {"org_unit": "station:S9999"})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "/org_unit")
    await aftersales.client.post(aftersales.url("workshops", workshop["id"], "close"))
    closed = await agent("POST", json=BODY)
    assert (closed.status_code, closed.json()["code"]) == (422, "unknown_workshop")


async def test_who_only_books_for_one_org_unit_books_for_no_other(aftersales: BusinessServiceUnderTest) -> None:
    bound = aftersales.headers(org_units=["station:S0201"], scopes=["aftersales:read", "aftersales:book"])
    answer = await aftersales.client.post(aftersales.url("appointments"), json=BODY, headers=bound)
    assert (answer.status_code, answer.json()["code"]) == (403, "org_unit_not_granted")
