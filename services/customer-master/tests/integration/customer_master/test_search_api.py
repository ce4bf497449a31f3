"""Search and duplicate check: found by any value as anybody writes it, best first, within what the caller may see."""

from collections.abc import Callable
from typing import Any

import pytest

from customer_master.testing import DEALER, OTHER_DEALER, ouyang, wang

pytestmark = pytest.mark.integration

CAR = {"vin": "LVVDB11B0AD000018", "plate": "皖B12345", "role": "owner"}


@pytest.fixture
async def golden(master: Any) -> dict[str, str]:
    identifiers = [{"type": "cn_resident_id", "value": "11010519491231002X"}]
    await master.put(
        ouyang(DEALER, "A", vehicles=[CAR], emails=[{"value": "Jingyu@Example.com"}], identifiers=identifiers),
        wang(OTHER_DEALER, "B"),
    )
    await master.resolver.drain()
    ids = await master.golden_ids()
    return {"ouyang": str(ids[f"{DEALER}/A"]), "wang": str(ids[f"{OTHER_DEALER}/B"])}


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"phone": "+86 138-0013-8001"}, "phone"),
        ({"plate": "皖b·12345"}, "plate"),
        ({"vin": "lvvdb11b0ad000018"}, "vin"),
        ({"email": "jingyu@example.com"}, "email"),
        ({"national_id": "11010519491231002x"}, "identifier"),
        ({"name": "欧阳靖宇"}, "name"),
        ({"name": "欧阳"}, "name"),
        ({"name": "ouyang jingyu"}, "name"),
        ({"name": "歐陽靖宇"}, "name"),
        ({"name": "Ouyang Jinyu"}, "name"),
        ({"q": "13800138001"}, "phone"),
        ({"q": "皖B12345"}, "plate"),
        ({"q": "欧阳靖宇"}, "name"),
    ],
)
async def test_found_by_any_value(
    golden: dict[str, str], api: Callable[..., Any], parameters: dict[str, str], kind: str
) -> None:
    found = (await api().get("/v1/customers", params=parameters)).json()["items"]
    assert [item["golden_id"] for item in found] == [golden["ouyang"]]
    assert kind in {match["kind"] for match in found[0]["matched"]}
    assert found[0]["display_name"] == "欧阳靖宇"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王伟", ["王伟", "王伟民"]),
        ("王玮", ["王伟"]),
        ("Wei Wang", ["王伟", "王伟民", "王微微"]),
        ("wangweimin", ["王伟民"]),
        ("Smith", ["Smith John"]),
        ("John Smith", ["Smith John", "Smyth John"]),
        ("Katherine Miller", ["Catherine Miller"]),
        ("Wang Weiwei", ["王微微"]),
        ("Wang Weiwai", ["王微微"]),
        ("Wang Mei", []),
        ("李伟", []),
        ("王伟国", []),
    ],
)
async def test_names_are_found_as_written_as_they_sound_and_with_slips_of_letters(
    master: Any, api: Callable[..., Any], typed: str, found: list[str]
) -> None:
    names = ("王伟", "王伟民", "王微微", "Smith John", "Smyth John", "Catherine Miller")
    await master.put(*(wang(DEALER, name, name={"full": name}, phones=[]) for name in names))
    await master.resolver.drain()
    answer = await api().get("/v1/customers", params={"name": typed})
    assert [item["display_name"] for item in answer.json()["items"]] == found


@pytest.mark.parametrize(
    ("typed", "scores"),
    [
        ("王伟", {"王伟": 300, "WANG WEI": 270}),
        ("王偉", {"王伟": 300, "WANG WEI": 270}),
        ("王立", {"王立": 300, "王立林": 210, "WANG WEI": 150}),
        ("王利", {"王立": 270}),
        ("Wang Wei", {"WANG WEI": 300, "王伟": 270, "王立": 150, "王立林": 150}),
        ("Wei Wang", {"WANG WEI": 270, "王伟": 270, "王立": 150, "王立林": 150}),
        ("Li Wang", {"王立": 270, "王立林": 210}),
        ("Wang Yue", {"王乐": 150}),
        ("W", {}),
        ("林", {}),
    ],
)
async def test_a_rare_reading_joins_no_two_names_in_characters_and_counts_least_in_letters(
    master: Any, api: Callable[..., Any], typed: str, scores: dict[str, int]
) -> None:
    names = ("王立", "王立林", "王伟", "WANG WEI", "王乐")
    await master.put(*(wang(DEALER, name, name={"full": name}, phones=[], gender=None) for name in names))
    await master.resolver.drain()
    items = (await api().get("/v1/customers", params={"name": typed})).json()["items"]
    assert {match["value"]: match["score"] for item in items for match in item["matched"]} == scores
    assert [item["score"] for item in items] == sorted(scores.values(), reverse=True)


