"""What the reports (月报表、旬报表) of the call centre tell: interactions, cases, deadlines kept."""

from call_center.access import CALL_CENTER
from call_center.cases.case import Case
from call_center.interactions.interaction import Interaction
from isthmus.reports import Counted, Ratio, Rows, reports_router

_CONTACTS = Rows(Interaction, Interaction.at)
_OPENED, _RESOLVED, _CLOSED = Rows(Case, Case.opened_at), Rows(Case, Case.resolved_at), Rows(Case, Case.closed_at)
_DUE = Case.due_at.is_not(None)
_IN_TIME = _DUE & (Case.resolved_at <= Case.due_at)

FIGURES = (
    Counted("inbound", "Interactions that came in", "呼入互动", _CONTACTS, where=Interaction.direction == "inbound"),
    Counted("outbound", "Interactions that went out", "呼出互动", _CONTACTS, where=Interaction.direction == "outbound"),
    Counted("opened", "Cases opened", "新建工单", _OPENED),
    Counted("complaints", "Of these complaints", "其中投诉", _OPENED, where=Case.kind == "complaint"),
    Counted("escalated", "Of these escalated", "其中升级", _OPENED, where=Case.escalated_clock.is_not(None)),
    Counted("resolved", "Cases resolved", "解决工单", _RESOLVED),
    Counted("due", "Resolved with a deadline", "有期限的解决工单", _RESOLVED, where=_DUE, shown=False),
    Counted("in_time", "Resolved in time", "按时解决", _RESOLVED, where=_IN_TIME, shown=False),
    Ratio("on_time", "Resolved in time, thousandths", "按时解决率(‰)", numerator="in_time", denominator="due"),
    Counted("closed", "Cases closed", "关闭工单", _CLOSED),
)
router = reports_router(CALL_CENTER, FIGURES)
