"""Vehicles due for service (保养到期): the forecast of each, a list for the station, a reminder two weeks before."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import Field
from sqlalchemy import case, select, update
from sqlalchemy.orm import contains_eager

from aftersales.access import Reading
from aftersales.notices import tell_customer
from aftersales.repair_orders.order import RepairedVehicle, RepairOrder
from aftersales.vehicles.history import due_service, orders_of
from isthmus.calendars import CHINA
from isthmus.contracts.aftersales_jobs import ServiceDue
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import OrgUnit
from isthmus.http import ApiModel, Page, PageRequest, keyset, service_router, to_page
from isthmus.lists import TABLE, ExportQuery, export_list
from isthmus.parties import Party, Work
from isthmus.timers import FiredTimer, Moment, set_timer

SERVICE_DUE = "service_due"
"""Kind of timer."""
DAYS_BEFORE = 14
DAYS_LATE = 90
"""Nobody is reminded of a service that was due longer ago, as of a vehicle whose past is brought in."""
REMINDED_AT = time(9)

router = service_router(prefix="/v1/aftersales/service-due", tags=["vehicles"])


class DueVehicleView(ApiModel):
    """A vehicle whose service is due (保养到期车辆)."""

    repair_order_id: UUID = Field(description="Last repair order of the vehicle (工单号).")
    org_unit: str = Field(description="Station it was at (组织单元).")
    customer: RecordKey = Field(description="Key of the customer's record (客户记录).")
    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once known.")
    vehicle: RepairedVehicle = Field(description="Vehicle (车辆).")
    due_on: date = Field(description="Due on, by date or mileage, whichever comes first (到期日期).")
    due_km: int = Field(description="Due at (到期里程).")


class DueQuery(ApiModel):
    """Which vehicles are asked for."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    due_until: date | None = Field(None, description="Due on or before (到期日期止).")


class PagedDueQuery(DueQuery):
    """Which vehicles are listed, and which part of them."""

    limit: int = Field(50, ge=1, le=200, description="Items a page (每页条数).")
    cursor: str | None = Field(None, min_length=1, max_length=1_000, description="`next_cursor` of the page before.")


class DueExport(DueQuery, ExportQuery):
    """Which vehicles to export, and as what."""


@router.get("")
async def list_vehicles_due(query: Annotated[PagedDueQuery, Query()], work: Reading) -> Page[DueVehicleView]:
    """List vehicles whose service is due (保养到期清单), the first due first."""
    return await _page(query, work, PageRequest(query.limit, query.cursor))


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_vehicles_due(query: Annotated[DueExport, Query()], work: Reading) -> StreamingResponse:
    """Export vehicles whose service is due as a table (导出), filtered as the list is."""
    return await export_list(DueVehicleView, "service-due", work.request, query, partial(_page, query, work))


async def _page(query: DueQuery, work: Work, page: PageRequest) -> Page[DueVehicleView]:
    statement = select(RepairOrder).join(RepairOrder.party).options(contains_eager(RepairOrder.party))
    statement = statement.where(RepairOrder.service_due_on.is_not(None), Party.erased_at.is_(None))
    if not work.caller.all_org_units:
        statement = statement.where(RepairOrder.org_unit.in_(work.caller.org_units))
    if query.org_unit is not None:
        statement = statement.where(RepairOrder.org_unit == query.org_unit)
    if query.due_until is not None:
        statement = statement.where(RepairOrder.service_due_on <= query.due_until)
    rows = (await work.session.scalars(keyset(statement, [RepairOrder.service_due_on, RepairOrder.id], page))).all()
    await work.log_read("repair_orders", [row.id for row in rows[: page.limit]])
    return to_page(rows, page, lambda row: (row.service_due_on, row.id), _view)


async def forecast_service(work: Work, order_id: UUID) -> None:
    """Reckon when the vehicle of a repair order that is done is due again; its earlier orders tell no more."""
    order = await work.session.get_one(RepairOrder, order_id)
    if order.vin is None or (due := due_service(await orders_of(work.session, order.vin))) is None:
        return
    is_this = RepairOrder.id == order_id
    told = update(RepairOrder).where(RepairOrder.vin == order.vin, is_this | RepairOrder.service_due_on.is_not(None))
    values = {"service_due_on": case((is_this, due.due_on)), "service_due_km": case((is_this, due.due_km))}
    await work.session.execute(told.values(values).execution_options(synchronize_session=False))
    if due.due_on < work.clock.now().astimezone(CHINA).date() - timedelta(days=DAYS_LATE):
        return
    day = due.due_on - timedelta(days=DAYS_BEFORE)
    due_at = datetime.combine(day, REMINDED_AT, CHINA).astimezone(UTC)
    await set_timer(work.session, kind=SERVICE_DUE, key=str(order_id), due_at=due_at)


async def remind_of_service(fired: FiredTimer, moment: Moment) -> None:
    """Remind the customer (保养提醒), and tell everybody; nothing when the vehicle was served or forgotten since."""
    query = select(RepairOrder).join(RepairOrder.party).options(contains_eager(RepairOrder.party))
    order = await moment.session.scalar(query.where(RepairOrder.id == UUID(fired.key)).with_for_update(of=RepairOrder))
    if order is None or order.service_due_on is None or order.party.erased_at is not None:
        return
    due_on, due_km = order.service_due_on, order.service_due_km or 0
    event = ServiceDue(
        repair_order_id=order.id,
        customer=order.customer,
        org_unit=order.org_unit,
        occurred_at=moment.clock.now(),
        vehicle=order.vehicle,
        due_on=due_on,
        due_km=due_km,
    )
    moment.publish(event, version=order.version, org_unit=order.org_unit)
    values: dict[str, str | int] = {"date": due_on.isoformat(), "km": due_km}
    await tell_customer(moment, order.org_unit, order.customer, "service_due", **values)


def _view(order: RepairOrder) -> DueVehicleView:
    return DueVehicleView(
        repair_order_id=order.id,
        org_unit=order.org_unit,
        customer=order.customer,
        golden_id=order.golden_id,
        vehicle=order.vehicle,
        due_on=order.service_due_on or date.min,
        due_km=order.service_due_km or 0,
    )
