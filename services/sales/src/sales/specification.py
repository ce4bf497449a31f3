"""What a variant is and has (配置参数): the declared attributes, by which variants are compared and advised on."""

from collections.abc import Sequence

from pydantic import ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from isthmus.contracts.sales_management import VariantSpecification

CODED = ("body_type", "energy", "transmission", "drive")
"""The attributes whose values are words of a list."""


def words_of(attribute: str) -> Sequence[str]:
    """The words an attribute may have."""
    declared = VariantSpecification.model_fields[attribute].json_schema_extra
    words: Sequence[str] = declared["x-known-values"]  # type: ignore[index, assignment] # each of CODED has them
    return words


def check_word(attribute: str, word: str) -> str:
    """The word; raises an error that tells the list when it is none of an attribute's."""
    if word not in words_of(attribute):
        listed = ", ".join(words_of(attribute))
        raise PydanticCustomError("unknown_word", "This must be one of {listed}.", {"listed": listed})
    return word


class Specification(VariantSpecification):
    """What a variant is and has (配置参数): whole numbers in the unit that is named, and words of the lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator(*CODED)
    @classmethod
    def _check_words(cls, word: str | None, info: ValidationInfo) -> str | None:
        return None if word is None else check_word(str(info.field_name), word)
