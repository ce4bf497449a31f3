"""Distances: known ones, and the rules of a metric."""

from hypothesis import given
from hypothesis import strategies as st

from aftersales.workshops.distances import Place, distance_m

PLACES = st.builds(Place, st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
WUHU, HEFEI = Place(31_352_859, 118_433_124), Place(31_820_591, 117_227_219)


def test_from_wuhu_to_hefei() -> None:
    assert 124_000 < distance_m(WUHU, HEFEI) < 127_000


@given(PLACES, PLACES, PLACES)
def test_it_is_a_distance(one: Place, other: Place, third: Place) -> None:
    assert distance_m(one, one) == 0
    assert distance_m(one, other) == distance_m(other, one) >= 0
    assert distance_m(one, third) <= distance_m(one, other) + distance_m(other, third) + 2
