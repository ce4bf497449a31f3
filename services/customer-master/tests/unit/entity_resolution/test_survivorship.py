"""Golden values: which value wins, where it comes from, and that nothing else has a say."""

from datetime import UTC, datetime
from typing import Any

import pytest
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
    assert [value["full"] for value in values(found, "name")] == ["欧阳靖宇", "Ouyang Jingyu", "欧阳女士"]


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
    assert found.conflicts == [
        {"field": "birth_date", "values": ["1949-12-31", "1950-01-01"]},
        {"field": "gender", "values": ["female", "male"]},
    ]


def test_a_partial_date_is_no_conflict() -> None:
    found = golden(member("hq:crm", "1", 1, birth_date="1990"), member("hq:crm", "2", 1, birth_date="1990-02-03"))
    assert values(found, "birth_date") == ["1990-02-03", "1990"]
    assert found.conflicts == []


def test_one_vehicle_is_told_once_with_all_that_is_known() -> None:
    (vehicle,) = values(golden(DMS, CALL), "vehicles")
    assert vehicle == {"vin": VIN, "plate": "沪A12345", "role": "owner", "from": None, "to": None}


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


def test_headquarters_corrections_beat_what_many_others_wrote() -> None:
    wrong = [member("dealer:D0001:dms", str(number), 5, name={"full": "欧阳静宇"}) for number in range(3)]
    found = golden(*wrong, CRM)
    assert found.display_name == "欧阳靖宇"
    assert found.values["name"][0]["rule"] == "trust"
    (conflict,) = found.conflicts
    assert (conflict["field"], [one["full"] for one in conflict["values"]]) == ("name", ["欧阳靖宇", "欧阳静宇"])


def test_the_sales_contract_beats_the_call_centre() -> None:
    called = [member("hq:call-center", str(number), 9, birth_date="1990-02-03") for number in range(2)]
    found = golden(*called, member("dealer:D0001:sales", "1", 1, birth_date="1990-03-02"))
    assert values(found, "birth_date") == ["1990-03-02", "1990-02-03"]
    assert found.values["birth_date"][0]["rule"] == "trust"


def test_doubtful_values_stand_behind_valid_ones_however_new_and_trusted() -> None:
    placeholder = member("hq:crm", "1", 9, phones=[{"value": "13800000000"}, {"value": "000000"}])
    found = values(golden(placeholder, member("hq:web", "2", 1, phones=[{"value": "13800138001"}])), "phones")
    assert found[0]["value"] == "+8613800138001"
    assert all(one["status"] for one in found[1:])


def test_a_known_number_replaces_its_mask() -> None:
    hidden = member("hq:crm", "1", 1, phones=[{"value": "138****8001"}])
    assert [one["value"] for one in values(golden(hidden, DMS), "phones")] == ["+8613800138001", "+8613900139001"]
    assert [one["status"] for one in values(golden(hidden), "phones")] == ["masked"]


def test_each_number_tells_when_it_was_the_current_one() -> None:
    def said(day: int, *numbers: str) -> Member:
        return member("hq:crm", str(day), day, phones=[{"value": number} for number in numbers])

    old, new, landline = "13800138001", "13900139001", "021-62881234"
    found = golden(said(1, old, landline), said(2, new), said(3, old), said(4, new), said(5, new)).values["phones"]
    days = {
        one["value"]["value"]: [
            (period["since"][8:10], period["until"] and period["until"][8:10]) for period in one["current"]
        ]
        for one in found
    }
    assert days == {
        "+8613800138001": [("01", "02"), ("03", "04")],
        "+8613900139001": [("02", "03"), ("04", None)],
        "+862162881234": [("01", None)],
    }
    assert found[0]["value"]["value"] == "+8613900139001"


