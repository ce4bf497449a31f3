"""Test drives (试乘试驾): booked, confirmed to the customer, and what came of it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Instant, LongText, Text
from isthmus.contracts.sales import (
    TestDriveBooked,
    TestDriveCancelled,
    TestDriveChanged,
    TestDriveCompleted,
    TestDriveConfirmed,
    TestDriveNoShow,
)
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import (
    Document,
    DocumentChange,
    DocumentFilter,
    Documents,
    DocumentView,
    JsonModel,
    NewDocument,
    Vehicle,
)
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.leads import leads


class TestDrive(Document):
    """Table of test drives."""

    __tablename__ = "test_drives"
    business_facts = frozenset({"consultant"})
    sortable = ("scheduled_at",)

    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"), index=True)
    scheduled_at: Mapped[datetime]
    vehicle: Mapped[Vehicle | None] = mapped_column(JsonModel(Vehicle))
    consultant: Mapped[str | None] = mapped_column(index=True)
    result: Mapped[str | None]
    cancel_reason: Mapped[str | None]


class TestDriveFields(ApiModel):
    scheduled_at: Instant = Field(description="Agreed time (预约时间).")
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
    lead_id: UUID | None = Field(None, description="Only those of this lead (线索号).")


workflow = Workflow(
    initial="booked",
    steps={
        "confirm": (["booked"], "confirmed"),
        "complete": (["booked", "confirmed"], "completed"),
        "cancel": (["booked", "confirmed"], "cancelled"),
        "no-show": (["booked", "confirmed"], "no_show"),
    },
)
test_drives = Documents(TestDrive, TestDriveView, workflow)
router = service_router(prefix="/v1/sales/test-drives", tags=["test-drives"])
test_drives.serve_reading(router, TestDriveFilter)
test_drives.serve_change(
    router,
    TestDriveChange,
    TestDriveChanged,
    about="Move a test drive, or give it another vehicle or consultant (试驾变更).",
)


@router.post("", status_code=201)
async def book_test_drive(body: NewTestDrive, work: Writing) -> TestDriveView:
    """Book a test drive (试驾预约)."""
    await leads.require(work, body, "lead_id")
    return await test_drives.create(work, body, TestDriveBooked)


@router.post("/{test_drive_id}/confirm")
async def confirm_test_drive(test_drive_id: UUID, work: Writing) -> TestDriveView:
    """Confirm a test drive to the customer (试驾确认)."""
    return await test_drives.step(work, test_drive_id, "confirm", TestDriveConfirmed)


@router.post("/{test_drive_id}/complete")
async def complete_test_drive(test_drive_id: UUID, body: TestDriveResult, work: Writing) -> TestDriveView:
    """The test drive took place (试驾完成)."""
    return await test_drives.step(work, test_drive_id, "complete", TestDriveCompleted, result=body.result)


@router.post("/{test_drive_id}/cancel")
async def cancel_test_drive(test_drive_id: UUID, body: TestDriveCancellation, work: Writing) -> TestDriveView:
    """Cancel a test drive, and say why (试驾取消)."""
    return await test_drives.step(work, test_drive_id, "cancel", TestDriveCancelled, cancel_reason=body.cancel_reason)


@router.post("/{test_drive_id}/no-show")
async def miss_test_drive(test_drive_id: UUID, work: Writing) -> TestDriveView:
    """The customer did not come (试驾爽约)."""
    return await test_drives.step(work, test_drive_id, "no-show", TestDriveNoShow)
