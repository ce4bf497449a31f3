"""Return visits (回访): who is called after which event, when, and what came of it."""

from feedback.return_visits.planning import return_visits_subscription
from feedback.return_visits.routes import router
from feedback.return_visits.visits import TIMER, ReturnVisit, let_fall_due, return_visits

__all__ = ["TIMER", "ReturnVisit", "let_fall_due", "return_visits", "return_visits_subscription", "router"]
