"""The call-center (客户互动中心): whose records it keeps, and who may read and write its documents."""

from typing import Annotated

from isthmus.parties import Business, Work

CALL_CENTER = Business(name="call-center", system="call-center")

Reading = Annotated[Work, CALL_CENTER.reading()]
Writing = Annotated[Work, CALL_CENTER.writing()]
