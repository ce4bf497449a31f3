"""Service levels (服务时限) of cases: terms declared in `terms.yaml`, and clocks that follow from facts alone."""

from call_center.sla.case_clocks import ClockName, Timed, case_clocks, next_look_at, passed_marks, resume_pauses
from call_center.sla.clock import ClockState, Pause, SlaClock
from call_center.sla.explaining import Explained, explain
from call_center.sla.terms import TERMS, Terms

__all__ = [
    "TERMS",
    "ClockName",
    "ClockState",
    "Explained",
    "Pause",
    "SlaClock",
    "Terms",
    "Timed",
    "case_clocks",
    "explain",
    "next_look_at",
    "passed_marks",
    "resume_pauses",
]
