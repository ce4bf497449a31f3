"""Sales (销售) as a business service: whose records it keeps, and who may read and write its documents."""

from typing import Annotated

from isthmus.parties import Business, Work

SALES = Business(name="sales", system="dms")

Reading = Annotated[Work, SALES.reading()]
Writing = Annotated[Work, SALES.writing()]
