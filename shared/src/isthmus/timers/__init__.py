"""Timers (定时任务): work that a service owes at a time, done once, in the transaction that takes the timer away."""

from isthmus.timers.daily import Daily
from isthmus.timers.moment import Moment
from isthmus.timers.runner import TimerRunner
from isthmus.timers.setting import FiredTimer, TimerHandler, cancel_timer, forget_timers, hold_timers, set_timer

__all__ = [
    "Daily",
    "FiredTimer",
    "Moment",
    "TimerHandler",
    "TimerRunner",
    "cancel_timer",
    "forget_timers",
    "hold_timers",
    "set_timer",
]
