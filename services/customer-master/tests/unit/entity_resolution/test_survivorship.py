"""Golden values: which value wins, where it comes from, and that nothing else has a say."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize
from entity_resolution.survivorship import GoldenRecord, Member, Pin, SurvivorshipRules, golden_record

RULES = SurvivorshipRules.load()
ID = "11010519491231002X"
VIN = "1M8GDM9AXKP042788"


def member(source: str, record_id: str, day: int | None, **body: Any) -> Member:
    key = RecordKey(source, record_id)
    observed_at = None if day is None else datetime(2026, 1, day, tzinfo=UTC)
    return Member(key, body, standardize(key, body), observed_at)


def golden(*members: Member, pins: tuple[Pin, ...] = ()) -> GoldenRecord:
    return golden_record(members, RULES, pins)


def values(found: GoldenRecord, attribute: str) -> list[Any]:
    return [one["value"] for one in found.values.get(attribute, [])]


CRM = member(
    "hq:crm",
    "1",
    1,
    name={"full": "歐陽靖宇"},
    phones=[{"value": "13800138001"}],
    gender="女",
    attributes={"job": "医生"},
)
DMS = member(
    "dealer:D0001:dms",
    "2",
    3,
    name={"full": "欧阳女士"},
    phones=[{"value": "13900139001"}, {"value": "13800138001"}],
    vehicles=[{"vin": VIN, "role": "owner"}],
    identifiers=[{"type": "cn_resident_id", "value": "1101051949****002X"}],
)
CALL = member(
    "hq:call-center",
    "3",
    2,
    name={"full": "OUYANG JINGYU"},
    vehicles=[{"vin": VIN, "plate": "沪A12345"}, {"plate": "沪A12345"}],
    identifiers=[{"type": "cn_resident_id", "value": ID}],
)


def test_the_whole_name_wins_and_tells_its_source() -> None:
    found = golden(CRM, DMS, CALL)
    best = found.values["name"][0]
    assert best["value"]["full"] == "欧阳靖宇"
    assert (best["source"], best["record_id"], best["rule"]) == ("hq:crm", "1", "completeness")
    assert best["observed_at"] == "2026-01-01T00:00:00.000000Z"
    assert found.display_name == "欧阳靖宇"
    assert [value["full"] for value in values(found, "name")] == ["欧阳靖宇", "OUYANG JINGYU", "欧阳女士"]


def test_contact_points_keep_first_and_last_seen() -> None:
    phones = golden(CRM, DMS).values["phones"]
    shared = next(one for one in phones if one["value"]["value"] == "+8613800138001")
    assert (shared["first_seen"], shared["last_seen"], shared["records"]) == (
        "2026-01-01T00:00:00.000000Z",
        "2026-01-03T00:00:00.000000Z",
        2,
    )


def test_a_known_identifier_replaces_its_mask() -> None:
    assert [value["value"] for value in values(golden(DMS, CALL), "identifiers")] == [ID]
    assert values(golden(CALL), "identifiers")[0]["masked"] == "110***********002X"
    assert [value["status"] for value in values(golden(DMS), "identifiers")] == ["masked"]


def test_birth_date_and_gender_follow_the_resident_id() -> None:
    declared = member("hq:crm", "4", 5, birth_date="1950-01-01", gender="男")
    found = golden(declared, CALL)
    assert values(found, "birth_date")[0] == "1949-12-31"
    assert values(found, "gender")[0] == "female"
    assert found.conflicts == ["gender", "birth_date"]


def test_a_partial_date_is_no_conflict() -> None:
    found = golden(member("hq:crm", "1", 1, birth_date="1990"), member("hq:crm", "2", 1, birth_date="1990-02-03"))
    assert values(found, "birth_date") == ["1990-02-03", "1990"]
    assert found.conflicts == []


def test_one_vehicle_is_told_once_with_all_that_is_known() -> None:
    (vehicle,) = values(golden(DMS, CALL), "vehicles")
    assert vehicle == {"vin": VIN, "plate": "沪A12345", "role": "owner", "from": None, "to": None}


def consent(record_id: str, status: str, at: str | None, channel: str | None = "sms") -> Member:
    return member(
        "hq:crm", record_id, None, consents=[{"purpose": "marketing", "channel": channel, "status": status, "at": at}]
    )


def consent_status(*members: Member) -> dict[str | None, str]:
    return {value["channel"]: value["status"] for value in values(golden(*members), "consents")}


def test_a_withdrawal_holds_until_a_newer_grant() -> None:
    granted, withdrawn = (
        consent("1", "granted", "2026-01-01T00:00:00Z"),
        consent("2", "withdrawn", "2026-02-01T00:00:00Z"),
    )
    assert consent_status(granted, withdrawn) == {"sms": "withdrawn"}
    assert consent_status(granted, withdrawn, consent("3", "granted", "2026-03-01T00:00:00+08:00")) == {
        "sms": "granted"
    }
    assert consent_status(granted, consent("2", "withdrawn", "2026-01-01T00:00:00Z")) == {"sms": "withdrawn"}
    assert golden(granted, withdrawn).flags == ["marketing_opt_out"]
    assert golden(granted).flags == []


def test_an_undated_withdrawal_and_one_for_all_channels_hold() -> None:
    granted = consent("1", "granted", "2026-01-01T00:00:00Z")
    assert consent_status(granted, consent("2", "拒绝", None)) == {"sms": "withdrawn"}
    general = consent("2", "withdrawn", "2026-02-01T00:00:00Z", channel=None)
    assert consent_status(granted, general) == {None: "withdrawn", "sms": "withdrawn"}


def test_a_pin_beats_every_record() -> None:
    pin = Pin("gender", "male", "d1")
    found = golden(CRM, pins=(pin,))
    assert values(found, "gender") == ["male", "female"]
    assert (found.values["gender"][0]["rule"], found.values["gender"][0]["decision_id"]) == ("pin", "d1")


def test_attributes_are_told_by_name_the_newest_first() -> None:
    later = member("hq:crm", "9", 9, attributes={"job": "律师", "income_band": "A"})
    told = values(golden(CRM, later), "attributes")
    assert told == [
        {"name": "income_band", "value": "A"},
        {"name": "job", "value": "律师"},
        {"name": "job", "value": "医生"},
    ]


@settings(deadline=None)
@given(st.permutations([CRM, DMS, CALL, consent("7", "granted", None), member("hq:crm", "8", None, name="王先生")]))
def test_the_order_of_the_records_does_not_show(members: list[Member]) -> None:
    assert golden(*members).canonical() == golden(*sorted(members, key=lambda one: one.key)).canonical()
    assert golden(*members).canonical() == golden(*members).canonical()
