"""Warranty and three guarantees: cover ends by date or mileage, and more faults never take a right away."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aftersales.warranty_terms import (
    Fault,
    Term,
    WarrantyTerms,
    add_months,
    cover,
    met_remedies,
    usage_fee,
    warranty_terms,
)

TERMS = warranty_terms()
DELIVERED = date(2026, 1, 31)
DATES = st.dates(date(2000, 1, 1), date(2100, 1, 1))
FAULTS = st.lists(
    st.builds(
        Fault,
        on=st.dates(DELIVERED, date(2029, 1, 1)),
        km=st.none() | st.integers(0, 100_000),
        code=st.sampled_from(["oil leak", "brake", "screen"]),
        assembly=st.sampled_from([None, "engine", "transmission"]),
        serious=st.booleans(),
        repair_days=st.integers(0, 20),
    ),
    max_size=12,
)


@given(DATES, st.integers(1, 120))
def test_months_are_added_without_leaving_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(DATES, st.integers(1, 120), st.integers(1, 10**6), st.integers(-5_000, 5_000), st.none() | st.integers(0, 10**6))
def test_cover_ends_at_the_first_of_date_and_mileage(
    start: date, months: int, km: int, days: int, at_km: int | None
) -> None:
    covered, on = cover(start, Term(months=months, km=km)), start + timedelta(days=days)
    in_time = start <= on < add_months(start, months)
    assert covered.holds(on, at_km) == (in_time and (at_km is None or at_km <= km))


@given(FAULTS, FAULTS)
def test_more_faults_never_take_a_remedy_away(faults: list[Fault], more: list[Fault]) -> None:
    before = {met.remedy.code for met in met_remedies(TERMS, None, DELIVERED, faults)}
    assert before <= {met.remedy.code for met in met_remedies(TERMS, None, DELIVERED, faults + more)}


@given(FAULTS)
def test_faults_after_the_guarantee_give_no_right(faults: list[Fault]) -> None:
    end = cover(DELIVERED, TERMS.product(None).three_guarantees).ends_on
    late = [Fault(end + timedelta(days=1), None, f.code, f.assembly, f.serious, f.repair_days) for f in faults]
    assert met_remedies(TERMS, None, DELIVERED, late) == []


def test_the_same_fault_five_times_and_thirty_one_days() -> None:
    fault = Fault(date(2026, 6, 1), 8_000, "oil leak", repair_days=6)
    assert met_remedies(TERMS, None, DELIVERED, [fault] * 4) == []
    assert [met.remedy.code for met in met_remedies(TERMS, None, DELIVERED, [fault] * 5)] == [
        "same_fault_repaired_often"
    ]
    longer = Fault(date(2026, 6, 1), 8_000, "screen", repair_days=1)
    met = met_remedies(TERMS, None, DELIVERED, [*[fault] * 5, longer])
    assert [(m.remedy.code, m.count) for m in met] == [("same_fault_repaired_often", 5), ("too_long_in_repair", 31)]


def test_an_engine_that_fails_in_the_first_weeks() -> None:
    soon = Fault(DELIVERED + timedelta(days=60), 3_000, "engine", "engine")
    assert [met.remedy.code for met in met_remedies(TERMS, None, DELIVERED, [soon])] == ["early_assembly_failure"]
    far = Fault(soon.on, 3_001, "engine", "engine")
    assert met_remedies(TERMS, None, DELIVERED, [far]) == []


def test_a_series_may_have_terms_of_its_own() -> None:
    assert TERMS.product("eQ1").parts["power_battery"].months == 96
    assert TERMS.product("A5").name == TERMS.product(None).name == "passenger"


@given(st.integers(0, 10**10), st.integers(0, 10**7))
def test_the_fee_for_use_never_exceeds_the_price(price: int, km: int) -> None:
    assert 0 <= usage_fee(TERMS, price, km) <= price


def test_the_fee_for_use() -> None:
    assert usage_fee(TERMS, 100_000_00, 10_000) == 5_000_00


def test_terms_that_fit_no_vehicle_are_refused() -> None:
    raw = TERMS.model_dump()
    with pytest.raises(ValidationError):
        WarrantyTerms.model_validate(raw | {"products": [product for product in raw["products"] if product["series"]]})