async def test_of_a_full_page_of_the_same_name_none_is_given_away_for_a_likely_one(
    master: Any, api: Callable[..., Any]
) -> None:
    await master.put(*(wang(DEALER, name, name={"full": name}, phones=[]) for name in ("Mary Lee", "Marty Lee")))
    await master.resolver.drain()
    for limit, count in ((1, 1), (2, 2)):
        answer = await api().get("/v1/customers", params={"name": "Mary Lee", "limit": limit})
        assert [item["display_name"] for item in answer.json()["items"]] == ["Mary Lee", "Marty Lee"][:count]


async def test_who_matches_more_comes_first(golden: dict[str, str], api: Callable[..., Any]) -> None:
    parameters = {"name": "王小丽", "phone": "13800138001", "plate": "皖B12345"}
    found = (await api().get("/v1/customers", params=parameters)).json()["items"]
    assert [item["golden_id"] for item in found] == [golden["ouyang"], golden["wang"]]
    limited = (await api().get("/v1/customers", params=parameters | {"limit": 1})).json()["items"]
    assert [item["golden_id"] for item in limited] == [golden["ouyang"]]


async def test_a_dealer_finds_its_own_customers_only(golden: dict[str, str], api: Callable[..., Any]) -> None:
    for client, count in ((api("dealer:D0001"), 1), (api("dealer:D0002"), 0), (api("dealer:D0009"), 0)):
        assert len((await client.get("/v1/customers", params={"phone": "13800138001"})).json()["items"]) == count
        assert len((await client.get("/v1/customers", params={"name": "欧阳靖宇"})).json()["items"]) == count


async def test_a_dealer_finds_its_own_customer_among_hundreds_of_the_same_name(
    master: Any, api: Callable[..., Any]
) -> None:
    others = (wang(OTHER_DEALER, f"{n}", phones=[{"value": f"139{n:08d}"}], gender=None) for n in range(510))
    await master.put(*others, wang(DEALER, "own", phones=[{"value": "13800138000"}]))
    await master.resolver.drain()
    answer = await api("dealer:D0001").get("/v1/customers", params={"name": "王小丽"})
    assert [item["values"]["phones"][0]["value"]["value"] for item in answer.json()["items"]] == ["+8613800138000"]


@pytest.mark.parametrize("q", ["%", "\\", "_", "' OR 1=1", "a" * 200, "😀", "王%", " x "])
async def test_odd_terms_find_nothing_and_break_nothing(
    golden: dict[str, str], api: Callable[..., Any], q: str
) -> None:
    answer = await api().get("/v1/customers", params={"q": q})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize("parameters", [{}, {"q": ""}, {"q": "a" * 201}, {"phone": "\x00"}, {"q": "a", "limit": 0}])
async def test_what_cannot_be_searched_is_a_422(api: Callable[..., Any], parameters: dict[str, Any]) -> None:
    assert (await api().get("/v1/customers", params=parameters)).status_code == 422


async def test_a_record_not_stored_finds_its_customer(golden: dict[str, str], api: Callable[..., Any]) -> None:
    body = {"name": {"full": "欧阳靖宇"}, "phones": [{"value": "13800138001"}]}
    (found,) = (await api().post("/v1/customers/match", json=body)).json()["items"]
    assert (found["golden_id"], found["outcome"]) == (golden["ouyang"], "link")
    assert {"phone", "name"} <= {reason["field"] for reason in found["reasons"]}
    assert (await api("dealer:D0002").post("/v1/customers/match", json=body)).json()["items"] == []
    assert (await api().post("/v1/customers/match", json={})).json()["items"] == []


async def test_searching_is_logged_with_what_was_found(
    master: Any, golden: dict[str, str], api: Callable[..., Any]
) -> None:
    await api().get("/v1/customers", params={"phone": "13800138001"})
    (row,) = await master.fetch("SELECT action, object_ids FROM access_log")
    assert (row["action"], row["object_ids"]) == ("customer.search", [golden["ouyang"]])
