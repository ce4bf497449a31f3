"""The customer record takes every value as written and refuses only what is malformed or beyond the limits."""

import json
from typing import Any, TypeVar

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from isthmus.contracts.customer_records import CustomerRecord, PartyBody, RecordKey
from isthmus.contracts.registry import field_problems

Model = TypeVar("Model", bound=BaseModel)
KEY = {"source": "dealer:D0001:dms", "record_id": "C-1001"}


def read(**fields: Any) -> CustomerRecord:
    return CustomerRecord.model_validate_json(json.dumps(KEY | fields))


def attempt(model: type[Model], fields: dict[str, Any]) -> tuple[Model | None, list[str]]:
    """What was read, or the fields that were refused."""
    try:
        return model.model_validate(fields), []
    except ValidationError as error:
        return None, [problem.field for problem in field_problems(error)]


def problems(**fields: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        read(**fields)
    return {problem.field: problem.reason for problem in field_problems(caught.value)}


@pytest.mark.parametrize(
    "fields",
    [
        {"birth_date": "1990/1/1"},
        {"gender": "先生"},
        {"gender": "M"},
        {"vehicles": [{"plate": "未上牌", "vin": "", "from": "去年"}]},
        {"party_type": "企业"},
        {"identifiers": [{"type": "loyalty_card_of_2009", "value": "7"}]},
        {"phones": None, "emails": [], "name": None},
        {"attributes": {"children": 2, "vip": True, "rate": 1.5, "nested": {"a": [None, "x"]}}},
        {"birth_date_lunar": {"month": "四月", "day": 7, "leap": "否"}},
        {"loyalty": {"level": "gold"}, "phones": [{"value": "1", "extension": "22"}]},
    ],
)
def test_values_are_kept_as_the_source_writes_them(fields: dict[str, Any]) -> None:
    assert json.loads(read(**fields).to_bytes()) == KEY | fields


def test_absent_fields_stay_absent_and_null_stays_null() -> None:
    assert read(gender=None).to_json() == KEY | {"gender": None}


def test_numbers_sent_for_texts_become_texts() -> None:
    record = CustomerRecord.model_validate({"source": "hq:crm", "record_id": 42, "phones": [{"value": 13800138000}]})
    assert record.record_id == "42"
    assert record.phones is not None
    assert record.phones[0].value == "13800138000"


def test_a_vehicle_names_its_start_from_in_json() -> None:
    record = read(vehicles=[{"from": "2020-01"}])
    assert record.vehicles is not None
    assert record.vehicles[0].from_ == "2020-01"
    assert record.to_json()["vehicles"] == [{"from": "2020-01"}]


def test_a_malformed_body_names_every_field() -> None:
    found = problems(
        source="dealer/D1",
        record_id="",
        name="欧阳靖宇",
        phones={"value": "1"},
        emails=["a@b.c"],
        version=-1,
        observed_at="yesterday",
        deleted="perhaps",
        vehicles=[{"vin": ["x"]}],
    )
    assert found.keys() == {
        "/source",
        "/record_id",
        "/name",
        "/phones",
        "/emails/0",
        "/version",
        "/observed_at",
        "/deleted",
        "/vehicles/0/vin",
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"gender": "x\x00"}, "/gender"),
        ({"record_id": "x\x00"}, "/record_id"),
        ({"attributes": {"a\x00": 1}}, "/attributes/a\x00/[key]"),
        ({"attributes": {"a": [{"b": "\x00"}]}}, "/attributes/a"),
        ({"extra": "\x00"}, "/extra"),
        ({"gender": "x" * 501}, "/gender"),
        ({"record_id": "x" * 257}, "/record_id"),
        ({"phones": [{}] * 101}, "/phones"),
        ({"attributes": {f"a{n}": n for n in range(201)}}, "/attributes"),
        ({"version": 2**63}, "/version"),
        ({"observed_at": "2026-11-01T08:00:00"}, "/observed_at"),
        ({"observed_at": "0001-01-01T00:00:00+14:00"}, "/observed_at"),
    ],
)
def test_limits_are_told_with_the_field(fields: dict[str, Any], field: str) -> None:
    assert problems(**fields).keys() == {field}


def test_the_reason_never_holds_the_value() -> None:
    assert "13800138000" not in str(problems(phones="13800138000", version="13800138000x"))


@pytest.mark.parametrize("source", ["hq:crm", "dealer:D0001:dms", "station:S0101:dms", "hq:call-center"])
def test_sources_of_the_design_are_sources(source: str) -> None:
    assert read(source=source).source == source


@pytest.mark.parametrize("source", ["", "crm", "hq/crm", "hq:", ":crm", "hq::crm", "a:b:c:d", "hq:crm\n", "hq crm:x"])
def test_other_sources_are_refused(source: str) -> None:
    assert problems(source=source).keys() == {"/source"}


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=256))
def test_a_key_written_as_text_reads_back(record_id: str) -> None:
    key = RecordKey(source="dealer:D0001:dms", record_id=record_id)
    assert RecordKey.from_text(str(key)) == key


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
        max_leaves=20,
    )
)
@example(2**64)
@example([-(2**63) - 1, 1e400, "\ud800"])
def test_any_extra_value_is_kept_or_refused_by_name_and_can_be_written(value: Any) -> None:
    record, refused = attempt(CustomerRecord, KEY | {"attributes": {"a": value}, "extra": value})
    assert all(field.startswith(("/attributes/a", "/extra")) for field in refused)
    if record is not None:
        assert orjson.loads(orjson.dumps(record.to_json())) == json.loads(record.to_bytes())


@given(
    st.dictionaries(
        st.sampled_from(sorted(PartyBody.model_fields)),
        st.none()
        | st.integers()
        | st.text(max_size=20)
        | st.lists(st.integers() | st.none(), max_size=3)
        | st.booleans(),
    )
)
def test_no_body_does_anything_but_parse_or_be_refused(fields: dict[str, Any]) -> None:
    body, refused = attempt(PartyBody, fields)
    assert {field.split("/")[1] for field in refused} <= fields.keys()
    assert body is None or body.model_fields_set == fields.keys()
