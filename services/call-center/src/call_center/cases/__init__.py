"""Cases (客服工单): something to be settled for a customer, by headquarters or by the org unit that must act."""

from call_center.cases.case import Case, CaseFields, CaseView, NewCase, workflow
from call_center.cases.clocks import look_at_clocks
from call_center.cases.contacts import contact_was_made
from call_center.cases.keeping import CASE_CLOCK, cases
from call_center.cases.routes import router
from call_center.cases.tasks import CaseTask, adding_router
from call_center.cases.tasks import router as tasks_router

__all__ = [
    "CASE_CLOCK",
    "Case",
    "CaseFields",
    "CaseTask",
    "CaseView",
    "NewCase",
    "adding_router",
    "cases",
    "contact_was_made",
    "look_at_clocks",
    "router",
    "tasks_router",
    "workflow",
]
