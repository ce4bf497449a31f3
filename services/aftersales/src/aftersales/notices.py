"""Notifications (通知) of aftersales: to the customer by text message, to the people of a station."""

from datetime import datetime
from uuid import UUID

from isthmus.calendars import local_time
from isthmus.contracts.customer_records import RecordKey
from isthmus.notifications import notify
from isthmus.parties import Work
from isthmus.timers import Moment


async def tell_customer(
    moment: Moment | Work, org_unit: str, customer: RecordKey, template: str, **values: str | int
) -> None:
    """Send a customer a text message about their own business."""
    await notify(
        moment,
        org_unit=org_unit,
        customer=customer,
        channel="sms",
        purpose="service",
        template=template,
        values=values,
    )


async def tell_station(moment: Moment | Work, org_unit: str, template: str, number: UUID, at: datetime) -> None:
    """Tell the people of a station that something waits for them."""
    await notify(
        moment,
        org_unit=org_unit,
        channel="staff",
        purpose="service",
        template=template,
        values={"number": str(number), "time": local_time(at)},
        recipient=org_unit,
    )
