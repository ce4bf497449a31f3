"""Counts what the key figures are made of, by dealer, adviser, model or month."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, null, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.complaints import Complaint
from feedback.kpis.formulas import MEASURES
from feedback.kpis.loyalty_counts import referrals, returns
from feedback.survey_responses import SurveyResponse

By = Literal["dealer", "adviser", "model", "month"]
PROMOTER, DETRACTOR = 9, 6

Counts = dict[str, int]


async def count(
    session: AsyncSession, by: By, since: datetime | None, until: datetime, org_units: frozenset[str] | None
) -> dict[str | None, Counts]:
    """All measures for each dealer, adviser, model or month; `org_units` None is all of them.

    What has no dealer, adviser or model stands under None. Complaints name no adviser, so theirs stand there.
    """
    found: dict[str | None, Counts] = {}
    for count_of in (_responses, _complaints, returns, referrals):
        statement = count_of(by, since, until, org_units)
        for row in (await session.execute(statement)).mappings():
            counts = found.setdefault(row["place"], dict.fromkeys(MEASURES, 0))
            counts |= {name: int(value or 0) for name, value in row.items() if name != "place"}
            found[row["place"]] = counts
    return found


def _responses(by: By, since: datetime | None, until: datetime, org_units: frozenset[str] | None) -> Select[Any]:
    table = SurveyResponse
    is_rated = table.score.is_not(None)
    ssi, csi = and_(table.kind == "ssi", is_rated), and_(table.kind == "csi", is_rated)
    promoters, detractors = _number(table.nps >= PROMOTER), _number(table.nps <= DETRACTOR)
    statement = select(
        _place(table, by, table.adviser).label("place"),
        func.count().label("responses"),
        func.sum(case((ssi, table.score))).label("ssi_points"),
        _number(ssi).label("ssi_responses"),
        func.sum(case((csi, table.score))).label("csi_points"),
        _number(csi).label("csi_responses"),
        (promoters - detractors).label("nps_balance"),
        func.count(table.nps).label("nps_responses"),
        promoters.label("promoters"),
    )
    return _limited(statement, table, since, until, org_units)


def _complaints(by: By, since: datetime | None, until: datetime, org_units: frozenset[str] | None) -> Select[Any]:
    table = Complaint
    statement = select(
        _place(table, by, null()).label("place"),
        func.count().label("complaints"),
        func.count(table.survey_response_id).label("survey_complaints"),
        func.count(table.resolved_at).label("settled"),
        _number(table.resolved_at <= table.due_at).label("settled_on_time"),
        _number(table.reopenings > 0).label("reopened"),
    )
    return _limited(statement, table, since, until, org_units)


def _limited(
    statement: Select[Any],
    table: type[SurveyResponse] | type[Complaint],
    since: datetime | None,
    until: datetime,
    org_units: frozenset[str] | None,
) -> Select[Any]:
    dealer = func.coalesce(table.responsible_org_unit, table.org_unit)
    conditions = [table.created_at < until]
    if since is not None:
        conditions.append(table.created_at >= since)
    if org_units is not None:
        conditions.append(dealer.in_(org_units))
    return statement.where(*conditions).group_by(literal_column("place"))


def _place(table: type[SurveyResponse] | type[Complaint], by: By, adviser: Any) -> Any:
    match by:
        case "dealer":
            return func.coalesce(table.responsible_org_unit, table.org_unit)
        case "adviser":
            return adviser
        case "model":
            return type_coerce(table.vehicle, JSONB)["series"].astext
        case "month":
            return func.to_char(func.timezone("Asia/Shanghai", table.created_at), "YYYY-MM")


def _number(condition: ColumnElement[bool]) -> Any:
    return func.count(case((condition, 1)))
