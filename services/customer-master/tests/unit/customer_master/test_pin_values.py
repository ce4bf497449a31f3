"""A pinned value has the form of golden values, whatever form it is given in."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_master.stewardship.pin_values import NEW_VALUES, golden_value, present_value
from isthmus.http import Unprocessable

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def test_a_golden_value_is_taken_as_it_stands() -> None:
    present = [{"value": {"vin": "kept as it is"}}, {"value": "second"}]
    assert present_value(present, 1) == "second"
    assert golden_value("employer", "second", present, "person") == "second"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phones", {"value": "138 0013 8001"}),
        ("name", "欧阳靖宇"),
        ("organization", "合肥金桥电子有限公司"),
        ("identifiers", {"type": "cn_resident_id", "value": "11010519491231002X"}),
        ("addresses", "安徽省合肥市蜀山区长江西路1号"),
        ("addresses", {"region": "安徽省", "city": "合肥市", "district": "蜀山区", "detail": "长江西路1号"}),
        ("emails", "a@example.org"),
        ("birth_date", "1987-05-04"),
        ("attributes", {"name": "occupation", "value": "教师"}),
    ],
)
def test_a_new_value_once_golden_stays_the_same(field: Any, value: Any) -> None:
    golden = golden_value(field, value, [], None)
    assert golden_value(field, golden, [], None) == golden


@given(st.sampled_from(NEW_VALUES), json_values)
def test_any_value_is_either_read_or_refused(field: Any, value: Any) -> None:
    golden = None
    with suppress(Unprocessable):
        golden = golden_value(field, value, [], None)
    assert golden is None or golden_value(field, golden, [{"value": golden}], None) == golden
