"""The customers (客户) of a business service: the same resource in each, made for it by `customers_router`."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field, ValidationError
from sqlalchemy import Select, select

from isthmus.contracts.customer_records import PartyBody
from isthmus.contracts.fields import Instant, OrgUnit, RecordId, Source
from isthmus.http import (
    ApiModel,
    FieldError,
    IfMatch,
    NotFound,
    Page,
    PageRequest,
    Unprocessable,
    check_version,
    etag,
    keyset,
    service_router,
    to_page,
)
from isthmus.lists import TABLE, ExportQuery, export_list
from isthmus.parties.party import Party
from isthmus.parties.resolution import resolve_party, update_party
from isthmus.parties.work import Business, Work


class NewCustomer(ApiModel):
    """A customer and the org unit that keeps the record."""

    org_unit: OrgUnit = Field(description="Org unit (组织单元) that keeps the record.", examples=["dealer:D0001"])
    customer: PartyBody = Field(description="The party (当事方) as the source writes it.")


class CustomerChange(ApiModel):
    """A merge patch (RFC 7396): objects are merged, lists and values replaced, null takes away."""

    customer: PartyBody = Field(description="Only what changes.")


class CustomerView(ApiModel):
    """A customer record as this service keeps it."""

    source: Source = Field(description="Source (来源系统) the record is known by to customer-master.")
    record_id: RecordId = Field(description="Record id (客户记录号) this service gave.")
    org_unit: OrgUnit = Field(description="Org unit (组织单元) that keeps the record.")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once known.")
    version: int = Field(description="Version (版本): rises with each change; also the ETag.")
    customer: PartyBody = Field(description="The party (当事方) as written.", validation_alias="body")
    created_at: datetime = Field(description="First written (创建时间).")
    updated_at: datetime = Field(description="Last written (更新时间).")


class CustomerFilter(ApiModel):
    """Query of the list, newest first; a filter that is not known is an error, never ignored."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    golden_id: UUID | None = Field(None, description="Only this golden customer (黄金客户).")
    created_from: Instant | None = Field(None, description="Made at or after (创建时间起).")
    created_to: Instant | None = Field(None, description="Made before (创建时间止).")


class PagedCustomerFilter(CustomerFilter):
    """Which customers to list, and which part of them."""

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")


class CustomerExport(CustomerFilter, ExportQuery):
    """Which customers to export, and as what."""


def customers_router(business: Business) -> APIRouter:
    """`/v1/<service>/customers`: POST, list, export, GET one by record id, PATCH."""
    router = service_router(prefix=f"/v1/{business.name}/customers", tags=["customers"])
    Reading = Annotated[Work, business.reading()]  # noqa: N806 - a type made for this router
    Writing = Annotated[Work, business.writing()]  # noqa: N806

    @router.post("", status_code=201)
    async def create_customer(body: NewCustomer, work: Writing) -> CustomerView:
        """Record a customer; the golden id follows once customer-master has resolved the record."""
        work.require_org_unit(body.org_unit)
        return _answer(work, await resolve_party(work, org_unit=body.org_unit, customer=body.customer))

    @router.get("")
    async def list_customers(query: Annotated[PagedCustomerFilter, Query()], work: Reading) -> Page[CustomerView]:
        """List customers, newest first."""
        return await _page(query, work, PageRequest(query.limit, query.cursor))

    @router.get("/export", response_class=StreamingResponse, responses=TABLE)
    async def export_customers(query: Annotated[CustomerExport, Query()], work: Reading) -> StreamingResponse:
        """Export customers as a table (导出), filtered as the list is."""
        return await export_list(CustomerView, "customers", work.request, query, partial(_page, query, work))

    @router.get("/{record_id}")
    async def get_customer(record_id: RecordId, work: Reading) -> CustomerView:
        """Show one customer."""
        party = await _find(work, record_id)
        await work.log_read("customers", [party.record_id])
        return _answer(work, party)

    @router.patch("/{record_id}")
    async def change_customer(
        record_id: RecordId, body: CustomerChange, version: IfMatch, work: Writing
    ) -> CustomerView:
        """Merge changes into a customer's record."""
        party = await _find(work, record_id, lock=True)
        check_version(party.version, version)
        await update_party(work, party, _merged(party.body, body.customer))
        return _answer(work, party)

    return router


def merge_patch(target: Any, patch: Any) -> Any:
    """Apply a JSON merge patch as RFC 7396 defines it; neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def _merged(body: PartyBody, change: PartyBody) -> PartyBody:
    """The body after the change; it may grow beyond the limits only by merging, which is a 422 problem as well."""
    before, patch = (part.model_dump(mode="json", exclude_unset=True) for part in (body, change))
    try:
        return PartyBody.model_validate(merge_patch(before, patch))
    except ValidationError as error:
        raise Unprocessable(
            "invalid_customer",
            "The customer would not be valid after this change.",
            [
                FieldError("/customer/" + "/".join(map(str, problem["loc"])), problem["type"], problem["msg"])
                for problem in error.errors()
            ],
        ) from None


async def _page(query: CustomerFilter, work: Work, page: PageRequest) -> Page[CustomerView]:
    statement = keyset(_filtered(work, query), [Party.created_at, Party.record_id], page, descending=True)
    rows = (await work.session.scalars(statement)).all()
    await work.log_read("customers", [party.record_id for party in rows[: page.limit]])
    return to_page(rows, page, lambda party: (party.created_at, party.record_id), CustomerView.model_validate)


async def _find(work: Work, record_id: str, *, lock: bool = False) -> Party:
    statement = _visible(work).where(Party.record_id == record_id)
    party = await work.session.scalar(statement.with_for_update() if lock else statement)
    if party is None:
        raise NotFound("not_found", "There is no customer with this record id.")
    return party


def _visible(work: Work) -> Select[Party]:
    statement = select(Party)
    return statement if work.caller.all_org_units else statement.where(Party.org_unit.in_(work.caller.org_units))


def _filtered(work: Work, query: CustomerFilter) -> Select[Party]:
    statement = _visible(work)
    if query.org_unit is not None:
        statement = statement.where(Party.org_unit == query.org_unit)
    if query.golden_id is not None:
        statement = statement.where(Party.golden_id == query.golden_id)
    if query.created_from is not None:
        statement = statement.where(Party.created_at >= query.created_from)
    if query.created_to is not None:
        statement = statement.where(Party.created_at < query.created_to)
    return statement


def _answer(work: Work, party: Party) -> CustomerView:
    work.response.headers["ETag"] = etag(party.version)
    return CustomerView.model_validate(party)
