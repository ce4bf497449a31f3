"""When the next service (保养) of a vehicle is due, by date and by mileage, whichever comes first; integers only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aftersales.mileages import Reading, metres_a_day
from aftersales.warranty_terms import add_months

MONTHS_BETWEEN = 6
KM_BETWEEN = 5_000
FARTHEST_DAYS = 3_650
"""A vehicle that hardly runs is not forecast farther ahead than this by mileage."""


@dataclass(frozen=True)
class DueService:
    """The next service."""

    due_on: date
    due_km: int
    because: Literal["date", "mileage"]
    """Which of the two comes first."""
    metres_a_day: int


def next_service(
    last: Reading, readings: Sequence[Reading], *, due_on: date | None = None, due_km: int | None = None
) -> DueService:
    """Forecast from the last service, or the delivery, and all plausible readings.

    `due_on` and `due_km` are what the station wrote on the last order; what it left out follows from the intervals.
    """
    by_date = due_on or add_months(last.on, MONTHS_BETWEEN)
    limit_km = due_km if due_km is not None else last.km + KM_BETWEEN
    pace = metres_a_day(readings)
    latest = max([last, *readings])
    left_m = max(limit_km - latest.km, 0) * 1_000
    days = FARTHEST_DAYS if pace == 0 else min(-(-left_m // pace), FARTHEST_DAYS)
    by_mileage = latest.on + timedelta(days=days)
    first: Literal["date", "mileage"] = "mileage" if by_mileage < by_date else "date"
    return DueService(min(by_date, by_mileage), limit_km, first, pace)
