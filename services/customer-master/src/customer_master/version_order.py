"""Which of two versions of a record is the newer one: a total order, so that arrival never decides (版本先后)."""

from datetime import UTC, datetime
from typing import NamedTuple

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_WITHOUT_COUNTER = -1


class VersionOrder(NamedTuple):
    """Compares as a tuple: the greater one is the newer version.

    A source's own counter decides first, and a version with a counter beats any without, so that the order has no
    circles when a source mixes both. Then the time it was observed; a version that says neither is ordered by arrival.
    Equal so far, the hash of the body decides: not better, but the same whoever arrives first.
    """

    counter: int
    moment: datetime
    body_hash: bytes

    @classmethod
    def of(
        cls, version: int | None, observed_at: datetime | None, received_at: datetime, body_hash: bytes
    ) -> "VersionOrder":
        """The place of a version in the order."""
        if version is None:
            return cls(_WITHOUT_COUNTER, observed_at or received_at, body_hash)
        return cls(version, observed_at or _BEFORE_ALL, body_hash)
