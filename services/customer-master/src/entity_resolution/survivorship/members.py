"""What survivorship reads: the records of a customer and what a steward has pinned."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from entity_resolution.records import RecordKey, StandardRecord


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One record of a customer: raw body, standardised form, and when its source saw it (aware, None when not said).

    When it arrived is left out on purpose: a golden value must not depend on the order of arrival.
    """

    key: RecordKey
    body: Mapping[str, Any]
    standard: StandardRecord
    observed_at: datetime | None
    seen: str = field(init=False)
    """The observation time as sortable UTC text, "" when unknown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "seen", utc_text(self.observed_at))


def last_seen(members: Collection[Member]) -> str:
    """When the newest of some records was observed, "" when none says."""
    return max([member.seen for member in members], default="")


class Pin(NamedTuple):
    """A steward's choice for one field; ``value`` has the form of that field's golden values."""

    field: str
    value: Any
    decision_id: str


def utc_text(moment: datetime | None) -> str:
    """Give ``2026-11-01T08:00:00.000000Z``: every text of the same length, so that texts sort as times do."""
    if moment is None:
        return ""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return wall_clock_text(moment) + "Z"


def wall_clock_text(moment: datetime) -> str:
    """Give ``2026-11-01T08:00:00.000000``, as the clock on the wall shows it."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")
