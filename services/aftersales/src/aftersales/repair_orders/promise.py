"""The clock of a promise (承诺时限): when to warn and when to escalate; integer arithmetic on instants."""

from datetime import datetime, timedelta

WARN_AT_PER_CENT = 80
"""How much of the promised time may pass before a warning."""


def warning_at(opened_at: datetime, promised_at: datetime) -> datetime:
    """When 80 % of the promised time is over; a promise that was over at once warns at once."""
    allowed = max(promised_at - opened_at, timedelta())
    return opened_at + allowed * WARN_AT_PER_CENT // 100


def is_overdue(promised_at: datetime | None, done_at: datetime | None, now: datetime) -> bool:
    """Whether a promise was or is broken: done, or still not done, after the promised time."""
    return promised_at is not None and (done_at or now) > promised_at
