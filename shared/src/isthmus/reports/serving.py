"""Serves the reports of a service: `GET /v1/<service>/reports/{period}`."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlalchemy import Select, func, literal_column, select, true, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from isthmus.contracts.fields import OrgUnit
from isthmus.contracts.money import Money
from isthmus.exports import MEDIA_TYPES, Language, columns_of, open_table
from isthmus.http import ApiModel, service_router
from isthmus.lists import LanguageQuery, spoken
from isthmus.parties.giving_out import PDF, print_view
from isthmus.parties.work import Business, Work
from isthmus.reports.figures import Counted, Figure, Reckoned, Rows, reckon
from isthmus.reports.period import PATTERN, Period, period_of

Format = Literal["json", "xlsx", "csv", "pdf"]
Found = dict[str, dict[tuple[str, str | None], int]]


class ReportQuery(LanguageQuery):
    """Whose report, and as what."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    format: Format = Field("json", description="As what (格式): json, xlsx, csv, pdf.")


class ReportRow(ApiModel):
    """One figure of one org unit (报表行)."""

    org_unit: OrgUnit | None = Field(description="Org unit (组织单元); null for all together.")
    code: str = Field(description="Code (指标代码).")
    name: str = Field(description="Figure (指标).")
    value: int | None = Field(
        description="Value (数值); a share is in thousandths, null where there is nothing to say."
    )
    amount: Money | None = Field(description="Amount of money (金额).")


class Report(ApiModel):
    """A report of a month or ten days (月报表/旬报表)."""

    period: str = Field(description="Period (报表期间).")
    first_day: date = Field(description="First day (起始日).")
    last_day: date = Field(description="Last day (截止日).")
    is_over: bool = Field(description="Whether the period is over (期间已结束).")
    computed_at: datetime = Field(description="As of when it is counted (统计时间).")
    rows: list[ReportRow] = Field(description="Figures (指标), by org unit, then of all together.")


_MEDIA_TYPES: dict[str, str] = {"xlsx": MEDIA_TYPES["xlsx"], "csv": MEDIA_TYPES["csv"], "pdf": PDF}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, Any] = {
    200: {"description": "The report.", "content": dict.fromkeys(_MEDIA_TYPES.values(), _BINARY)}
}


def reports_router(business: Business, figures: Sequence[Figure]) -> APIRouter:
    """`GET /v1/<service>/reports/{period}`, for a service's list of routers."""
    router = service_router(prefix=f"/v1/{business.name}/reports", tags=["reports"])
    reading = business.reading()
    name = Path(pattern=PATTERN, description="A month, `2026-11`, or its first, second, last ten days: `2026-11-A`.")

    @router.get("/{period}", response_model=Report, responses=_FILES)
    async def get_report(
        period: Annotated[str, name], query: Annotated[ReportQuery, Query()], work: Annotated[Work, reading]
    ) -> Any:
        """Give the report of a month (月报表) or of ten days (旬报表), as it is counted now."""
        language = query.language or spoken(work.request)
        span, now = period_of(period), work.clock.now()
        counts: Found = defaultdict(dict)
        for rows, counted in _by_rows(figures).items():
            inside = _inside(work, rows, span, query.org_unit)
            await _count(work, inside, [figure for figure in counted if figure.money is None], counts)
            for figure in counted:
                if figure.money is not None:
                    await _sum_money(work, inside, figure, counts)
        report = Report(
            period=period,
            first_day=span.first,
            last_day=span.last,
            is_over=span.ends_at <= now,
            computed_at=now,
            rows=[_row(one, language) for one in reckon(figures, counts)],
        )
        return report if query.format == "json" else await _file(business, report, query.format, language)

    return router


def _by_rows(figures: Sequence[Figure]) -> dict[Rows, list[Counted]]:
    found: dict[Rows, list[Counted]] = defaultdict(list)
    for figure in figures:
        if isinstance(figure, Counted):
            found[figure.rows].append(figure)
    return found


def _inside(work: Work, rows: Rows, span: Period, org_unit: str | None) -> Select[Any]:
    """The places of the rows that lie in the period and in the org units the caller may know of."""
    place = rows.table.org_unit if rows.place is None else rows.place
    statement = select(place.label("place")).where(rows.at >= span.starts_at, rows.at < span.ends_at)
    if not work.caller.all_org_units:
        statement = statement.where(place.in_(work.caller.org_units))
    if org_unit is not None:
        statement = statement.where(place == org_unit)
    return statement.group_by(literal_column("place"))


async def _count(work: Work, inside: Select[Any], figures: Sequence[Counted], counts: Found) -> None:
    """Count the same rows for all figures at once."""
    numbers = [func.count() if figure.total is None else func.sum(figure.total) for figure in figures]
    which = [true() if figure.where is None else figure.where for figure in figures]
    statement = inside.add_columns(*(number.filter(one) for number, one in zip(numbers, which, strict=True)))
    for unit, *values in await work.session.execute(statement):
        counts[unit] |= {(figure.code, None): int(value or 0) for figure, value in zip(figures, values, strict=True)}


async def _sum_money(work: Work, inside: Select[Any], figure: Counted, counts: Found) -> None:
    """Sum an amount of money, each currency by itself."""
    money = type_coerce(figure.money, JSONB)
    currency, amount = money["currency"].astext, func.sum(money["amount_minor"].astext.cast(BigInteger))
    statement = inside.add_columns(currency.label("currency"), amount).where(currency.is_not(None))
    if figure.where is not None:
        statement = statement.where(figure.where)
    for unit, of_currency, value in await work.session.execute(statement.group_by(literal_column("currency"))):
        counts[unit][figure.code, of_currency] = int(value)


def _row(one: Reckoned, language: Language) -> ReportRow:
    is_money = one.currency is not None
    return ReportRow(
        org_unit=one.org_unit,
        code=one.figure.code,
        name=one.figure.zh if language == "zh" else one.figure.en,
        value=None if is_money else one.value,
        amount=Money(amount_minor=one.value or 0, currency=one.currency) if one.currency is not None else None,
    )


async def _file(business: Business, report: Report, wanted: Format, language: Language) -> Response:
    """The report as a file; it is small, so it is made at once, off the event loop."""
    if wanted == "pdf":
        content = await asyncio.to_thread(print_view, report, [], report.computed_at, language)
    else:
        content = await asyncio.to_thread(_table, report, wanted, language)
    headers = {"Content-Disposition": f'attachment; filename="{business.name}-{report.period}.{wanted}"'}
    return Response(content, media_type=_MEDIA_TYPES[wanted], headers=headers)


def _table(report: Report, wanted: Any, language: Language) -> bytes:
    columns = columns_of(ReportRow)
    table = open_table(wanted, [column.heading(language) for column in columns], language)
    table.write([column.cell(row) for column in columns] for row in report.rows)
    with table.finish() as file:
        return file.read()
