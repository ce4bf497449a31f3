"""Explanations over HTTP: of two records, together or apart and why; of a customer; who sees values; the pictures."""

from collections.abc import Callable
from typing import Any

import pytest

from customer_master.testing import DEALER, OTHER_DEALER, STATION, ouyang, record, wang

pytestmark = pytest.mark.integration

SHARED = {"phones": [{"value": "13800138001"}]}
OTHER_PHONE = {"phones": [{"value": "13912345679"}]}
TWO_PHONES = {"phones": [*SHARED["phones"], *OTHER_PHONE["phones"]]}
ONE_ID = {"identifiers": [{"type": "cn_resident_id", "value": "11010519491231002X"}]}
OTHER_ID = {"identifiers": [{"type": "cn_resident_id", "value": "440524188001010014"}]}


async def resolve(master: Any, *records: dict[str, Any]) -> None:
    await master.put(*records)
    await master.resolver.drain()


def asked(left: tuple[str, str], right: tuple[str, str], **more: str) -> dict[str, str]:
    names = ("left_source", "left_record_id", "right_source", "right_record_id")
    return dict(zip(names, (*left, *right), strict=True)) | more


A, B, C = (DEALER, "A"), (STATION, "B"), (OTHER_DEALER, "C")


async def test_two_linked_records(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(*A, **SHARED), ouyang(*B, **SHARED))

    found = (await api().get("/v1/explain", params=asked(B, A))).json()

    assert (found["together"], found["reason"]) == (True, "linked")
    assert [key["record_id"] for key in found["path"]] == ["A", "B"]
    assert found["decision"]["steps"][-1]["total"] == found["decision"]["weight"] == found["stored"]["weight"]
    assert found["stored"]["agrees"] is True
    assert {"phone", "name_phone_tail"} <= {key["kind"] for key in found["keys"]}
    assert found["left"]["values"]["phone"] == ["+8613800138001"]


async def test_records_joined_by_another_one(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(*A, **SHARED), ouyang(DEALER, "bridge", **TWO_PHONES), ouyang(*B, **OTHER_PHONE))

    found = (await api().get("/v1/explain", params=asked(A, B))).json()

    assert (found["together"], found["reason"]) == (True, "through_others")
    assert [key["record_id"] for key in found["path"]] == ["A", "bridge", "B"]
    assert found["stored"] is None


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        (SHARED, {"name": {"full": "王小丽"}, "gender": "female", **OTHER_PHONE}, "no_shared_key"),
        (SHARED, {"name": {"full": "王小丽"}, "gender": "female", **SHARED}, "below"),
        (SHARED | ONE_ID, SHARED | OTHER_ID, "veto"),
    ],
)
async def test_why_two_records_are_apart(
    master: Any, api: Callable[..., Any], left: dict[str, Any], right: dict[str, Any], reason: str
) -> None:
    await resolve(master, ouyang(*A, **left), ouyang(*B, **right))
    found = (await api().get("/v1/explain", params=asked(A, B))).json()
    assert (found["together"], found["reason"]) == (False, reason)


async def test_a_cut_is_told_with_its_reason(master: Any, api: Callable[..., Any]) -> None:
    bridge = ouyang(DEALER, "bridge", **SHARED)
    await resolve(master, ouyang(*A, **SHARED, **ONE_ID), ouyang(*B, **SHARED, **OTHER_ID), bridge)
    golden = await master.golden_ids()
    apart = next(key for key in (A, B) if golden["/".join(key)] != golden[f"{DEALER}/bridge"])

    found = (await api().get("/v1/explain", params=asked(apart, (DEALER, "bridge")))).json()
    of_customer = (await api().get(f"/v1/customers/{golden['/'.join(apart)]}/explain")).json()

    assert (found["together"], found["decision"]["outcome"]) == (False, "link")
    assert found["reason"] in {"veto", "margin"}
    assert [cut["reason"] for cut in of_customer["cuts"]] == [found["reason"]]


