"""What the reports (月报表、旬报表) of aftersales tell: appointments, repair orders, promises kept."""

from aftersales.access import AFTERSALES
from aftersales.appointments.appointment import Appointment
from aftersales.repair_orders.order import RepairOrder
from isthmus.reports import Counted, Ratio, Rows, reports_router

_APPOINTMENTS = Rows(Appointment, Appointment.scheduled_at)
_OPENED, _CLOSED = Rows(RepairOrder, RepairOrder.opened_at), Rows(RepairOrder, RepairOrder.closed_at)
_IS_CLOSED = RepairOrder.status == "closed"
_PROMISED = _IS_CLOSED & RepairOrder.promised_at.is_not(None)
_KEPT = _PROMISED & (RepairOrder.completed_at <= RepairOrder.promised_at)
_REWORKED = _IS_CLOSED & (RepairOrder.reworks > 0)
_NO_SHOW = Appointment.status == "no_show"

FIGURES = (
    Counted("appointments", "Appointments", "预约", _APPOINTMENTS),
    Counted("no_shows", "Appointments to which nobody came", "预约爽约", _APPOINTMENTS, where=_NO_SHOW),
    Counted("opened", "Repair orders opened", "接车开单", _OPENED),
    Counted("closed", "Repair orders closed", "结算工单", _CLOSED, where=_IS_CLOSED),
    Counted("promised", "Closed with a promise", "有承诺交车时间的工单", _CLOSED, where=_PROMISED, shown=False),
    Counted("kept", "Promises kept", "按时完工", _CLOSED, where=_KEPT, shown=False),
    Ratio("on_time", "Ready as promised, thousandths", "按时交车率(‰)", numerator="kept", denominator="promised"),
    Counted("reworked", "Of the closed reworked", "其中返工", _CLOSED, where=_REWORKED),
    Counted("amount", "Amount of repair orders closed", "维修金额", _CLOSED, where=_IS_CLOSED, money=RepairOrder.total),
)
router = reports_router(AFTERSALES, FIGURES)
