"""The history of a golden customer (变更历史): its versions, why each came about, and which records it had."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import BigInteger, Uuid, column, select, table

from customer_master.access import org_unit_of
from customer_master.customer_view import MemberView
from customer_master.database import ConnectionDep
from customer_master.golden_customers import GoldenIdPath, find
from isthmus.http import Page, PageQuery, Principal, ReadSession, keyset, require, service_router, to_page
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

_HISTORY = table(
    "golden_history",
    column("golden_id", Uuid()),
    column("version", BigInteger()),
    column("valid_from"),
    column("cause"),
    column("state"),
    column("merged_into"),
    column("document"),
    column("decision_id", Uuid()),
)


class GoldenVersion(BaseModel):
    """One version of a golden customer; `?as_of=` with its `valid_from` shows it in full."""

    version: int
    valid_from: AwareDatetime
    cause: str = Field(
        description="created, members_joined, members_left, members_changed, merged_in, merged, revived,"
        " no_members_left"
    )
    decision_id: UUID | None = Field(description="The steward's decision (数据管家裁决) that caused it.")
    state: str
    merged_into: UUID | None
    display_name: str | None
    members: list[MemberView]


@router.get("/{golden_id}/history")
async def get_history(
    golden_id: GoldenIdPath,
    page: PageQuery,
    request: Request,
    principal: Reader,
    connection: ConnectionDep,
    session: ReadSession,
) -> Page[GoldenVersion]:
    """The versions of exactly this id, newest first; that of a merged id ends with where it went."""
    found = await find(connection, golden_id, principal)
    await log_access(connection, principal, "customer.history", [found.golden_id], request)
    columns = [_HISTORY.c.version]
    statement = keyset(select(_HISTORY).where(_HISTORY.c.golden_id == golden_id), columns, page, descending=True)
    rows = (await session.execute(statement)).all()
    return to_page(rows, page, lambda row: (row.version,), _shown)


def _shown(row: Any) -> GoldenVersion:
    members = row.document.get("members", [])
    return GoldenVersion(
        version=row.version,
        valid_from=row.valid_from,
        cause=row.cause,
        decision_id=row.decision_id,
        state=row.state,
        merged_into=row.merged_into,
        display_name=row.document.get("display_name"),
        members=[MemberView(**member, org_unit=org_unit_of(member["source"])) for member in members],
    )
