"""Mileage (里程) of a vehicle over time: which reading is plausible, how far it runs a day; integers only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

MOST_KM_A_DAY = 2_000
"""What a vehicle can run in a day at most; two drivers on a motorway."""
TYPICAL_M_A_DAY = 40_000
"""What is taken for a vehicle of which only one reading is known: about 15,000 km a year."""


@dataclass(frozen=True, order=True)
class Reading:
    """An odometer reading (里程读数)."""

    on: date
    km: int


@dataclass(frozen=True)
class Doubt:
    """Why a reading is not plausible."""

    code: str
    """`below_earlier`, `above_later` or `too_fast`."""
    text: str


def doubts(reading: Reading, history: Iterable[Reading]) -> list[Doubt]:
    """What speaks against a reading, given the plausible ones of other days; nothing when it is plausible."""
    known = sorted(history)
    found = []
    before = [other for other in known if other.on <= reading.on]
    after = [other for other in known if other.on > reading.on]
    if before and (highest := max(before, key=lambda other: other.km)).km > reading.km:
        found.append(Doubt("below_earlier", f"On {highest.on} it was {highest.km} km already."))
    if after and (lowest := min(after, key=lambda other: other.km)).km < reading.km:
        found.append(Doubt("above_later", f"On {lowest.on} it was only {lowest.km} km."))
    if before and not found:
        latest = before[-1]
        days = (reading.on - latest.on).days + 1
        if reading.km - latest.km > days * MOST_KM_A_DAY:
            found.append(Doubt("too_fast", f"{reading.km - latest.km} km in {days} days since {latest.on}."))
    return found


def metres_a_day(readings: Sequence[Reading]) -> int:
    """How far a vehicle runs a day, in metres, from its first and last plausible reading; never negative.

    With less than a week between them the typical distance is taken, for a few days tell nothing.
    """
    if not readings:
        return TYPICAL_M_A_DAY
    first, last = min(readings), max(readings)
    days = (last.on - first.on).days
    if days < 7:
        return TYPICAL_M_A_DAY
    return max(last.km - first.km, 0) * 1_000 // days
