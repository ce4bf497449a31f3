"""Lists of profiles (客户分类清单): by segment, stage and grade, whom to win back, and how few bring how much."""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import BigInteger, DateTime, Text, Uuid, column, func, select, table

from customer_master.access import visible_org_units
from customer_master.database import ConnectionDep
from customer_master.profile.rules import GradeName, SegmentName
from customer_master.profile.stage import StageName
from customer_master.reading import CustomerReading, Reading
from isthmus.http import Page, PageQuery, PageRequest, Principal, require, service_router
from isthmus.http.sorting import Sort, fetch_sorted_rows, to_sorted_page
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/customer-profiles", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

_PROFILES = table(
    "customer_profiles",
    column("golden_id", Uuid()),
    column("segment", Text()),
    column("stage", Text()),
    column("grade", Text()),
    column("points", BigInteger()),
    column("last_activity_at", DateTime(timezone=True)),
    column("rules_version", Text()),
    column("computed_at", DateTime(timezone=True)),
)
_GOLDEN = table(
    "golden_customers", column("golden_id", Uuid()), column("state", Text()), column("document"), column("version")
)
_RECORDS = table("records", column("record_no"), column("source", Text()))
_LINKS = table("links", column("record_no"), column("golden_id", Uuid()))

_VISIBLE = """
SELECT points FROM customer_profiles
WHERE $1::text[] IS NULL OR EXISTS (
    SELECT FROM links JOIN records USING (record_no)
    WHERE links.golden_id = customer_profiles.golden_id AND substring(source FROM '^(.*):') = ANY($1))
"""

# Best first; `reached` is what one and all before it bring together.
_CONCENTRATION = f"""
WITH ranked AS (
    SELECT points, row_number() OVER best AS place, sum(points) OVER best AS reached,
           count(*) OVER () AS customers, sum(points) OVER () AS total
    FROM ({_VISIBLE}) AS visible
    WINDOW best AS (ORDER BY points DESC ROWS UNBOUNDED PRECEDING)
)
SELECT coalesce(max(customers), 0)::bigint AS customers, coalesce(max(total), 0)::bigint AS points,
       coalesce(max(reached) FILTER (WHERE place <= ceil(customers / 5.0)), 0)::bigint AS points_of_top_fifth,
       count(*) FILTER (WHERE total > 0 AND reached - points < total * 4 / 5.0) AS customers_for_four_fifths
FROM ranked
"""  # noqa: S608 - constants of this module


class ProfileFilter(BaseModel):
    """Which profiles to list."""

    segment: SegmentName | None = Field(None, description="Only of this segment (客户类型).")
    stage: StageName | None = Field(None, description="Only at this stage (客户阶段); `lost` is whom to win back.")
    grade: GradeName | None = Field(None, description="Only of this grade (价值等级); `gold` are the gold customers.")
    sort: Literal["points", "-points", "last_activity_at", "-last_activity_at"] = Field(
        "-points",
        description="Order (排序): `-points` the most valuable first, `last_activity_at` those away for longest; who"
        " never came is last.",
    )


class ProfileExport(ProfileFilter, ExportQuery):
    """Which profiles to export, and as what."""


class ProfileItem(BaseModel):
    """A profile in the list."""

    golden_id: UUID = Field(description="The customer (黄金客户号).")
    display_name: str | None = Field(description="What to call the customer (称呼).")
    segment: SegmentName = Field(description="Segment (客户类型): private, organization, taxi.")
    stage: StageName = Field(description="Stage (客户阶段): potential, target, actual, lost.")
    grade: GradeName = Field(description="Grade (价值等级): gold, a, b, c.")
    points: int = Field(description="Points (总分); the profile shows the parts.")
    last_activity_at: AwareDatetime | None = Field(description="When it last bought or came (最近往来时间).")
    rules_version: str = Field(description="Version of the rules it was judged by (规则版本).")
    computed_at: AwareDatetime = Field(description="As of when it was judged (计算时间).")


class Concentration(BaseModel):
    """How the value is spread over customers (客户价值集中度)."""

    customers: int = Field(description="Customers that the caller may see (客户数).")
    points: int = Field(description="Points of all (总分).")
    points_of_top_fifth: int = Field(description="Points of the most valuable 20 % (前20%客户总分).")
    top_fifth_percent: int = Field(description="Share of the most valuable 20 % in the points (前20%客户占比).")
    customers_for_four_fifths: int = Field(description="The most valuable that bring 80 % together (贡献80%的客户数).")
    four_fifths_percent: int = Field(description="Their share in the customers (贡献80%的客户占比).")


@router.get("")
async def list_profiles(
    asked: Annotated[ProfileFilter, Query()], page: PageQuery, reading: CustomerReading
) -> Page[ProfileItem]:
    """Profiles of customers the caller may see; they follow changes within seconds, and the calendar each night."""
    return await _page(asked, reading, page)


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_profiles(asked: Annotated[ProfileExport, Query()], reading: CustomerReading) -> StreamingResponse:
    """Export profiles as a table (导出), filtered and sorted as the list is."""
    return await reading.export(ProfileItem, "customer-profiles", asked, partial(_page, asked, reading))


@router.get("/concentration")
async def get_concentration(principal: Reader, connection: ConnectionDep) -> Concentration:
    """Whether few customers bring most of the value: what the best 20 % bring, and how many bring 80 % (二八分析)."""
    (row,) = await connection.fetch(_CONCENTRATION, visible_org_units(principal))
    return Concentration(
        **row,
        top_fifth_percent=_percent(row["points_of_top_fifth"], row["points"]),
        four_fifths_percent=_percent(row["customers_for_four_fifths"], row["customers"]),
    )


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole if whole else 0


async def _page(asked: ProfileFilter, reading: Reading, page: PageRequest) -> Page[ProfileItem]:
    name = asked.sort.removeprefix("-")
    sort = Sort(asked.sort, _PROFILES.c[name], _PROFILES.c.golden_id)
    rows = await fetch_sorted_rows(reading.session, _matching(asked, reading.principal), sort, page)
    shown = to_sorted_page(
        rows,
        page,
        sort,
        lambda row: (getattr(row, name), row.golden_id),
        lambda row: ProfileItem(**row._asdict()),
    )
    await reading.log("customer_profile.list", [one.golden_id for one in shown.items])
    return shown


def _matching(asked: ProfileFilter, principal: Principal) -> Any:
    statement = (
        select(*_PROFILES.c, _GOLDEN.c.document.op("->>")("display_name").label("display_name"))
        .join_from(_PROFILES, _GOLDEN, _PROFILES.c.golden_id == _GOLDEN.c.golden_id)
        .where(_GOLDEN.c.state == "live")
    )
    for name in ("segment", "stage", "grade"):
        if (wanted := getattr(asked, name)) is not None:
            statement = statement.where(_PROFILES.c[name] == wanted)
    org_units = visible_org_units(principal)
    if org_units is not None:
        own = (
            select(_LINKS.c.record_no)
            .join(_RECORDS, _LINKS.c.record_no == _RECORDS.c.record_no)
            .where(
                _LINKS.c.golden_id == _PROFILES.c.golden_id,
                func.substring(_RECORDS.c.source, "^(.*):").in_(org_units),
            )
        )
        statement = statement.where(own.exists())
    return statement
