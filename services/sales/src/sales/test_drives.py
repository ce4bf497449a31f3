"""Test drives (试乘试驾): booked without two in one car, confirmed to the customer, and what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import false, func, or_, select, text

from isthmus.contracts.fields import Instant, LongText, OrgUnit, Text
from isthmus.contracts.sales import (
    TestDriveBooked,
    TestDriveCancelled,
    TestDriveChanged,
    TestDriveCompleted,
    TestDriveConfirmed,
    TestDriveNoShow,
)
from isthmus.http import ApiModel, Conflict, FieldError, IfMatch, ShortText, naming_conflicts, service_router
from isthmus.parties import (
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    NewDocument,
    Vehicle,
    Work,
)
from isthmus.workflow import Workflow
from sales import test_drive_notices as notices
from sales.access import Reading, Writing
from sales.leads import leads, note_test_drive
from sales.slots import Slot, free_slots
from sales.test_drive_rules import RULES
from sales.test_drive_table import TestDrive

_TAKES_ITS_SLOT = text("status IN ('booked', 'confirmed') AND ends_at IS NOT NULL")


class TestDriveFields(ApiModel):
    scheduled_at: Instant = Field(description="Agreed time (预约时间).")
    duration_minutes: int = Field(60, ge=15, le=480, description="How long it takes, in minutes (试驾时长).")
    demo_vehicle: ShortText | None = Field(
        None, description="Demo vehicle (试驾车): the dealer's number of it; only one drive at a time."
    )
    vehicle: Vehicle | None = Field(None, description="Vehicle to be driven (试驾车辆).")
    consultant: ShortText | None = Field(None, description="Consultant who rides along (陪驾顾问).")


class NewTestDrive(NewDocument, TestDriveFields):
    """A new test drive (试驾预约)."""

    lead_id: UUID | None = Field(None, description="Lead it belongs to (线索号).")


class TestDriveChange(DocumentChange, TestDriveFields):
    """What changes in a test drive (试驾变更)."""


class TestDriveResult(ApiModel):
    """What came of it (试驾反馈)."""

    result: LongText = Field(description="Impression afterwards (试驾反馈).")


class TestDriveCancellation(ApiModel):
    """Why a test drive is cancelled (试驾取消)."""

    cancel_reason: Text = Field(min_length=1, description="Why it was cancelled (取消原因).")


class TestDriveView(DocumentView, TestDriveFields):
    """A test drive (试乘试驾)."""

    lead_id: UUID | None = Field(description="Lead it belongs to (线索号).")
    result: LongText | None = Field(description="Impression afterwards (试驾反馈).")
    cancel_reason: Text | None = Field(description="Why it was cancelled (取消原因).")


class TestDriveFilter(DocumentFilter):
    """Which test drives to list."""

    sortable = TestDrive.sortable

    consultant: ShortText | None = Field(None, description="Only this consultant (陪驾顾问).")
    demo_vehicle: ShortText | None = Field(None, description="Only this demo vehicle (试驾车).")
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


class SlotQuery(ApiModel):
    """Which free slots are asked for; without a car or a consultant, those in which the dealer is open."""

    org_unit: OrgUnit = Field(description="Dealer (经销商).")
    day: date = Field(ge=date(1900, 1, 2), le=date(2199, 12, 30), description="Day at the dealer (日期).")
    duration_minutes: int = Field(60, ge=15, le=480, description="How long the drive takes (试驾时长).")
    demo_vehicle: ShortText | None = Field(None, description="This demo vehicle must be free (试驾车).")
    consultant: ShortText | None = Field(None, description="This consultant must be free (陪驾顾问).")


class SlotView(ApiModel):
    """A time in which a test drive can be booked (可预约时段)."""

    starts_at: datetime = Field(description="Beginning (开始时间).")
    ends_at: datetime = Field(description="End (结束时间).")


def _set_end(drive: TestDrive) -> None:
    drive.ends_at = drive.scheduled_at + timedelta(minutes=drive.duration_minutes)


workflow = Workflow(
    initial="booked",
    steps={
        "confirm": (["booked"], "confirmed"),
        "complete": (["booked", "confirmed"], "completed"),
        "cancel": (["booked", "confirmed"], "cancelled"),
        "no-show": (["booked", "confirmed"], "no_show"),
    },
)
test_drives = Documents(TestDrive, TestDriveView, workflow, rule=_set_end)
router = service_router(prefix="/v1/sales/test-drives", tags=["test-drives"])


@router.post("", status_code=201)
async def book_test_drive(body: NewTestDrive, work: Writing) -> TestDriveView:
    """Book a test drive (试驾预约); 409 `slot_taken` when car or consultant is taken at that time."""
    await leads.require(work, body, "lead_id")
    await queue_for_slots(work, body.org_unit)
    with _naming_what_is_taken():
        view = await test_drives.create(work, body, TestDriveBooked)
    await notices.booked(work, view.id)
    return view


@router.get("/free-slots")
async def list_free_slots(query: Annotated[SlotQuery, Query()], work: Reading) -> list[SlotView]:
    """Show when car and consultant are free on a day (可预约时段), by the opening hours of dealers."""
    work.require_org_unit(query.org_unit)
    opens, closes = RULES.opening_on(query.day)
    asked = {"demo_vehicle": query.demo_vehicle, "consultant": query.consultant}
    taken = await work.session.execute(
        select(TestDrive.scheduled_at, TestDrive.ends_at).where(
            TestDrive.org_unit == query.org_unit,
            _TAKES_ITS_SLOT,
            or_(false(), *(getattr(TestDrive, name) == value for name, value in asked.items() if value is not None)),
            TestDrive.scheduled_at < closes,
            TestDrive.ends_at > opens,
        )
    )
    busy = [Slot(starts, ends) for starts, ends in taken if ends is not None]
    length, step = timedelta(minutes=query.duration_minutes), timedelta(minutes=RULES.step_minutes)
    return [
        SlotView(starts_at=slot.starts, ends_at=slot.ends) for slot in free_slots(opens, closes, length, step, busy)
    ]


test_drives.serve_reading(router, TestDriveFilter)


@router.patch("/{test_drive_id}")
async def change_test_drive(
    test_drive_id: UUID, body: TestDriveChange, version: IfMatch, work: Writing
) -> TestDriveView:
    """Move a test drive, or give it another vehicle or consultant (试驾变更); 409 `slot_taken` as at booking.

    The customer is told of another time once the first was confirmed.
    """
    drive = await test_drives.find(work, test_drive_id)
    await queue_for_slots(work, drive.org_unit)
    agreed = drive.scheduled_at
    with _naming_what_is_taken():
        view = await test_drives.change(work, test_drive_id, version, body, TestDriveChanged)
    if view.status == "confirmed" and view.scheduled_at != agreed:
        await notices.confirmed(work, view.id, view.customer, view.org_unit, view.scheduled_at)
    return view


@router.post("/{test_drive_id}/confirm")
async def confirm_test_drive(test_drive_id: UUID, work: Writing) -> TestDriveView:
    """Confirm a test drive to the customer (试驾确认), who is told, and reminded in time."""
    await notices.answered(work, test_drive_id)
    view = await test_drives.step(work, test_drive_id, "confirm", TestDriveConfirmed)
    await notices.confirmed(work, view.id, view.customer, view.org_unit, view.scheduled_at)
    return view


@router.post("/{test_drive_id}/complete")
async def complete_test_drive(test_drive_id: UUID, body: TestDriveResult, work: Writing) -> TestDriveView:
    """The test drive took place (试驾完成), which raises the score of its lead."""
    await notices.answered(work, test_drive_id)
    view = await test_drives.step(work, test_drive_id, "complete", TestDriveCompleted, result=body.result)
    if view.lead_id is not None:
        await note_test_drive(work, view.lead_id)
    return view


@router.post("/{test_drive_id}/cancel")
async def cancel_test_drive(test_drive_id: UUID, body: TestDriveCancellation, work: Writing) -> TestDriveView:
    """Cancel a test drive, and say why (试驾取消)."""
    await notices.answered(work, test_drive_id)
    return await test_drives.step(work, test_drive_id, "cancel", TestDriveCancelled, cancel_reason=body.cancel_reason)


@router.post("/{test_drive_id}/no-show")
async def miss_test_drive(test_drive_id: UUID, work: Writing) -> TestDriveView:
    """The customer did not come (试驾爽约)."""
    await notices.answered(work, test_drive_id)
    return await test_drives.step(work, test_drive_id, "no-show", TestDriveNoShow)


async def queue_for_slots(work: Work, org_unit: str) -> None:
    """Book one after the other in an org unit: two at once would wait for each other, and one be told to try again."""
    await work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"test_drives/{org_unit}", 0))))


@contextmanager
def _naming_what_is_taken() -> Iterator[None]:
    """Turn the database's refusal of a slot into the problem that names the car or the consultant."""
    taken = {"demo_vehicle": "The demo vehicle", "consultant": "The consultant"}
    with naming_conflicts(
        {
            f"test_drives_{field}_excl": _slot_taken(field, f"{who} has another test drive at that time.")
            for field, who in taken.items()
        }
    ):
        yield


def _slot_taken(field: str, detail: str) -> Conflict:
    return Conflict("slot_taken", detail, [FieldError(f"/{field}", "slot_taken", detail)])
