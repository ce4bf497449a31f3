"""Keeps personal data out of logs: by key (names, phones, ids) and by the look of a value."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

MASK = "***"
_MAX_DEPTH = 6

_PERSONAL_KEYS = re.compile(
    r"(^|_)(name|names|family|given|phones?|mobile|tel|emails?|address|addresses|birth_date|birthday|"
    r"national_id|resident_id|id_number|identifiers?|passport|plates?|vins?|subject_name|wechat\w*|"
    r"password|secrets?|token|authorization|cookie|private_key|database_url)$"
)
_HARMLESS_KEYS = frozenset({"logger_name", "event_name", "metric_name", "task_name", "group_name", "service_name"})

_PERSONAL_VALUES = (
    re.compile(r"(?<![\w.-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # e-mail
    re.compile(r"(?<![\w-])\d{6}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![\w-])"),  # resident id (身份证)
    re.compile(r"(?<![\w-])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w-])"),  # mobile phone (手机)
    re.compile(r"(?<![\w-])0\d{2,3}-\d{7,8}(?![\w-])"),  # landline (座机)
    re.compile(r"(?<![\w-])\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12}(?![\w-])"),  # phone abroad
)
# What a database error quotes; where a value ends cannot be told, so nothing after it is kept.
_QUOTED_BY_DATABASE = re.compile(
    r"(invalid input for query argument \$\d+|DETAIL|invalid input syntax for type [\w ]+): .*", re.DOTALL
)
_CREDENTIALS_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


def mask_text(text: str) -> str:
    """Replace what looks like an e-mail address, a phone number, a resident id or credentials, or a database quotes."""
    masked = _QUOTED_BY_DATABASE.sub(rf"\1: {MASK}", _CREDENTIALS_IN_URL.sub(f"{MASK}@", text))
    for pattern in _PERSONAL_VALUES:
        masked = pattern.sub(MASK, masked)
    return masked


def mask(value: Any, depth: int = 0) -> Any:
    """Mask a value of any shape; what is nested too deep is left out whole."""
    if isinstance(value, str):
        return mask_text(value)
    if value is None or isinstance(value, bool | int | float):
        return mask_text(str(value)) if _is_phone_number(value) else value
    if depth >= _MAX_DEPTH:
        return MASK
    if isinstance(value, Mapping):
        return {key: MASK if _is_personal(str(key)) else mask(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item, depth + 1) for item in value]
    return mask_text(str(value))


def mask_processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor: masks every key and value of a log line."""
    for key, value in event.items():
        event[key] = MASK if _is_personal(key) else mask(value)
    return event


def _is_personal(key: str) -> bool:
    folded = key.lower().replace("-", "_")
    return folded not in _HARMLESS_KEYS and _PERSONAL_KEYS.search(folded) is not None


def _is_phone_number(value: Any) -> bool:
    return type(value) is int and mask_text(str(value)) != str(value)
