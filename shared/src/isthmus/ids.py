"""New identifiers: UUIDv7, so that ids sort by the time they were made."""

from uuid import UUID

import uuid_utils
import uuid_utils.compat

from isthmus.clock import Clock


def new_id(clock: Clock | None = None) -> UUID:
    """Make a UUIDv7 as a standard `uuid.UUID`; its time part comes from `clock`, else from the machine."""
    if clock is None:
        return uuid_utils.compat.uuid7()
    at = clock.now()
    return UUID(bytes=uuid_utils.uuid7(int(at.timestamp()), at.microsecond * 1000).bytes)
