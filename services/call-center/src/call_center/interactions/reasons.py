"""Why customers are in contact (来电原因统计): interactions counted by their wrap-up codes."""

from pydantic import Field
from sqlalchemy import func, select

from call_center.interactions.interaction import Interaction
from isthmus.contracts.fields import Code, Count, Instant, OrgUnit
from isthmus.http import ApiModel
from isthmus.parties import Work


class ReasonQuery(ApiModel):
    """Which contacts are counted."""

    org_unit: OrgUnit | None = Field(None, description="Only of this org unit (组织单元).")
    at_from: Instant | None = Field(None, description="That began at or after (开始时间起).")
    at_to: Instant | None = Field(None, description="That began before (开始时间止).")


class ReasonCount(ApiModel):
    """How many contacts had one reason (来电原因统计)."""

    reason: Code | None = Field(description="Wrap-up code (来电原因); null where none was noted.")
    reason_detail: Code | None = Field(description="Its second level (二级原因).")
    interactions: Count = Field(description="Contacts (互动数).")
    share_permille: Count = Field(description="Of all that are counted, in thousandths, rounded down (占比).")


async def count_reasons(work: Work, query: ReasonQuery) -> list[ReasonCount]:
    """Count what customers began themselves, in the caller's org units; the most frequent reason first."""
    number = func.count().label("number")
    statement = select(Interaction.reason, Interaction.reason_detail, number).where(Interaction.direction == "inbound")
    if not work.caller.all_org_units:
        statement = statement.where(Interaction.org_unit.in_(work.caller.org_units))
    if query.org_unit is not None:
        statement = statement.where(Interaction.org_unit == query.org_unit)
    if query.at_from is not None:
        statement = statement.where(Interaction.at >= query.at_from)
    if query.at_to is not None:
        statement = statement.where(Interaction.at < query.at_to)
    grouped = statement.group_by(Interaction.reason, Interaction.reason_detail)
    ordered = grouped.order_by(number.desc(), Interaction.reason, Interaction.reason_detail)
    rows = (await work.session.execute(ordered)).all()
    total = sum(count for _, _, count in rows)
    return [
        ReasonCount(reason=reason, reason_detail=detail, interactions=count, share_permille=count * 1000 // total)
        for reason, detail, count in rows
    ]
