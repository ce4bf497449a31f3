"""The feedback service (客户反馈): what it answers and what it consumes."""

from feedback import (
    complaints,
    customers,
    kpis,
    loyalty,
    reports,
    return_visits,
    suggestions,
    survey_responses,
    surveys,
)
from feedback.access import FEEDBACK
from feedback.complaints.procedure import TIMER
from isthmus.contracts.feedback import ComplaintChanged, SuggestionChanged, SurveyResponseReceived
from isthmus.lists import saved_searches_router
from isthmus.notifications import forget_handed_on, notifications_router, send_notifications
from isthmus.parties import (
    PersonalData,
    answering_erasures,
    erasures_subscription,
    golden_links_subscription,
)
from isthmus.service import Service

PERSONAL_DATA = PersonalData(
    service="feedback",
    documents={
        survey_responses.SurveyResponse: SurveyResponseReceived,
        complaints.Complaint: ComplaintChanged,
        suggestions.Suggestion: SuggestionChanged,
    },
    by_record=[return_visits.ReturnVisit, loyalty.Occasion, loyalty.Referral, loyalty.LeadOrder],
)

service = Service(
    name="feedback",
    package="feedback",
    title="Feedback (客户反馈): surveys, complaints, suggestions",
    routers=[
        customers.router,
        saved_searches_router("/v1/feedback", read=["feedback:read"], save=["feedback:write"]),
        surveys.router,
        survey_responses.router,
        complaints.router,
        suggestions.router,
        return_visits.router,
        kpis.router,
        loyalty.router,
        reports.router,
        notifications_router(FEEDBACK),
    ],
    subscriptions=[
        golden_links_subscription("feedback"),
        erasures_subscription(PERSONAL_DATA),
        return_visits.return_visits_subscription(),
        loyalty.loyalty_subscription(),
    ],
    chains=["platform", "parties", "feedback"],
    background=[answering_erasures("feedback", forget_handed_on), send_notifications],
    timers={TIMER: complaints.look_at_deadlines, return_visits.TIMER: return_visits.let_fall_due},
)
