"""What the reports (月报表、旬报表) of feedback tell: satisfaction and complaints, by who answers for them."""

from typing import Any

from sqlalchemy import func

from feedback.access import FEEDBACK
from feedback.complaints import Complaint
from feedback.kpis.counting import DETRACTOR, PROMOTER
from feedback.suggestions import Suggestion
from feedback.survey_responses import SurveyResponse
from isthmus.reports import Counted, Figure, Ratio, reports_router

_ANSWERED: dict[str, Any] = {
    "table": SurveyResponse,
    "at": SurveyResponse.created_at,
    "place": func.coalesce(SurveyResponse.responsible_org_unit, SurveyResponse.org_unit),
}
_COMPLAINED: dict[str, Any] = {
    "table": Complaint,
    "place": func.coalesce(Complaint.responsible_org_unit, Complaint.org_unit),
}
_DUE = Complaint.due_at.is_not(None)


def _satisfaction(kind: str, en: str, zh: str) -> tuple[Figure, ...]:
    """The mean score of surveys of a kind."""
    rated = (SurveyResponse.kind == kind) & SurveyResponse.score.is_not(None)
    answers, points = f"{kind}_answers", f"{kind}_points"
    return (
        Counted(code=answers, en=f"{en}, answers", zh=f"{zh}答卷", where=rated, **_ANSWERED),
        Counted(code=points, en=en, zh=zh, where=rated, total=SurveyResponse.score, shown=False, **_ANSWERED),
        Ratio(code=kind, en=f"{en}, of 1000", zh=f"{zh}(满分1000)", numerator=points, denominator=answers, times=1),
    )


FIGURES: tuple[Figure, ...] = (
    Counted(code="responses", en="Survey responses", zh="答卷", **_ANSWERED),
    *_satisfaction("ssi", "Sales satisfaction", "销售满意度"),
    *_satisfaction("csi", "Service satisfaction", "服务满意度"),
    Counted(code="promoters", en="Promoters", zh="推荐者", where=SurveyResponse.nps >= PROMOTER, **_ANSWERED),
    Counted(code="detractors", en="Detractors", zh="贬损者", where=SurveyResponse.nps <= DETRACTOR, **_ANSWERED),
    Counted(code="complaints", en="Complaints opened", zh="新增投诉", at=Complaint.opened_at, **_COMPLAINED),
    Counted(code="settled", en="Complaints settled", zh="解决投诉", at=Complaint.resolved_at, **_COMPLAINED),
    Counted(
        code="due",
        en="Settled with a deadline",
        zh="有期限的解决投诉",
        at=Complaint.resolved_at,
        where=_DUE,
        shown=False,
        **_COMPLAINED,
    ),
    Counted(
        code="in_time",
        en="Settled in time",
        zh="按时解决",
        at=Complaint.resolved_at,
        where=_DUE & (Complaint.resolved_at <= Complaint.due_at),
        shown=False,
        **_COMPLAINED,
    ),
    Ratio(
        code="on_time",
        en="Settled in time, thousandths",
        zh="投诉按时解决率(‰)",
        numerator="in_time",
        denominator="due",
    ),
    Counted(code="suggestions", en="Suggestions", zh="顾客建议", table=Suggestion, at=Suggestion.created_at),
)
router = reports_router(FEEDBACK, FIGURES)
