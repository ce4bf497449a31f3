from typing import Any

import pytest

from call_center.knowledge import add_first_articles
from isthmus.testing.business import BusinessServiceUnderTest

pytestmark = pytest.mark.integration

URL = "/v1/call-center/articles"
BRAKE = {"title": "起步刹车有异响", "body": "制动盘浮锈，轻踩几次刹车即可。", "symptoms": ["刹车异响"]}


async def written(call_center: BusinessServiceUnderTest, **fields: Any) -> dict[str, Any]:
    answer = await call_center.client.post(URL, json=BRAKE | fields)
    assert answer.status_code == 201, answer.text
    article = answer.json()
    return dict((await call_center.client.post(f"{URL}/{article['id']}/publish")).json())


async def search(call_center: BusinessServiceUnderTest, q: str, **query: Any) -> list[dict[str, Any]]:
    answer = await call_center.client.get(f"{URL}/search", params={"q": q} | query)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_an_article_is_found_once_it_is_published_and_by_its_newest_text(
    call_center: BusinessServiceUnderTest,
) -> None:
    draft = (await call_center.client.post(URL, json=BRAKE)).json()
    assert await search(call_center, "刹车") == []
    published = (await call_center.client.post(f"{URL}/{draft['id']}/publish")).json()
    (found,) = await search(call_center, "刹车异响怎么办")
    assert (found["id"], found["title"]) == (draft["id"], {"text": BRAKE["title"], "marks": [[2, 4], [5, 7]]})
    tag = {"If-Match": f'"{published["version"]}"'}
    await call_center.client.patch(f"{URL}/{draft['id']}", json={"body": "更换制动片。"}, headers=tag)
    assert await search(call_center, "浮锈") == []
    assert len(await search(call_center, "制动片")) == 1
    history = (await call_center.client.get(f"{URL}/{draft['id']}/history")).json()
    assert history[-1]["changes"] == [{"field": "body", "old": BRAKE["body"], "new": "更换制动片。"}]
    await call_center.client.post(f"{URL}/{draft['id']}/retire")
    assert await search(call_center, "制动片") == []


async def test_the_best_comes_first_and_of_equals_what_has_helped(call_center: BusinessServiceUnderTest) -> None:
    in_text = await written(call_center, title="保养周期", body="检查刹车。", symptoms=[])
    first, second = await written(call_center), await written(call_center)
    for _ in range(2):
        await call_center.client.post(f"{URL}/{second['id']}/use", json={})
    found = await search(call_center, "刹车")
    assert [one["id"] for one in found] == [second["id"], first["id"], in_text["id"]]
    assert [one["uses"] for one in found] == [2, 0, 0]


async def test_a_search_is_narrowed_by_model_language_and_reason(call_center: BusinessServiceUnderTest) -> None:
    every = await written(call_center)
    g5 = await written(call_center, models=["G5"], reason="misuse", reason_detail="driving")
    english = await written(call_center, title="刹车 brakes", language="en")
    assert {one["id"] for one in await search(call_center, "刹车", model="G6", language="zh")} == {every["id"]}
    assert {one["id"] for one in await search(call_center, "刹车", reason="misuse")} == {g5["id"]}
    assert {one["id"] for one in await search(call_center, "Brake")} == {english["id"]}


async def test_all_org_units_read_and_only_the_keeper_writes(call_center: BusinessServiceUnderTest) -> None:
    article = await written(call_center)
    dealer = call_center.headers(org_units=["dealer:D0001"])
    assert (await call_center.client.get(f"{URL}/{article['id']}", headers=dealer)).status_code == 200
    refused = await call_center.client.post(f"{URL}/{article['id']}/retire", headers=dealer)
    assert refused.status_code == 403


async def test_the_first_articles_are_there_once(call_center: BusinessServiceUnderTest) -> None:
    for _ in range(2):
        await add_first_articles(call_center.context)
    found = await search(call_center, "方向盘锁死了钥匙拧不动")
    assert found[0]["title"]["text"] == "方向盘锁死、钥匙拧不动"
    assert (await search(call_center, "flat battery"))[0]["language"] == "en"
    url = f"{URL}/{found[0]['id']}"
    await call_center.client.post(f"{url}/retire")
    await add_first_articles(call_center.context)
    assert (await call_center.client.get(url)).json()["status"] == "retired"
