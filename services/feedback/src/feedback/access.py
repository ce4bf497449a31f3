"""Feedback (客户反馈): whose records it keeps, and who may read and write its documents."""

from typing import Annotated

from isthmus.parties import Business, Work

FEEDBACK = Business(name="feedback", system="feedback")

FIGURES_SCOPE = "feedback:figures"
"""Who holds only this sees how satisfied customers are with dealers, and no document and no person."""

Reading = Annotated[Work, FEEDBACK.reading()]
ReadingFigures = Annotated[Work, FEEDBACK.reading(FIGURES_SCOPE)]
Writing = Annotated[Work, FEEDBACK.writing()]
