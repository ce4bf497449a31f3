"""The rules of test drives (试驾规则) as `test_drive_rules.yaml` declares them."""

from datetime import date, datetime, time

from pydantic import Field, model_validator

from sales import dealer_time
from sales.declared import Declared, read_rules


class TestDriveRules(Declared):
    """Opening hours on the wall clock of dealers; spans in minutes."""

    opens: time
    closes: time
    step_minutes: int = Field(ge=5, le=480)
    confirm_within_minutes: int = Field(ge=1)
    remind_minutes_before: int = Field(ge=1)

    @model_validator(mode="after")
    def _check(self) -> "TestDriveRules":
        if self.opens >= self.closes:
            raise ValueError("a dealer must open before it closes")
        return self

    def opening_on(self, day: date) -> tuple[datetime, datetime]:
        """From when to when a dealer is open on a day, in UTC."""
        return dealer_time.at(day, self.opens), dealer_time.at(day, self.closes)


RULES = read_rules(TestDriveRules, "test_drive_rules.yaml")
