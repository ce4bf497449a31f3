"""Relations between customers: which kind, in which direction, since when, and the same from both sides."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.model import MatchModel
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.relations import Relation, relations_between
from entity_resolution.standardize import standardize

MODEL = MatchModel.load()
VIN, PLATE = "1M8GDM9AXKP042788", "皖B12345"
PHONE, EMAIL = [{"value": "13800138001"}], [{"value": "a@example.com"}]
HOME = [{"full": "安徽省芜湖市弋江区长春路8号3幢201室"}]
FIRM = {"organization": "芜湖奇瑞汽车销售有限公司"}


def record(name: Any, **fields: Any) -> StandardRecord:
    named = {"full": name} if isinstance(name, str) else name
    return standardize(RecordKey("hq:crm", str(name)), {"name": named} | fields)


def between(one: StandardRecord, other: StandardRecord) -> list[tuple[str, str]]:
    return [(found.kind, found.role) for found in relations_between([one], [other], MODEL)]


def vehicle(role: str | None = "owner", **fields: Any) -> dict[str, Any]:
    return {"vehicles": [{"vin": VIN, "plate": PLATE, "role": role} | fields]}


@pytest.mark.parametrize(
    ("own", "other", "relations"),
    [
        # The same home.
        (record("王伟", addresses=HOME), record("李静", addresses=HOME), [("household", "household_member")]),
        # One number: a family by its name or its car, else no more than a shared number.
        (record("王伟", phones=PHONE), record("王小丽", phones=PHONE), [("household", "household_member")]),
        (record("王伟", phones=PHONE), record("李静", phones=PHONE), [("shared_contact", "shares_contact")]),
        (record("王伟", emails=EMAIL), record("李静", emails=EMAIL), [("shared_contact", "shares_contact")]),
        (
            record("王伟", phones=PHONE, **vehicle()),
            record("李静", phones=PHONE, **vehicle("driver")),
            [("household", "household_member"), ("driver", "driver")],
        ),
        # One vehicle: who drives, and who had it before.
        (record("王伟", **vehicle()), record("李静", **vehicle("driver")), [("driver", "driver")]),
        (record("王伟", **vehicle("driver")), record("李静", **vehicle()), [("driver", "owner")]),
        (record("王伟", **vehicle("driver")), record("李静", **vehicle("驾驶人")), [("driver", "co_driver")]),
        (
            record("王伟", **vehicle(to="2024-05-01")),
            record("李静", **vehicle(**{"from": "2024-05-02"})),
            [("owner_change", "next_owner")],
        ),
        (
            record("王伟", observed_at="2026-03-01T00:00:00Z", **vehicle()),
            record("李静", observed_at="2022-03-01T00:00:00Z", **vehicle()),
            [("owner_change", "previous_owner")],
        ),
        (record("王伟", **vehicle()), record("李静", **vehicle()), [("owner_change", "other_owner")]),
        # Firms.
        (record("王伟", **vehicle("driver")), record(FIRM, **vehicle()), [("fleet", "fleet_owner")]),
        (record(FIRM, **vehicle()), record("王伟", **vehicle("driver")), [("fleet", "driver")]),
        (record(FIRM, phones=PHONE), record("王伟", phones=PHONE), [("firm_contact", "contact_person")]),
        (record("王伟", phones=PHONE), record(FIRM, phones=PHONE), [("firm_contact", "firm")]),
        # Who may be one person, or of whom too little is known, is not related.
        (record("王伟", phones=PHONE), record("王伟", phones=PHONE), []),
        (record("王伟", phones=PHONE), record("王先生", phones=PHONE), []),
        (record("王伟", phones=PHONE), record({}, phones=PHONE), []),
        (record("王伟", phones=PHONE), record("李静"), []),
        # A plate that moved on to another vehicle.
        (record("王伟", **vehicle()), record("李静", **vehicle(vin="LVVDB11B0AD000018")), []),
        # A number that is nobody's.
        (record("王伟", phones=[{"value": "13800000000"}]), record("李静", phones=[{"value": "13800000000"}]), []),
    ],
)
def test_relations(own: StandardRecord, other: StandardRecord, relations: list[tuple[str, str]]) -> None:
    assert between(own, other) == relations


def test_evidence_tells_what_and_since_when() -> None:
    one = record("王伟", observed_at="2024-01-05T00:00:00Z", phones=PHONE, addresses=HOME, **vehicle())
    other = record("李静", observed_at="2025-06-01T00:00:00Z", phones=PHONE, addresses=HOME)
    (found,) = relations_between([one], [other], MODEL)
    assert [(evidence.field, evidence.since) for evidence in found.evidence] == [
        ("address", "2025-06-01"),
        ("phone", "2025-06-01"),
    ]
    assert found.evidence[1].value == "+8613800138001"
    held = relations_between([record("王伟", **vehicle(**{"from": "2020-01-01"}))], [one], MODEL)
    assert held == []


MIRRORED = {
    "driver": "owner",
    "owner": "driver",
    "fleet_owner": "driver",
    "contact_person": "firm",
    "firm": "contact_person",
    "previous_owner": "next_owner",
    "next_owner": "previous_owner",
}


def mirrored(relation: Relation) -> Relation:
    role = "fleet_owner" if (relation.kind, relation.role) == ("fleet", "driver") else None
    return relation._replace(role=role or MIRRORED.get(relation.role, relation.role))


days = st.none() | st.sampled_from(["2023-01-01", "2024-01-01", "2025-01-01"])
vehicles = st.fixed_dictionaries(
    {
        "vin": st.sampled_from([None, VIN, "LVVDB11B0AD000018"]),
        "plate": st.sampled_from([None, PLATE]),
        "role": st.sampled_from([None, "owner", "driver"]),
        "from": days,
        "to": days,
    }
)
records = st.builds(
    record,
    st.sampled_from(["王伟", "王小丽", "李静", "李先生", {}, FIRM, {"full": "John Smith"}]),
    phones=st.lists(st.sampled_from(PHONE), max_size=1),
    emails=st.lists(st.sampled_from(EMAIL), max_size=1),
    addresses=st.lists(st.sampled_from(HOME), max_size=1),
    vehicles=st.lists(vehicles, max_size=2),
    observed_at=st.none() | st.sampled_from(["2024-03-01T00:00:00Z", "2025-03-01T00:00:00Z"]),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(records, min_size=1, max_size=3), st.lists(records, min_size=1, max_size=3), st.randoms())
def test_both_sides_see_the_same_relation(own: list[StandardRecord], other: list[StandardRecord], random: Any) -> None:
    found = relations_between(own, other, MODEL)
    shuffled = random.sample(own, len(own)), random.sample(other, len(other))
    assert relations_between(*shuffled, MODEL) == found
    assert sorted(map(mirrored, relations_between(other, own, MODEL)), key=str) == sorted(found, key=str)
