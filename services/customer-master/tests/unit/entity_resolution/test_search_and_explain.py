"""Search keys meet index keys; explanations add up; blocking hashes are stable."""

from typing import Any

import pytest

from entity_resolution.blocking import BlockingKey, blocking_keys
from entity_resolution.compare import compare_pairs
from entity_resolution.explain import explain
from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.search import SearchQuery, name_index_keys, search_keys
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
BODY: dict[str, Any] = {
    "name": {"full": "歐陽靖宇"},
    "phones": [{"value": "138 0013 8001"}],
    "emails": [{"value": "O.Jingyu@Example.com"}],
    "identifiers": [{"type": "cn_resident_id", "value": "11010519491231002x"}],
    "vehicles": [{"vin": "1M8GDM9AXKP042788", "plate": "沪A·D12345"}],
}


def record(record_id: str = "1", **body: Any) -> StandardRecord:
    return standardize(RecordKey("hq:crm", record_id), body)


def index() -> set[tuple[str, int]]:
    found = record(**BODY)
    return {(key.kind, key.hash) for key in (*blocking_keys(found, MODEL), *name_index_keys(found))}


@pytest.mark.parametrize(
    "query",
    [
        SearchQuery(phone="+86 138-0013-8001"),
        SearchQuery(plate="沪ad12345"),
        SearchQuery(plate="AD12345"),
        SearchQuery(vin="1M8GDM9AXKPO42788"),
        SearchQuery(vin="KP042788"),
        SearchQuery(email="o.jingyu@example.com"),
        SearchQuery(national_id="11010519491231002X"),
        SearchQuery(name="欧阳靖宇"),
        SearchQuery(name="Jingyu OUYANG"),
        SearchQuery(q="13800138001"),
        SearchQuery(q="沪A D12345"),
        SearchQuery(q="1M8GDM9AXKP042788"),
        SearchQuery(q="欧阳靖宇"),
        SearchQuery(q="o.jingyu@example.com"),
        SearchQuery(q="11010519491231002X"),
    ],
)
def test_a_query_finds_the_record(query: SearchQuery) -> None:
    assert {(key.kind, key.hash) for key in search_keys(query)} & index()


def test_a_query_for_something_else_finds_nothing() -> None:
    assert not {(key.kind, key.hash) for key in search_keys(SearchQuery(q="13900139001"))} & index()
    assert search_keys(SearchQuery()) == ()


def test_a_firm_is_found_by_its_core() -> None:
    found = record(name={"organization": "上海华鑫物流有限公司"})
    keys = {(key.kind, key.value) for key in name_index_keys(found)}
    assert {(key.kind, key.value) for key in search_keys(SearchQuery(name="华鑫物流公司"))} & keys


def test_hashes_are_the_same_in_every_release() -> None:
    assert BlockingKey("phone", "+8613800138001", strong=True).hash == -3915262993107980961


def test_strong_keys_are_those_that_are_claimed() -> None:
    strong = {key.kind for key in blocking_keys(record(**BODY), MODEL) if key.strong}
    assert strong == {"phone", "email", "identifier", "vin", "plate"}


def test_doubtful_values_are_no_keys() -> None:
    doubtful = record(
        phones=[{"value": "13800000000"}, {"value": "12315"}],
        emails=[{"value": "none@example.com"}],
        identifiers=[{"type": "cn_resident_id", "value": "110105194912310021"}],
        vehicles=[{"vin": "00000000000000000", "plate": "未上牌"}],
    )
    assert blocking_keys(doubtful, MODEL) == ()


def test_the_steps_of_an_explanation_add_up() -> None:
    pairs = [
        (record("1", **BODY), record("2", **BODY)),
        (record("1", **BODY), record("3", name="王伟", phones=["13800138001"])),
    ]
    told = explain(compare_pairs(pairs, MODEL), MODEL)
    assert [pair["weight"] for pair in told["pairs"]] == sorted(
        (pair["weight"] for pair in told["pairs"]), reverse=True
    )
    for pair in told["pairs"]:
        assert pair["steps"][-1]["total"] == pair["weight"]
        assert pair["model_version"] == told["model_version"]
    assert told["pairs"][0]["rule"] == "same_identifier"
    assert told["pairs"][0]["right"] == {"source": "hq:crm", "record_id": "2"}
