"""Places (位置) in integer micro-degrees, and the distance between two, by the haversine formula on a sphere."""

from math import asin, cos, radians, sin, sqrt

from pydantic import ConfigDict, Field

from isthmus.http import ApiModel

EARTH_RADIUS_M = 6_371_009
"""Mean radius of the earth (IUGG)."""


class Place(ApiModel):
    """A point on the earth (位置)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude_udeg: int = Field(
        ge=-90_000_000, le=90_000_000, description="Latitude in millionths of a degree (纬度).", examples=[31352859]
    )
    longitude_udeg: int = Field(
        ge=-180_000_000, le=180_000_000, description="Longitude in millionths of a degree (经度).", examples=[118433124]
    )


def distance_m(one: Place, other: Place) -> int:
    """The great-circle distance in whole metres (R. W. Sinnott, "Virtues of the Haversine", 1984)."""
    latitudes = radians(one.latitude_udeg / 1e6), radians(other.latitude_udeg / 1e6)
    longitude = radians((other.longitude_udeg - one.longitude_udeg) / 1e6)
    chord = (
        sin((latitudes[1] - latitudes[0]) / 2) ** 2 + cos(latitudes[0]) * cos(latitudes[1]) * sin(longitude / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord))))
