"""Constrained field types of the contract: texts without NUL, codes, instants; all checked by pydantic's Rust core."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot store NUL in text, so no text of ours holds it."""

CODE_PATTERN = r"^[a-z][a-z0-9_]*$"
ORG_UNIT_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*(:[A-Za-z0-9][A-Za-z0-9._-]*)?$"
SOURCE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*(:[A-Za-z0-9][A-Za-z0-9._-]*){1,2}$"

Text = Annotated[str, StringConstraints(max_length=500, pattern=NO_NUL)]
"""One line: a name, a title, a label; at most 500 characters."""

LongText = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
"""What a person wrote or said; at most 10,000 characters."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=CODE_PATTERN)]
"""A snake_case word of a list that may grow: readers must bear words they do not know."""

OrgUnit = Annotated[str, StringConstraints(max_length=100, pattern=ORG_UNIT_PATTERN)]
"""An org unit (组织单元): `hq`, `dealer:D0001`, `station:S0101`."""

Source = Annotated[str, StringConstraints(max_length=150, pattern=SOURCE_PATTERN)]
"""A source system (来源系统), `<org unit>:<system>`: `dealer:D0001:dms`. No slash, so that it stands in a path."""

RecordId = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_NUL)]
"""The source's own number of a record (来源记录号): any characters but NUL, at most 256."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

Instant = Annotated[AwareDatetime, Field(ge=EARLIEST, lt=LATEST)]
"""A point in time with its offset, RFC 3339; the years 1900 to 2199, so that no conversion to UTC overflows."""

Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A counter that fits PostgreSQL's bigint."""
