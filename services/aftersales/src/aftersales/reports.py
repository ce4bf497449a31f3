"""What the reports (月报表、旬报表) of aftersales tell: appointments, repair orders, promises kept."""

from aftersales.access import AFTERSALES
from aftersales.appointments.appointment import Appointment
from aftersales.repair_orders.order import RepairOrder
from isthmus.reports import Counted, Ratio, reports_router

_CLOSED = RepairOrder.status == "closed"
_PROMISED = _CLOSED & RepairOrder.promised_at.is_not(None)
FIGURES = (
    Counted(code="appointments", en="Appointments", zh="预约", table=Appointment, at=Appointment.scheduled_at),
    Counted(
        code="no_shows",
        en="Appointments to which nobody came",
        zh="预约爽约",
        table=Appointment,
        at=Appointment.scheduled_at,
        where=Appointment.status == "no_show",
    ),
    Counted(code="opened", en="Repair orders opened", zh="接车开单", table=RepairOrder, at=RepairOrder.opened_at),
    Counted(
        code="closed",
        en="Repair orders closed",
        zh="结算工单",
        table=RepairOrder,
        at=RepairOrder.closed_at,
        where=_CLOSED,
    ),
    Counted(
        code="promised",
        en="Closed with a promise",
        zh="有承诺交车时间的工单",
        table=RepairOrder,
        at=RepairOrder.closed_at,
        where=_PROMISED,
        shown=False,
    ),
    Counted(
        code="kept",
        en="Promises kept",
        zh="按时完工",
        table=RepairOrder,
        at=RepairOrder.closed_at,
        where=_PROMISED & (RepairOrder.completed_at <= RepairOrder.promised_at),
        shown=False,
    ),
    Ratio(
        code="on_time",
        en="Ready as promised, thousandths",
        zh="按时交车率(‰)",
        numerator="kept",
        denominator="promised",
    ),
    Counted(
        code="reworked",
        en="Of the closed reworked",
        zh="其中返工",
        table=RepairOrder,
        at=RepairOrder.closed_at,
        where=_CLOSED & (RepairOrder.reworks > 0),
    ),
    Counted(
        code="amount",
        en="Amount of repair orders closed",
        zh="维修金额",
        table=RepairOrder,
        at=RepairOrder.closed_at,
        where=_CLOSED,
        money=RepairOrder.total,
    ),
)
router = reports_router(AFTERSALES, FIGURES)
