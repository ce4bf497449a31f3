"""Distances: known ones, and the rules of a metric."""

from hypothesis import given
from hypothesis import strategies as st

from aftersales.places import Place, distance_m

PLACES = st.builds(
    Place,
    latitude_udeg=st.integers(-90_000_000, 90_000_000),
    longitude_udeg=st.integers(-180_000_000, 180_000_000),
)
WUHU = Place(latitude_udeg=31_352_859, longitude_udeg=118_433_124)
HEFEI = Place(latitude_udeg=31_820_591, longitude_udeg=117_227_219)


def test_from_wuhu_to_hefei() -> None:
    assert 124_000 < distance_m(WUHU, HEFEI) < 127_000


@given(PLACES, PLACES, PLACES)
def test_it_is_a_distance(one: Place, other: Place, third: Place) -> None:
    assert distance_m(one, one) == 0
    assert distance_m(one, other) == distance_m(other, one) >= 0
    assert distance_m(one, third) <= distance_m(one, other) + distance_m(other, third) + 2