async def test_what_a_steward_decided_is_the_reason(master: Any, api: Callable[..., Any], desk: Any) -> None:
    await resolve(master, ouyang(*A, **SHARED), wang(*B, **OTHER_PHONE))
    golden = await desk.put()
    one, other = (golden["/".join(key)] for key in (A, B))
    tag = (await desk.client.get(f"/v1/customers/{one}")).headers["ETag"]
    body = {"golden_id": str(other), "reason": "married"}
    merged = await desk.client.post(f"/v1/customers/{one}/merge", json=body, headers={"If-Match": tag})
    assert merged.status_code == 201, merged.text

    found = (await api().get("/v1/explain", params=asked(A, B))).json()
    of_customer = (await api().get(f"/v1/customers/{one}/explain")).json()

    assert (found["together"], found["reason"]) == (True, "steward_link")
    assert [decided["kind"] for decided in found["steward_decisions"]] == ["link"]
    assert of_customer["steward_decisions"] == found["steward_decisions"]
    assert len(found["path"]) == 2


async def test_a_deleted_and_a_waiting_record(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(*A), ouyang(*B), record(DEALER, "gone", deleted=True))
    await master.put(ouyang(*B, version=2, phones=[]))

    gone = (await api().get("/v1/explain", params=asked(A, (DEALER, "gone")))).json()
    waiting = (await api().get("/v1/explain", params=asked(A, B))).json()

    assert (gone["reason"], gone["decision"]) == ("deleted", None)
    assert (waiting["right"]["state"], waiting["stored"]["agrees"]) == ("pending", False)


async def test_values_are_shown_of_own_records_only(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(*A, **SHARED), ouyang(*C, **SHARED), wang(OTHER_DEALER, "stranger"))

    found = (await api("dealer:D0001").get("/v1/explain", params=asked(A, C))).json()
    stranger = await api("dealer:D0001").get("/v1/explain", params=asked(A, (OTHER_DEALER, "stranger")))
    unknown = await api("dealer:D0001").get("/v1/explain", params=asked(A, (OTHER_DEALER, "nobody")))

    assert (found["left"]["values"]["name"], found["right"]["values"]) == (["欧阳靖宇"], None)
    assert (stranger.status_code, unknown.status_code) == (404, 404)
    logged = await master.fetch("SELECT action, object_ids FROM access_log")
    assert [tuple(row) for row in logged] == [("records.explain", [f"{DEALER}/A", f"{OTHER_DEALER}/C"])]


async def test_pairs_that_never_met_are_compared_for_the_explanation_of_a_customer(
    master: Any, api: Callable[..., Any]
) -> None:
    await resolve(master, ouyang(*A, **SHARED), ouyang(DEALER, "bridge", **TWO_PHONES), ouyang(*C, **OTHER_PHONE))
    golden = (await master.golden_ids())[f"{DEALER}/A"]

    found = (await api("dealer:D0001").get(f"/v1/customers/{golden}/explain")).json()

    assert [pair["stored"] for pair in found["pairs"]] == [True, True, False]
    assert {key["kind"]: key["holders"] for key in found["keys"]}["phone"] == 2


async def test_pictures(master: Any, api: Callable[..., Any]) -> None:
    await resolve(master, ouyang(*A, **SHARED), ouyang(*C, **SHARED, name={"full": "欧阳<b>靖宇"}))
    golden = (await master.golden_ids())[f"{DEALER}/A"]

    chinese = await api().get("/v1/explain", params=asked(A, C, format="svg"), headers={"Accept-Language": "zh-CN"})
    english = await api("dealer:D0001").get(f"/v1/customers/{golden}/explain", headers={"Accept": "image/svg+xml"})

    assert chinese.headers["content-type"] == english.headers["content-type"] == "image/svg+xml"
    assert "同一客户: 直接合并" in chinese.text
    assert "<b>" not in chinese.text
    assert "golden customer" in english.text.lower()
    assert "靖宇" in english.text
    assert "<b>" not in english.text
