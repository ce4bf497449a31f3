"""Who is told what of a test drive (试驾通知).

The customer that it is confirmed, and when it nears; the consultant when a booking waits too long to be confirmed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from isthmus.contracts.customer_records import RecordKey
from isthmus.notifications import notify
from isthmus.parties import Work
from isthmus.timers import FiredTimer, Moment, TimerHandler, cancel_timer, set_timer
from sales.dealer_time import in_words
from sales.test_drive_rules import RULES
from sales.test_drive_table import TestDrive

UNCONFIRMED, REMINDER = "test_drive_unconfirmed", "test_drive_reminder"


async def booked(work: Work, drive_id: UUID) -> None:
    """Give the consultant some time to confirm."""
    due_at = work.clock.now() + timedelta(minutes=RULES.confirm_within_minutes)
    await set_timer(work.session, kind=UNCONFIRMED, key=str(drive_id), due_at=due_at)


async def answered(work: Work, drive_id: UUID) -> None:
    """Before a step: whatever was due of the state before is not any more."""
    for kind in (UNCONFIRMED, REMINDER):
        await cancel_timer(work.session, kind, str(drive_id))


async def confirmed(work: Work, drive_id: UUID, customer: RecordKey, org_unit: str, scheduled_at: datetime) -> None:
    """Tell the customer the time that was agreed, and remind of it unless it is near."""
    values = {"time": in_words(scheduled_at), "place": org_unit}
    await notify(
        work,
        org_unit=org_unit,
        customer=customer,
        channel="sms",
        purpose="service",
        template="test_drive_confirmed",
        values=values,
    )
    remind_at = scheduled_at - timedelta(minutes=RULES.remind_minutes_before)
    if remind_at > work.clock.now():
        await set_timer(work.session, kind=REMINDER, key=str(drive_id), due_at=remind_at)
    else:
        await cancel_timer(work.session, REMINDER, str(drive_id))


async def _remind(fired: FiredTimer, moment: Moment) -> None:
    drive = await moment.session.get(TestDrive, UUID(fired.key))
    if drive is not None and drive.status == "confirmed":
        await notify(
            moment,
            org_unit=drive.org_unit,
            customer=drive.customer,
            channel="sms",
            purpose="service",
            template="test_drive_reminder",
            values={"time": in_words(drive.scheduled_at), "place": drive.org_unit},
        )


async def _tell_consultant(fired: FiredTimer, moment: Moment) -> None:
    drive = await moment.session.get(TestDrive, UUID(fired.key))
    if drive is not None and drive.status == "booked":
        await notify(
            moment,
            org_unit=drive.org_unit,
            customer=drive.customer,
            channel="staff",
            purpose="service",
            template="test_drive_unconfirmed",
            values={"number": str(drive.id), "time": in_words(drive.scheduled_at)},
            recipient=drive.consultant or drive.org_unit,
        )


HANDLERS: Mapping[str, TimerHandler] = {UNCONFIRMED: _tell_consultant, REMINDER: _remind}
