"""The win-back list (战败回访): lost leads that are worth another try, when `win_back.yaml` says so."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field
from sqlalchemy import exists, or_
from sqlalchemy.orm import aliased

from isthmus.contracts.fields import Code, OrgUnit
from isthmus.http import ApiModel, ShortText, service_router
from sales.access import Reading
from sales.declared import Declared, read_rules
from sales.lead_table import Lead
from sales.leads import LeadFilter, LeadView, leads


class WinBackRules(Declared):
    """Days after the loss, by its reason."""

    days_after: dict[Code, int] = Field(min_length=1)

    def waits(self) -> Iterator[tuple[str, timedelta]]:
        """Each reason with the time to wait."""
        for code, days in self.days_after.items():
            yield code, timedelta(days=days)


RULES = read_rules(WinBackRules, "win_back.yaml")
router = service_router(prefix="/v1/sales/leads", tags=["leads"])


class WinBackFilter(ApiModel):
    """Which lost leads to list."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")


@router.get("/win-back")
async def list_win_backs(query: Annotated[WinBackFilter, Query()], work: Reading) -> list[LeadView]:
    """List lost leads that are worth another try by now (战败回访), longest lost first; at most 200.

    How long after which reason stands in the rules. A customer of a newer lead is left out.
    """
    newer = aliased(Lead)
    follows = (newer.source == Lead.source) & (newer.record_id == Lead.record_id) & (newer.created_at > Lead.created_at)
    statement = leads.select(work, LeadFilter(status="lost", **query.model_dump(exclude_none=True)))
    now = work.clock.now()
    ripe = or_(*((Lead.lost_code == code) & (Lead.lost_at <= now - wait) for code, wait in RULES.waits()))
    rows = await work.session.scalars(statement.where(ripe, ~exists().where(follows)).order_by(Lead.lost_at).limit(200))
    found = rows.all()
    await work.log_read("leads", [lead.id for lead in found])
    return [LeadView.model_validate(lead) for lead in found]