def test_an_old_address_is_trusted_less_however_complete() -> None:
    moved = datetime(2026, 1, 1, tzinfo=UTC)
    key = RecordKey("dealer:D0001:dms", "old")
    body = {"addresses": [{"full": "安徽省芜湖市弋江区长春路8号3幢201室"}]}
    old = Member(key, body, standardize(key, body), moved.replace(year=2023))
    new = member("hq:web", "new", 1, addresses=[{"full": "上海市浦东新区世纪大道100号"}])
    best, other = golden(old, new).values["addresses"]
    assert (best["value"]["region"], best["rule"], other["value"]["city"]) == ("上海", "trust", "芜湖")


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ({"full": "JOHN MCDONALD"}, "John McDonald"),
        ({"full": "john o'brien-smith"}, "John O'Brien-Smith"),
        ({"full": "LUDWIG VAN BEETHOVEN"}, "Ludwig van Beethoven"),
        ({"full": "Jean deVries"}, "Jean deVries"),
        ({"family": "SMITH", "given": "JOHN"}, "John Smith"),
        ({"family": "DeVries", "given": "Jean"}, "Jean DeVries"),
        ({"full": "SMITH, JOHN"}, "John Smith"),
        ({"full": "JOHN SMITH III"}, "John Smith III"),
        ({"full": "Mr. SMITH"}, "Mr Smith"),
        ({"full": "王女士"}, "王女士"),
        ({"organization": "Bosch Service GmbH"}, "Bosch Service GmbH"),
        ({"organization": "芜湖奇瑞汽车销售有限公司", "full": "王伟"}, "芜湖奇瑞汽车销售有限公司"),
    ],
)
def test_customers_are_called_as_people_write_them(name: dict[str, str], called: str) -> None:
    assert golden(member("hq:crm", "1", 1, name=name)).display_name == called


def test_the_whole_name_goes_before_title_and_mask() -> None:
    names = ["王**", "王先生", "王伟", "WANG WEI"]
    found = golden(*(member("hq:crm", name, 9 - at, name={"full": name}) for at, name in enumerate(names)))
    assert [one["full"] for one in values(found, "name")] == ["王伟", "Wang Wei", "王先生", "王**"]
    assert found.conflicts == []


def test_a_firm_tells_whom_its_records_name() -> None:
    firm = "芜湖奇瑞汽车销售有限公司"
    one = member("hq:crm", "1", 1, name={"organization": firm, "full": "王伟"}, phones=[{"value": "13800138001"}])
    other = member("dealer:D0001:dms", "2", 2, name={"organization": firm, "full": "李静"})
    found = golden(one, other)
    assert found.party_type == "organization"
    assert [(contact["full"], contact["phones"]) for contact in values(found, "contacts")] == [
        ("李静", []),
        ("王伟", ["+8613800138001"]),
    ]
    assert "name" not in found.values
    assert found.conflicts == []


def test_a_person_tells_the_employer() -> None:
    named = {"full": "王伟", "organization": "芜湖奇瑞汽车销售有限公司"}
    found = golden(member("hq:crm", "1", 1, party_type="person", name=named))
    assert (found.display_name, values(found, "employer")) == ("王伟", ["芜湖奇瑞汽车销售有限公司"])


def parts(found: GoldenRecord) -> dict[str, tuple[int, list[str]]]:
    return {part["name"]: (part["score"], part["lacking"]) for part in found.quality["parts"]}


def test_the_quality_score_says_what_is_lacking() -> None:
    assert parts(golden(CRM)) == {
        "completeness": (60, ["addresses", "birth_date", "emails", "identifiers"]),
        "validity": (100, []),
        "agreement": (100, []),
        "recency": (100, []),
    }
    assert golden(CRM).quality["score"] == 84
    flawed = member("hq:crm", "8", 9, birth_date="1950-01-01", phones=[{"value": "13800000000"}])
    found = parts(golden(CALL, flawed))
    assert found["agreement"] == (65, ["birth_date"])
    assert found["validity"] == (50, ["phones"])
    assert "phones" in found["completeness"][1]


def test_a_pin_ends_a_conflict_and_fills_a_gap() -> None:
    declared = member("hq:crm", "4", 5, birth_date="1950-01-01")
    found = golden(
        declared, CALL, pins=(Pin("birth_date", "1949-12-31", "d1"), Pin("emails", {"value": "a@b.cn"}, "d2"))
    )
    assert found.conflicts == []
    assert "emails" not in parts(found)["completeness"][1]


def test_quality_is_measured_from_the_newest_record() -> None:
    key = RecordKey("hq:crm", "old")
    body = {"name": {"full": "欧阳靖宇"}}
    old = Member(key, body, standardize(key, body), datetime(2020, 1, 1, tzinfo=UTC))
    assert parts(golden(old))["recency"] == (100, [])
    new = member("hq:crm", "new", 1, phones=[{"value": "13800138001"}])
    assert parts(golden(old, new))["recency"] == (50, ["name"])
    assert parts(golden(member("hq:crm", "1", None, **body)))["recency"] == (0, ["name"])


@settings(deadline=None)
@given(st.permutations([CRM, DMS, CALL, member("hq:crm", "8", None, name="王先生")]))
def test_the_order_of_the_records_does_not_show(members: list[Member]) -> None:
    assert golden(*members).canonical() == golden(*sorted(members, key=lambda one: one.key)).canonical()
    assert golden(*members, *members).canonical() == golden(*members).canonical()
