"""Distances (距离) between places given in integer micro-degrees, by the haversine formula on a sphere."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_009
"""Mean radius of the earth (IUGG)."""


@dataclass(frozen=True)
class Place:
    """A point on the earth (位置), in millionths of a degree."""

    latitude_udeg: int
    longitude_udeg: int


def distance_m(one: Place, other: Place) -> int:
    """The great-circle distance in whole metres (R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    latitudes = radians(one.latitude_udeg / 1e6), radians(other.latitude_udeg / 1e6)
    longitude = radians((other.longitude_udeg - one.longitude_udeg) / 1e6)
    chord = (
        sin((latitudes[1] - latitudes[0]) / 2) ** 2 + cos(latitudes[0]) * cos(latitudes[1]) * sin(longitude / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord))))
