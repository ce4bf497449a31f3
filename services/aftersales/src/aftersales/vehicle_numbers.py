"""Numbers of vehicles as they are searched by: without spaces and signs, in capitals, misread letters corrected."""

import re

_SIGNS = re.compile(r"[^0-9A-Z]")
_MISREAD = str.maketrans("IOQ", "100")
"""Letters no VIN (ISO 3779) holds, and what they are taken for."""
_VIN_LENGTH = 17


def normal_vin(vin: str | None) -> str | None:
    """A vehicle identification number (车架号) as it is compared; None when there is nothing to compare by."""
    plain = _SIGNS.sub("", (vin or "").upper())
    return (plain.translate(_MISREAD) if len(plain) == _VIN_LENGTH else plain) or None
