"""The feedback service (客户反馈): what it answers and what it consumes."""

from feedback import complaints, customers, suggestions, survey_responses, surveys
from isthmus.parties import golden_links_subscription
from isthmus.service import Service

service = Service(
    name="feedback",
    package="feedback",
    title="Feedback (客户反馈): surveys, complaints, suggestions",
    routers=[customers.router, surveys.router, survey_responses.router, complaints.router, suggestions.router],
    subscriptions=[golden_links_subscription("feedback")],
    chains=["platform", "parties", "feedback"],
)
