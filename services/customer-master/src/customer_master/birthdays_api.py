"""Whose birthday it is (生日提醒), by the solar or the Chinese calendar, in a span of days."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from customer_master.access import visible_org_units
from customer_master.birthdays import FIRST_DAY, LAST_DAY, Calendar, celebrated_on
from customer_master.columns import transpose
from customer_master.reading import CustomerReading, Reading
from isthmus.contracts.fields import OrgUnit
from isthmus.http import FieldError, Page, PageQuery, PageRequest, Unprocessable, service_router
from isthmus.http.pagination import decode_cursor, encode_cursor
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/birthdays", tags=["customers"])

MOST_DAYS = 92

# The expressions are those of the indexes.
_BIRTHDAYS = """
WITH celebrated AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::date[]) AS given(calendar, code, day)
), born AS (
    SELECT day, calendar, golden_id, document
    FROM celebrated JOIN golden_customers ON right(document #>> '{values,birth_date,0,value}', 5) = code
    WHERE calendar = 'solar' AND state = 'live' AND length(document #>> '{values,birth_date,0,value}') = 10
  UNION ALL
    SELECT day, calendar, golden_id, document
    FROM celebrated JOIN golden_customers ON document #>> '{values,birth_date_lunar,0,value}' = code
    WHERE calendar = 'lunar' AND state = 'live'
)
SELECT day, calendar, golden_id, document ->> 'display_name' AS display_name,
       CASE calendar WHEN 'solar' THEN document #>> '{values,birth_date,0,value}'
                     ELSE document #>> '{values,birth_date_lunar,0,value}' END AS born
FROM born
WHERE ($4::text[] IS NULL OR EXISTS (
        SELECT FROM links JOIN records USING (record_no)
        WHERE links.golden_id = born.golden_id AND substring(source FROM '^(.*):') = ANY($4)))
  AND ($5::text IS NULL OR EXISTS (
        SELECT FROM links JOIN records USING (record_no)
        WHERE links.golden_id = born.golden_id AND substring(source FROM '^(.*):') = $5))
  AND ($6::date IS NULL OR (day, calendar, golden_id) > ($6, $7, $8::uuid))
ORDER BY day, calendar, golden_id
LIMIT $9
"""


class BirthdaySpan(BaseModel):
    """Which birthdays to list."""

    from_: date = Field(alias="from", description="First day (起始日期).", examples=["2026-12-01"])
    to: date = Field(description=f"Last day, at most {MOST_DAYS} days in all (结束日期).", examples=["2026-12-07"])
    org_unit: OrgUnit | None = Field(None, description="Only customers of this org unit (组织单元).")


class BirthdayExport(BirthdaySpan, ExportQuery):
    """Which birthdays to export, and as what."""


class BirthdayView(BaseModel):
    """A customer's birthday (生日)."""

    day: date = Field(description="The day on which it is celebrated (生日日期).")
    calendar: Calendar = Field(description="Calendar (历法): solar (公历) or lunar (农历).")
    golden_id: UUID = Field(description="The customer (黄金客户号).")
    display_name: str | None = Field(description="What to call the customer (称呼).")
    born: str = Field(
        description="The golden value (出生日期): a date; lunar month and day, with L in a leap month, as in `06-30L`."
    )


@router.get("")
async def list_birthdays(
    asked: Annotated[BirthdaySpan, Query()], page: PageQuery, reading: CustomerReading
) -> Page[BirthdayView]:
    """Birthdays of customers the caller may see, in the order of days; one may have a solar and a lunar one.

    In years without the leap month or the 30th day of somebody's birth it is the month of the same number, or the 29th.
    Whoever congratulates asks the suppression check before, with purpose `care`.
    """
    return await _page(asked, reading, page)


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_birthdays(asked: Annotated[BirthdayExport, Query()], reading: CustomerReading) -> StreamingResponse:
    """Export birthdays as a table (导出), filtered as the list is."""
    return await reading.export(BirthdayView, "birthdays", asked, partial(_page, asked, reading))


async def _page(asked: BirthdaySpan, reading: Reading, page: PageRequest) -> Page[BirthdayView]:
    days = _days(asked)
    codes = [(code.calendar, code.text, day) for day in days for code in sorted(celebrated_on(day))]
    after = [None, None, None] if page.cursor is None else decode_cursor(page.cursor, [date, str, UUID])
    org_units = visible_org_units(reading.principal)
    rows = await reading.connection.fetch(
        _BIRTHDAYS, *transpose(codes, 3), org_units, asked.org_unit, *after, page.limit + 1
    )
    shown = [BirthdayView(**row) for row in rows[: page.limit]]
    await reading.log("customer.birthdays", {one.golden_id for one in shown})
    last = shown[-1] if len(rows) > page.limit else None
    return Page(items=shown, next_cursor=last and encode_cursor([last.day, last.calendar, last.golden_id]))


def _days(asked: BirthdaySpan) -> list[date]:
    if not FIRST_DAY <= asked.from_ <= asked.to <= LAST_DAY or (asked.to - asked.from_).days >= MOST_DAYS:
        message = f"Give a first and a last day, from {FIRST_DAY} to {LAST_DAY}, at most {MOST_DAYS} days in all."
        raise Unprocessable("invalid_span", message, [FieldError("/to", "invalid_span", message, "query")])
    return [asked.from_ + timedelta(days=number) for number in range((asked.to - asked.from_).days + 1)]
