"""New identifiers: UUIDv7, so that ids sort by the time they were made."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat

from isthmus.clock import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def new_id(clock: Clock | None = None) -> UUID:
    """Make a UUIDv7 as a standard `uuid.UUID`; its time part comes from `clock`, else from the machine."""
    if clock is None:
        return uuid_utils.compat.uuid7()
    at = clock.now()
    return uuid_utils.compat.uuid7(nanoseconds=(at - _EPOCH) // _MICROSECOND * 1000)
