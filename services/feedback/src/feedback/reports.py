"""What the reports (月报表、旬报表) of feedback tell: satisfaction and complaints, by who answers for them."""

from sqlalchemy import func

from feedback.access import FEEDBACK
from feedback.complaints import Complaint
from feedback.kpis.counting import DETRACTOR, PROMOTER
from feedback.suggestions import Suggestion
from feedback.survey_responses import SurveyResponse
from isthmus.reports import Counted, Figure, Ratio, Rows, reports_router

_RESPONSIBLE = func.coalesce(Complaint.responsible_org_unit, Complaint.org_unit)
_ANSWERS = Rows(
    SurveyResponse,
    SurveyResponse.created_at,
    place=func.coalesce(SurveyResponse.responsible_org_unit, SurveyResponse.org_unit),
)
_OPENED = Rows(Complaint, Complaint.opened_at, place=_RESPONSIBLE)
_SETTLED = Rows(Complaint, Complaint.resolved_at, place=_RESPONSIBLE)
_SUGGESTIONS = Rows(Suggestion, Suggestion.created_at)
_DUE = Complaint.due_at.is_not(None)
_IN_TIME = _DUE & (Complaint.resolved_at <= Complaint.due_at)


def _satisfaction(kind: str, en: str, zh: str) -> tuple[Figure, ...]:
    """The mean score of surveys of a kind."""
    rated = (SurveyResponse.kind == kind) & SurveyResponse.score.is_not(None)
    answers, points = f"{kind}_answers", f"{kind}_points"
    return (
        Counted(answers, f"{en}, answers", f"{zh}答卷", _ANSWERS, where=rated),
        Counted(points, en, zh, _ANSWERS, where=rated, total=SurveyResponse.score, shown=False),
        Ratio(kind, f"{en}, of 1000", f"{zh}(满分1000)", numerator=points, denominator=answers, times=1),
    )


FIGURES: tuple[Figure, ...] = (
    Counted("responses", "Survey responses", "答卷", _ANSWERS),
    *_satisfaction("ssi", "Sales satisfaction", "销售满意度"),
    *_satisfaction("csi", "Service satisfaction", "服务满意度"),
    Counted("promoters", "Promoters", "推荐者", _ANSWERS, where=SurveyResponse.nps >= PROMOTER),
    Counted("detractors", "Detractors", "贬损者", _ANSWERS, where=SurveyResponse.nps <= DETRACTOR),
    Counted("complaints", "Complaints opened", "新增投诉", _OPENED),
    Counted("settled", "Complaints settled", "解决投诉", _SETTLED),
    Counted("due", "Settled with a deadline", "有期限的解决投诉", _SETTLED, where=_DUE, shown=False),
    Counted("in_time", "Settled in time", "按时解决", _SETTLED, where=_IN_TIME, shown=False),
    Ratio("on_time", "Settled in time, thousandths", "投诉按时解决率(‰)", numerator="in_time", denominator="due"),
    Counted("suggestions", "Suggestions", "顾客建议", _SUGGESTIONS),
)
router = reports_router(FEEDBACK, FIGURES)
