"""After-sales (售后服务): whose records it keeps, and who may read and write its documents."""

from typing import Annotated

from isthmus.parties import Business, Work

AFTERSALES = Business(name="aftersales", system="dms")

Reading = Annotated[Work, AFTERSALES.reading()]
Writing = Annotated[Work, AFTERSALES.writing()]
BOOKING_SCOPE = "aftersales:book"
"""Lets the call-center book, move and cancel appointments, and call for rescue, and nothing else of after-sales."""
Booking = Annotated[Work, AFTERSALES.writing(BOOKING_SCOPE)]
