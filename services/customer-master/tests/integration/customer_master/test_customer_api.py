"""The golden customer over HTTP: in full, by any id it had, as of a time, its history and why it is one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from customer_master.testing import DEALER, OTHER_DEALER, STATION, ouyang, wang

pytestmark = pytest.mark.integration

FIRST = {"phones": [{"value": "13800138001"}], "vehicles": [{"plate": "皖B12345", "role": "owner"}]}
SECOND = {"phones": [{"value": "13912345679"}]}
BOTH = {"phones": [{"value": "13800138001"}, {"value": "13912345679"}]}


async def resolve(master: Any, *records: dict[str, Any]) -> dict[str, str]:
    """One step later than the one before, since ids made within a millisecond have no order."""
    master.clock.advance(timedelta(seconds=1))
    await master.put(*records)
    await master.resolver.drain()
    return {key: str(golden_id) for key, golden_id in (await master.golden_ids()).items()}


async def test_values_come_with_their_provenance(master: Any, api: Callable[..., Any]) -> None:
    golden = await resolve(master, ouyang(DEALER, "A", **FIRST), ouyang(STATION, "B", **FIRST))

    answer = await api().get(f"/v1/customers/{golden[f'{DEALER}/A']}")

    customer = answer.json()
    assert customer["display_name"] == "欧阳靖宇"
    assert customer["values"]["phones"][0]["source"] in {DEALER, STATION}
    assert [member["record"]["record_id"] for member in customer["members"]] == ["A", "B"]
    assert customer["vehicles"][0]["plate"] == "皖B12345"
    assert customer["merged_into"] is None
    assert answer.headers["ETag"] == f'"{customer["version"]}"'


async def test_a_merged_id_answers_with_the_survivor(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(DEALER, "A", **FIRST))
    loser = (await resolve(master, ouyang(STATION, "B", **SECOND)))[f"{STATION}/B"]
    survivor = (await resolve(master, ouyang(DEALER, "bridge", **BOTH)))[f"{STATION}/B"]

    customer = (await api().get(f"/v1/customers/{loser}")).json()
    assert (customer["golden_id"], customer["merged_into"]) == (survivor, survivor)
    assert len(customer["members"]) == 3


async def test_a_retired_customer_answers_without_any_data(master: Any, api: Callable[..., Any]) -> None:
    golden = (await resolve(master, ouyang(DEALER, "A")))[f"{DEALER}/A"]
    await resolve(master, {"source": DEALER, "record_id": "A", "version": 2, "deleted": True})

    for client in (api(), api("dealer:D0001")):
        customer = (await client.get(f"/v1/customers/{golden}")).json()
        assert (customer["state"], customer["values"], customer["members"]) == ("retired", {}, [])
        assert (customer["display_name"], customer["quality"]) == (None, None)
    assert (await api("dealer:D0002").get(f"/v1/customers/{golden}")).status_code == 404


async def test_as_of_shows_what_was_known_then(master: Any, api: Callable[..., Any]) -> None:
    golden = await resolve(master, ouyang(DEALER, "A", **FIRST))
    then = master.clock.now()
    master.clock.advance(timedelta(days=1))
    await resolve(master, ouyang(STATION, "B", **BOTH))
    path = f"/v1/customers/{golden[f'{DEALER}/A']}"

    async def numbers(**parameters: str) -> int:
        return len((await api().get(path, params=parameters)).json()["values"]["phones"])

    assert await numbers() == 2
    assert await numbers(as_of=then.isoformat()) == 1
    before = then - timedelta(seconds=1)
    assert (await api().get(path, params={"as_of": before.isoformat()})).status_code == 404


async def test_as_of_follows_a_merge_only_after_it_happened(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(DEALER, "A", **FIRST))
    loser = (await resolve(master, ouyang(STATION, "B", **SECOND)))[f"{STATION}/B"]
    before = master.clock.now()
    master.clock.advance(timedelta(days=1))
    survivor = (await resolve(master, ouyang(DEALER, "bridge", **BOTH)))[f"{STATION}/B"]

    async def answered(at: Any) -> str:
        answer = await api().get(f"/v1/customers/{loser}", params={"as_of": at.isoformat()})
        return str(answer.json()["golden_id"])

    assert await answered(before) == loser
    assert await answered(master.clock.now()) == survivor


async def test_history_tells_each_version_and_its_cause(master: Any, api: Callable[..., Any]) -> None:
    golden = (await resolve(master, ouyang(DEALER, "A")))[f"{DEALER}/A"]
    await resolve(master, ouyang(STATION, "B"))
    await resolve(master, ouyang(STATION, "B", version=2, gender="female"))

    first = (await api().get(f"/v1/customers/{golden}/history", params={"limit": 2})).json()
    rest = (await api().get(f"/v1/customers/{golden}/history", params={"cursor": first["next_cursor"]})).json()

    assert [item["cause"] for item in first["items"] + rest["items"]] == [
        "members_changed",
        "members_joined",
        "created",
    ]


async def test_as_of_shows_members_vehicles_and_consents_of_the_time(master: Any, api: Callable[..., Any]) -> None:
    consent = {"purpose": "marketing", "channel": "sms", "status": "granted", "at": "2026-10-01T00:00:00Z"}
    await resolve(master, ouyang(DEALER, "A", consents=[consent], **FIRST), ouyang(STATION, "B", **FIRST))
    then = master.clock.now()
    master.clock.advance(timedelta(days=1))
    withdrawn = consent | {"status": "withdrawn", "at": "2026-11-01T00:00:00Z"}
    golden = await resolve(
        master,
        ouyang(DEALER, "A", version=2, consents=[withdrawn], phones=FIRST["phones"]),
        ouyang(STATION, "B", version=2, **FIRST),
        ouyang(DEALER, "C", **FIRST),
    )
    path = f"/v1/customers/{golden[f'{DEALER}/A']}"

    now = (await api().get(path)).json()
    before = (await api("dealer:D0001").get(path, params={"as_of": then.isoformat()})).json()

    assert [member["record_id"] for member in now["members"]] == ["A", "C", "B"]
    assert [(member["record_id"], member["version"]) for member in before["members"]] == [("A", 1), ("B", None)]
    assert before["members"][0]["record"]["consents"] == [consent]
    assert before["members"][0]["since"] == now["members"][0]["since"]
    assert before["members"][1]["record"] is None
    assert [now["consents"][0]["status"], before["consents"][0]["status"]] == ["withdrawn", "granted"]
    assert [len(view["vehicles"]) for view in (now, before)] == [1, 1]
    assert before["version"] == now["version"] - 1


async def history(client: Any, golden_id: str) -> Any:
    return (await client.get(f"/v1/customers/{golden_id}/history")).json()["items"]


async def test_history_tells_where_merged_and_split_customers_came_from(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(DEALER, "A", **FIRST))
    loser = (await resolve(master, ouyang(STATION, "B", **SECOND)))[f"{STATION}/B"]
    survivor = (await resolve(master, ouyang(DEALER, "bridge", **BOTH)))[f"{DEALER}/A"]
    await resolve(master, ouyang(STATION, "D", phones=[{"value": "13700137005"}], emails=[{"value": "d@example.com"}]))
    mail = {"phones": [{"value": "13800138001"}], "emails": [{"value": "d@example.com"}]}
    joined = await resolve(master, ouyang(DEALER, "bridge2", **mail))
    assert len(set(joined.values())) == 1

    newest, *_, merge, _ = await history(api(), survivor)
    assert (merge["cause"], merge["merged_from"], merge["split_from"]) == ("merged_in", [loser], [])
    assert [(moved["record_id"], moved["golden_id"]) for moved in merge["joined"]] == [("bridge", None), ("B", loser)]
    (last, _) = await history(api(), loser)
    assert (last["state"], last["merged_into"], last["split_into"]) == ("merged", survivor, [])
    assert [(moved["record_id"], moved["golden_id"]) for moved in last["left"]] == [("B", survivor)]

    # C was never a customer of its own: what leaves with it begins a new one.
    await resolve(master, ouyang(DEALER, "C", **SECOND))
    parts = await resolve(
        master,
        {"source": DEALER, "record_id": "bridge", "version": 2, "deleted": True},
        wang(STATION, "B", version=2, phones=[{"value": "13666666667"}]),
    )
    new = parts[f"{DEALER}/C"]
    assert new != survivor
    (begun, *_) = reversed(await history(api(), new))
    assert begun["split_from"] == [survivor]
    split = (await history(api(), survivor))[0]
    assert new in split["split_into"]
    assert {moved["cause"] for moved in split["left"]} == {"resolved", "record_deleted"}
    assert newest["version"] < split["version"]


async def test_explain_shows_the_steps_of_each_decision(master: Any, api: Callable[..., Any]) -> None:
    golden = (await resolve(master, ouyang(DEALER, "A"), ouyang(STATION, "B")))[f"{DEALER}/A"]
    explained = (await api().get(f"/v1/customers/{golden}/explain")).json()
    (pair,) = explained["pairs"]
    assert pair["outcome"] == "link"
    assert pair["steps"][-1]["total"] == pair["weight"] >= explained["link_threshold"]
    assert {"phone", "name"} <= {step["field"] for step in pair["steps"]}


async def test_a_dealer_sees_customers_of_its_own_and_others_records_as_keys_only(
    master: Any, api: Callable[..., Any]
) -> None:
    golden = await resolve(master, ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(OTHER_DEALER, "C"))
    own, foreign = golden[f"{DEALER}/A"], golden[f"{OTHER_DEALER}/C"]
    dealer = api("dealer:D0001")

    members = (await dealer.get(f"/v1/customers/{own}")).json()["members"]
    assert members[0]["record"]["record_id"] == "A"
    assert members[1] == {
        "source": STATION,
        "record_id": "B",
        "org_unit": "station:S0101",
        "since": None,
        "version": None,
        "observed_at": None,
        "record": None,
    }
    for path in ("", "/timeline", "/explain", "/history"):
        assert (await dealer.get(f"/v1/customers/{foreign}{path}")).status_code == 404
        assert (await dealer.get(f"/v1/customers/{own}{path}")).status_code == 200
        assert (await api(scopes=()).get(f"/v1/customers/{own}{path}")).status_code == 403


async def test_reading_is_logged(master: Any, api: Callable[..., Any]) -> None:
    golden = (await resolve(master, ouyang(DEALER, "A")))[f"{DEALER}/A"]
    for path in ("", "/timeline", "/explain", "/history"):
        await api().get(f"/v1/customers/{golden}{path}")
    rows = await master.fetch("SELECT action, object_ids FROM access_log ORDER BY id")
    assert [row["action"] for row in rows] == [
        "customer.read",
        "customer.timeline",
        "customer.explain",
        "customer.history",
    ]
    assert all(row["object_ids"] == [golden] for row in rows)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/customers/00000000-0000-7000-8000-000000000000", 404),
        ("/v1/customers/nonsense", 422),
        ("/v1/customers/00000000-0000-7000-8000-000000000000?as_of=nonsense", 422),
        ("/v1/customers/00000000-0000-7000-8000-000000000000?as_of=0001-01-01T00:00:00%2B14:00", 422),
    ],
)
async def test_what_is_not_there_or_not_meant(api: Callable[..., Any], path: str, status: int) -> None:
    assert (await api().get(path)).status_code == status


async def test_the_crosswalk_holds_the_callers_records(master: Any, api: Callable[..., Any]) -> None:
    golden = await resolve(master, ouyang(DEALER, "A"), ouyang(STATION, "B"), wang(OTHER_DEALER, "C"))

    async def rows(*org_units: str) -> set[str]:
        return set((await api(*org_units).get("/v1/crosswalk")).text.splitlines())

    assert len(await rows()) == 3
    expected = f'{{"source":"{OTHER_DEALER}","record_id":"C","golden_id":"{golden[f"{OTHER_DEALER}/C"]}"}}'
    assert await rows("dealer:D0002") == {expected}
    assert await rows("dealer:D000") == set()
