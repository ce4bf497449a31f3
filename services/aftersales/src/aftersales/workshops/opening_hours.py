"""Opening hours (营业时间) of a workshop, as a station writes them down; they make a working calendar."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from isthmus.calendars import DayTable, WorkingCalendar, days_of_china
from isthmus.http import ApiModel

Weekdays = Annotated[str, StringConstraints(pattern="^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$")]
ShiftText = Annotated[
    str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
]
Dates = Annotated[list[date], Field(max_length=1_000)]


class OpeningHours(ApiModel):
    """When a workshop is open (营业时间), in the time of China."""

    week: dict[Weekdays, Annotated[list[ShiftText], Field(max_length=6)]] = Field(
        description="Shifts by day of the week (每周营业时间); two shifts a day leave a break (午休).",
        examples=[{"mon-fri": ["08:00-12:00", "13:30-18:00"], "sat-sun": ["09:00-16:00"]}],
    )
    on_public_holidays: Annotated[list[ShiftText], Field(max_length=6)] = Field(
        default_factory=list, description="Shifts on public holidays (节假日营业时间); none: closed."
    )
    closed_on: Dates = Field(default_factory=list, description="Dates closed besides (临时休息).")
    open_on: Dates = Field(
        default_factory=list, description="Dates open as on a Monday (临时营业), as make-up days are."
    )

    @model_validator(mode="after")
    def _makes_a_calendar(self) -> Self:
        if set(self.closed_on) & set(self.open_on):
            raise ValueError("a date is either open or closed")
        self.calendar()
        return self

    def calendar(self) -> WorkingCalendar:
        """The calendar these hours make, with the public holidays and make-up days (调休) of China."""
        china = days_of_china()
        days = DayTable(
            holidays=(china.holidays | set(self.closed_on)) - set(self.open_on),
            make_up_days=(china.make_up_days | set(self.open_on)) - set(self.closed_on),
            years=china.years,
        )
        return WorkingCalendar.of(self.week, days=days, holiday=self.on_public_holidays)
