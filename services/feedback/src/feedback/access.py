"""Feedback (客户反馈): whose records it keeps, and who may read and write its documents."""

from typing import Annotated

from isthmus.parties import Business, Work

FEEDBACK = Business(name="feedback", system="feedback")

Reading = Annotated[Work, FEEDBACK.reading()]
Writing = Annotated[Work, FEEDBACK.writing()]
