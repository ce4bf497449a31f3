"""Assessment of stations (特约维修站考核) against the declared service standard: measured, judged, graded."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.access import Reading, Writing
from aftersales.appointments.appointment import Appointment
from aftersales.repair_orders.order import RepairOrder
from aftersales.service_standard import MOST_POINTS, ServiceStandard, service_standard
from isthmus.calendars import CHINA
from isthmus.contracts.fields import Code, LongText
from isthmus.http import ApiModel, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry
from isthmus.workflow import Workflow

Points = dict[str, int]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 30))]


class Assessment(Entry):
    """Table of assessments."""

    __tablename__ = "assessments"

    from_day: Mapped[date]
    to_day: Mapped[date]
    points: Mapped[Points] = mapped_column(JsonModel(Points))
    measured: Mapped[Points] = mapped_column(JsonModel(Points))
    score: Mapped[int]
    grade: Mapped[str]
    consequence: Mapped[str | None]
    standard_version: Mapped[str]
    remarks: Mapped[str | None]


class AssessmentFields(ApiModel):
    points: dict[Code, Annotated[int, Field(ge=0, le=MOST_POINTS)]] = Field(
        default_factory=dict, max_length=50, description="Points judged on the spot, 0 to 100 a criterion (现场评分)."
    )
    remarks: LongText | None = Field(None, description="Remarks of the assessor (评语).")


class NewAssessment(NewEntry, AssessmentFields):
    """A station is assessed over a period (考核开始)."""

    from_day: Day = Field(description="First day of the period (考核起始日).")
    to_day: Day = Field(description="Last day of the period (考核截止日).")


class AssessmentChange(EntryChange, AssessmentFields):
    """What changes in an assessment (考核变更)."""


class AssessmentView(EntryView, AssessmentFields):
    """An assessment of a station (特约维修站考核)."""

    from_day: date = Field(description="First day of the period (考核起始日).")
    to_day: date = Field(description="Last day of the period (考核截止日).")
    measured: dict[str, int] = Field(description="Points counted from the station's documents (系统评分).")
    score: int = Field(description="Score, 0 to 1000 (考核得分).")
    grade: str = Field(description="Grade (考核等级).")
    consequence: str | None = Field(
        description="What follows once it is published (处理结果): none, improve (整改) or, then, drop (淘汰)."
    )
    standard_version: str = Field(description="Version of the service standard (标准版本).")


class AssessmentFilter(EntryFilter):
    """Which assessments to list."""

    grade: ShortText | None = Field(None, description="Only this grade (考核等级).")


def _score(assessment: Assessment) -> None:
    """Reckon score and grade anew with each write."""
    standard = service_standard()
    judged = {criterion.code for criterion in standard.criteria if not criterion.measured}
    for code in assessment.points:
        if code not in judged:
            detail = f"Judged on the spot are {', '.join(sorted(judged))}."
            raise Unprocessable("unknown_criterion", detail, [FieldError("/points", "unknown_criterion", detail)])
    if assessment.to_day < assessment.from_day:
        detail = "The period ends before it begins."
        raise Unprocessable("wrong_period", detail, [FieldError("/to_day", "wrong_period", detail)])
    assessment.score = standard.score({**assessment.points, **assessment.measured})
    assessment.grade = standard.grade(assessment.score)
    assessment.standard_version = standard.version


workflow = Workflow(initial="draft", steps={"publish": (["draft"], "published"), "withdraw": (["draft"], "withdrawn")})
assessments = Entries(Assessment, AssessmentView, workflow, rule=_score)
router = service_router(prefix="/v1/aftersales/assessments", tags=["assessments"])


@router.get("/standard")
async def get_service_standard(work: Reading) -> ServiceStandard:
    """Show the service standard (服务标准), which is public to all who may read here."""
    del work
    return service_standard()


assessments.serve_reading(router, AssessmentFilter)
assessments.serve_change(router, AssessmentChange)


@router.post("", status_code=201)
async def create_assessment(body: NewAssessment, work: Writing) -> AssessmentView:
    """Assess a station over a period (考核): what can be measured is counted, the rest is judged on the spot."""
    work.require_org_unit(body.org_unit)
    measured = await measure(work.session, body.org_unit, body.from_day, body.to_day)
    return await assessments.create(work, body, measured=measured, score=0, grade="", standard_version="")


@router.post("/{assessment_id}/publish")
async def publish_assessment(assessment_id: UUID, work: Writing) -> AssessmentView:
    """The assessment stands, and the station may see it (考核发布)."""
    assessment = await assessments.find(work, assessment_id, lock=True)
    standard = service_standard()
    consequence = "none"
    if standard.fails(assessment.grade):
        before = await work.session.scalar(_published_before(assessment))
        consequence = "drop" if before is not None and standard.fails(before) else "improve"
    return await assessments.step(work, assessment_id, "publish", consequence=consequence)


@router.post("/{assessment_id}/withdraw")
async def withdraw_assessment(assessment_id: UUID, work: Writing) -> AssessmentView:
    """The assessment is given up (考核撤销)."""
    return await assessments.step(work, assessment_id, "withdraw")


def _published_before(assessment: Assessment) -> Select[Any]:
    """The grade of the assessment published last before this one."""
    query = select(Assessment.grade).where(
        Assessment.org_unit == assessment.org_unit,
        Assessment.status == "published",
        Assessment.to_day < assessment.from_day,
    )
    return query.order_by(Assessment.to_day.desc()).limit(1)


async def measure(session: AsyncSession, org_unit: str, from_day: date, to_day: date) -> Points:
    """Points of the criteria that are counted; one with nothing to count has none, and so no weight."""
    start = datetime.combine(from_day, time(), CHINA)
    end = datetime.combine(to_day, time(), CHINA) + timedelta(days=1)
    orders = select(RepairOrder).where(
        RepairOrder.org_unit == org_unit, RepairOrder.completed_at >= start, RepairOrder.completed_at < end
    )
    booked = select(Appointment).where(
        Appointment.org_unit == org_unit, Appointment.scheduled_at >= start, Appointment.scheduled_at < end
    )
    kept = RepairOrder.completed_at <= RepairOrder.promised_at
    counts = {
        "kept_promises": await _share(session, orders.where(RepairOrder.promised_at.is_not(None)), kept),
        "kept_appointments": await _share(
            session,
            booked.where(Appointment.status.in_(("declined", "arrived", "completed"))),
            Appointment.status != "declined",
        ),
        "first_time_fixed": await _share(
            session, orders.where(RepairOrder.status.in_(("checked", "closed"))), RepairOrder.reworks == 0
        ),
    }
    return {code: points for code, points in counts.items() if points is not None}


async def _share(session: AsyncSession, rows: Select[Any], good: ColumnElement[bool]) -> int | None:
    """How many of a hundred rows are good, rounded down; None when there are none."""
    counted = rows.with_only_columns(func.count(), func.count().filter(good))
    total, fulfilled = (await session.execute(counted)).one()
    return fulfilled * MOST_POINTS // total if total else None
