"""Working calendars (工作日历): when somebody works, and arithmetic in whole working minutes."""

from isthmus.calendars.china import days_of_china
from isthmus.calendars.days import DayTable
from isthmus.calendars.telling import local_time
from isthmus.calendars.working import CHINA, Shift, WorkingCalendar

__all__ = ["CHINA", "DayTable", "Shift", "WorkingCalendar", "days_of_china", "local_time"]
