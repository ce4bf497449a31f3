"""What the reports (月报表、旬报表) of the call centre tell: interactions, cases, deadlines kept."""

from call_center.access import CALL_CENTER
from call_center.cases.case import Case
from call_center.interactions.interaction import Interaction
from isthmus.reports import Counted, Ratio, reports_router

_DUE = Case.due_at.is_not(None)
FIGURES = (
    Counted(
        code="inbound",
        en="Interactions that came in",
        zh="呼入互动",
        table=Interaction,
        at=Interaction.at,
        where=Interaction.direction == "inbound",
    ),
    Counted(
        code="outbound",
        en="Interactions that went out",
        zh="呼出互动",
        table=Interaction,
        at=Interaction.at,
        where=Interaction.direction == "outbound",
    ),
    Counted(code="opened", en="Cases opened", zh="新建工单", table=Case, at=Case.opened_at),
    Counted(
        code="complaints",
        en="Of these complaints",
        zh="其中投诉",
        table=Case,
        at=Case.opened_at,
        where=Case.kind == "complaint",
    ),
    Counted(
        code="escalated",
        en="Of these escalated",
        zh="其中升级",
        table=Case,
        at=Case.opened_at,
        where=Case.escalated_clock.is_not(None),
    ),
    Counted(code="resolved", en="Cases resolved", zh="解决工单", table=Case, at=Case.resolved_at),
    Counted(
        code="due",
        en="Resolved with a deadline",
        zh="有期限的解决工单",
        table=Case,
        at=Case.resolved_at,
        where=_DUE,
        shown=False,
    ),
    Counted(
        code="in_time",
        en="Resolved in time",
        zh="按时解决",
        table=Case,
        at=Case.resolved_at,
        where=_DUE & (Case.resolved_at <= Case.due_at),
        shown=False,
    ),
    Ratio(
        code="on_time", en="Resolved in time, thousandths", zh="按时解决率(‰)", numerator="in_time", denominator="due"
    ),
    Counted(code="closed", en="Cases closed", zh="关闭工单", table=Case, at=Case.closed_at),
)
router = reports_router(CALL_CENTER, FIGURES)
