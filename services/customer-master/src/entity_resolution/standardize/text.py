"""Plain text made comparable: half-width, no control characters, one space, simplified characters."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import opencc

LONGEST_TEXT = 500
LONGEST_LIST = 100

# Letters, digits and common ideographs: nothing to clean.
_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fef]+").fullmatch
_SPACE = re.compile(r"\s+")
_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = 0x3400, 0x9FFF
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean(value: Any) -> str:
    """Give any JSON value as half-width text without control characters; "" for what is neither text nor number."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    # Python refuses to print integers beyond 4300 digits; such a number is no text of anybody's.
    if isinstance(value, int) and value.bit_length() > LONGEST_TEXT:
        return ""
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    text = text[:LONGEST_TEXT]
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if _PLAIN(text):
        return text
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        character if unicodedata.category(character) not in _DROPPED_CATEGORIES else _blank(character)
        for character in text
    )
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()[:LONGEST_TEXT].strip()


def _blank(character: str) -> str:
    return " " if character.isspace() else ""


def simplify(text: str) -> str:
    """Fold traditional characters to simplified ones (繁體 → 简体), character by character."""
    return text if text.isascii() else text.translate(_simplified())


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    convert = opencc.OpenCC("t2s").convert
    table: dict[int, str] = {}
    for code in range(_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH + 1):
        character = chr(code)
        # Twice, so that folding what is folded already changes nothing.
        folded = convert(convert(character))
        if folded != character:
            table[code] = folded
    return table


def is_ideograph(character: str) -> bool:
    """Whether the character is a Chinese ideograph (汉字)."""
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff" or character == "〇"


def has_ideograph(text: str) -> bool:
    return not text.isascii() and any(map(is_ideograph, text))


def items(value: Any) -> list[Any]:
    """Give a JSON list (bounded), a single value as a list of one, null as an empty list."""
    if isinstance(value, list):
        return value[:LONGEST_LIST]
    return [] if value is None else [value]


def part(value: Any, name: str) -> Any:
    """Give ``value[name]`` of a JSON object, or None of anything else."""
    return value.get(name) if isinstance(value, dict) else None
