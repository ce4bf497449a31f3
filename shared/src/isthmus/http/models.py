"""Building blocks of request and answer models: strict objects, bounded text."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

MAX_INT64 = 2**63 - 1


def _without_nul(value: str) -> str:
    """PostgreSQL keeps no NUL in text, and no UTF-8 holds a lone surrogate."""
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise PydanticCustomError("text_character", "Text must not contain NUL characters or lone surrogates")
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000), AfterValidator(_without_nul)]
"""Text of up to 1,000 characters."""
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_without_nul)]
"""A name, a code, a title: up to 200 characters."""
LongText = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_without_nul)]
"""Notes and letters: up to 10,000 characters, may be empty."""


class ApiModel(BaseModel):
    """Base of request and answer bodies: an unknown field is an error, rows can be read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)
