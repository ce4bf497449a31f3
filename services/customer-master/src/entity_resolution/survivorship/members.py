"""What survivorship reads: the records of a customer and what a steward has pinned."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from entity_resolution.records import RecordKey, StandardRecord


class Member(NamedTuple):
    """One record of a customer: raw body, standardised form, and when its source saw it (aware, None when not said).

    When it arrived is left out on purpose: a golden value must not depend on the order of arrival.
    """

    key: RecordKey
    body: Mapping[str, Any]
    standard: StandardRecord
    observed_at: datetime | None

    @property
    def seen(self) -> str:
        """The observation time as sortable UTC text, "" when unknown."""
        return utc_text(self.observed_at)


class Pin(NamedTuple):
    """A steward's choice for one field; ``value`` has the form of that field's golden values."""

    field: str
    value: Any
    decision_id: str


def utc_text(moment: datetime | None) -> str:
    """Give ``2026-11-01T08:00:00.000000Z``: every text of the same length, so that texts sort as times do."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
