"""Counts of loyalty: vehicles that came again within the declared time, leads and orders that were recommended."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from feedback.kpis.formulas import FORMULAS
from feedback.loyalty.tables import LeadOrder, Occasion, Referral


def returns(by: str, since: datetime | None, until: datetime, org_units: frozenset[str] | None) -> Select[Any]:
    """Vehicles whose time to come again ended in the period, and those of them that did; counted where they had been.

    Each vehicle counts once a place, however often it was there.
    """
    days = timedelta(days=FORMULAS.retention_days)
    first, later = Occasion, aliased(Occasion)
    again = and_(
        later.vehicle == first.vehicle,
        later.id != first.id,
        later.occurred_at > first.occurred_at,
        later.occurred_at <= first.occurred_at + days,
    )
    came, came_here = exists().where(again), exists().where(again, later.org_unit == first.org_unit)
    statement = select(
        _place(by, first, first.adviser, first.occurred_at + days).label("place"),
        func.count(first.vehicle.distinct()).label("retention_base"),
        func.count(case((came, first.vehicle)).distinct()).label("retained"),
        func.count(case((came_here, first.vehicle)).distinct()).label("retained_here"),
    ).where(first.occurred_at < until - days)
    if since is not None:
        statement = statement.where(first.occurred_at >= since - days)
    return _of(statement, first, org_units)


def referrals(by: str, since: datetime | None, until: datetime, org_units: frozenset[str] | None) -> Select[Any]:
    """Leads that were recommended in the period, and those of them of which an order stands."""
    ordered = exists().where(LeadOrder.lead_id == Referral.lead_id, LeadOrder.status != "cancelled")
    statement = select(
        _place(by, Referral, Referral.consultant, Referral.occurred_at).label("place"),
        func.count().label("referred_leads"),
        func.count(case((ordered, 1))).label("referred_orders"),
    ).where(Referral.occurred_at < until)
    if since is not None:
        statement = statement.where(Referral.occurred_at >= since)
    return _of(statement, Referral, org_units)


def _of(statement: Select[Any], table: type[Any], org_units: frozenset[str] | None) -> Select[Any]:
    if org_units is not None:
        statement = statement.where(table.org_unit.in_(org_units))
    return statement.group_by(literal_column("place"))


def _place(by: str, table: type[Any], adviser: Any, at: Any) -> Any:
    match by:
        case "adviser":
            return adviser
        case "model":
            return table.series
        case "month":
            return func.to_char(func.timezone("Asia/Shanghai", at), "YYYY-MM")
        case _:
            return table.org_unit
