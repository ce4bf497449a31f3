"""Leaves out masked numbers (138****8001) of which the whole number is known."""

from collections.abc import Sequence

from entity_resolution.records import Identifier, Phone
from entity_resolution.survivorship.candidates import Candidate

MASKABLE = frozenset({"identifiers", "phones"})
_MASKED = "masked"


def without_known_masks(found: Sequence[Candidate]) -> list[Candidate]:
    """Drop the candidates that show only a part of what another one shows in full."""
    if not any(one.found.status == _MASKED for one in found):
        return list(found)
    whole = [one.found for one in found if not one.found.status]
    return [
        one for one in found if one.found.status != _MASKED or not any(_is_mask_of(one.found, other) for other in whole)
    ]


def _is_mask_of(hidden: Identifier | Phone, whole: Identifier | Phone) -> bool:
    if isinstance(hidden, Identifier) and isinstance(whole, Identifier):
        return hidden.type == whole.type and _fits(hidden.value, whole.value)
    if isinstance(hidden, Phone) and isinstance(whole, Phone):
        # A masked mobile number is kept as it was written, without the country.
        return _fits(hidden.number, whole.number.removeprefix("+86"))
    return False


def _fits(hidden: str, whole: str) -> bool:
    return len(hidden) == len(whole) and all(one in ("*", other) for one, other in zip(hidden, whole, strict=True))
