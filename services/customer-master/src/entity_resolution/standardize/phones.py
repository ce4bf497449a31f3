"""Telephone numbers: several in a field, extensions (转, 分机), E.164, short codes, masks and placeholders."""

import re
from functools import lru_cache

import phonenumbers

from entity_resolution.records import Phone
from entity_resolution.standardize.text import clean

HOME_REGION = "CN"
MOST_NUMBERS = 10
SHORTEST_NATIONAL = 8

_MOBILE = re.compile(r"^(?:(?:\+|00)?86|0)?(1[3-9]\d{9})$")
_MOBILE_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?!\d)")
_SEPARATORS = re.compile(r"[\s\-().—–]")
_BETWEEN = re.compile(r"[,;/、|\n]|或者?|(?<=\d{7}) {1,}(?=[01+(]\d{6})")
_WORD_EXTENSION = re.compile(r"(?:转|轉|分机|分機|内线|內線|;?ext[.=]?|x|#)[\s:.]*(\d{1,6})\D*$", re.IGNORECASE)
_DASH_EXTENSION = re.compile(
    r"^((?:\+?86[- ]?)?\(?0\d{2,3}\)?[- ]?\d{7,8}|(?:400|800)-?\d{3}-?\d{4}|(?:400|800)-?\d{4}-?\d{3})-(\d{1,6})$"
)
_SERVICE = re.compile(r"^[48]00\d{7}$")
# Area code and subscriber as numbers are written; whether a block is in use changes too often to judge by it.
_LANDLINE = re.compile(r"^(?:0|(?:\+|00)86)(10[2-8]\d{7}|2\d[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})$")
_SHORT = re.compile(r"^(?:1[012]\d|1[0126]\d{3}|9[56]\d{3,4})$")
_MASK = re.compile(r"[*＊xX#?•●]")
_NO_PHONE = frozenset(
    {"无", "没有", "不详", "未知", "保密", "暂无", "none", "null", "n/a", "na", "-", "nil", "unknown"}
)


def phones(value: object, country: str = HOME_REGION) -> tuple[Phone, ...]:
    """Standardise what a phone field holds: none, one or several numbers, in the order written.

    ``country`` is where a number without a country code was written down.
    """
    text = clean(value)
    if not text or text.lower() in _NO_PHONE:
        return ()
    if country != HOME_REGION and not text.startswith(("+", "00")) and (foreign := _foreign(text, country)):
        return (foreign,)
    return _phones(text)


@lru_cache(maxsize=8192)
def _foreign(text: str, country: str) -> Phone | None:
    """Read one number in a country's own way of writing; None when it is none there."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    status = "placeholder" if _is_placeholder(str(number.national_number)) else ""
    return Phone("foreign", e164, number.extension or "", status)


def mobile_inside(text: str) -> str:
    """Give the mobile number written inside other text (WeChat id, e-mail, name) in E.164, or ""."""
    found = _MOBILE_IN_TEXT.search(text)
    if found is None:
        return ""
    national = _SEPARATORS.sub("", found[1])
    return "" if _is_placeholder(national) else f"+86{national}"


@lru_cache(maxsize=8192)
def _phones(text: str) -> tuple[Phone, ...]:
    if plain := _MOBILE.match(_SEPARATORS.sub("", text)):
        return (_mobile(plain[1]),)
    parts = [piece.strip() for piece in _BETWEEN.split(text)]
    found = (_phone(piece) for piece in parts[:MOST_NUMBERS] if any(map(str.isdigit, piece)))
    return tuple(dict.fromkeys(found))


def _phone(text: str) -> Phone:
    body, extension = _split_extension(text)
    bare = _SEPARATORS.sub("", body)
    if plain := _MOBILE.match(bare):
        return _mobile(plain[1], extension)
    if masked := _masked(bare):
        return Phone("masked", masked, extension, "masked")
    digits = "".join(character for character in bare if character.isascii() and character.isdigit())
    if _SERVICE.match(digits):
        return Phone("service", digits, extension, "shared")
    if _SHORT.match(digits):
        return Phone("short", digits, extension, "shared")
    if written := _MOBILE_IN_TEXT.search(body):
        return _mobile(_SEPARATORS.sub("", written[1]), extension)
    return _parsed(body, digits, extension)


def _mobile(national: str, extension: str = "") -> Phone:
    return Phone("mobile", f"+86{national}", extension, "placeholder" if _is_placeholder(national) else "")


def _split_extension(text: str) -> tuple[str, str]:
    for pattern in (_WORD_EXTENSION, _DASH_EXTENSION):
        if found := pattern.search(text):
            body = found[1] if pattern is _DASH_EXTENSION else text[: found.start()]
            # An "x" may also be a mask: what is left must still be a whole number.
            if sum(map(str.isdigit, body)) >= 7:
                return body.strip(), found[2] if pattern is _DASH_EXTENSION else found[1]
    return text, ""


def _masked(bare: str) -> str:
    """Give ``138****8000`` with ``*`` for each hidden digit, or "" when nothing is hidden."""
    hidden = _MASK.sub("*", bare)
    hidden = re.sub(r"^(?:\+|00)?86(?=1)", "", hidden)
    return hidden if re.fullmatch(r"(?=\d*\*)(?=.*\d{3})[\d*]{7,13}", hidden) else ""


def _parsed(body: str, digits: str, extension: str) -> Phone:
    if landline := _LANDLINE.match(_SEPARATORS.sub("", body)):
        status = "placeholder" if _is_placeholder(landline[1]) else ""
        return Phone("landline", f"+86{landline[1]}", extension, status)
    try:
        number = phonenumbers.parse(body, HOME_REGION)
    except phonenumbers.NumberParseException:
        return Phone("unparsable", digits, extension, "unparsable")
    if not phonenumbers.is_valid_number(number):
        status = "placeholder" if len(set(digits)) <= 1 else "invalid"
        return Phone("unparsable", digits, extension, status)
    national = str(number.national_number)
    extension = extension or (number.extension or "")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    kind = "landline" if number.country_code == 86 else "foreign"
    return Phone(kind, e164, extension, "placeholder" if _is_placeholder(national) else "")


def national_digits(phone: Phone) -> str:
    """Give the digits of a number that may have been read in the wrong country, without zeros in front.

    A record that names no country writes (213) 761-2971 or 020 7496 0345 like any other, and looks wrong or like a
    landline here. "" for all that cannot be such a number, or are too short to tell anything.
    """
    is_unread = phone.status in {"invalid", "unparsable"}
    if not is_unread and (phone.status or phone.kind not in {"landline", "foreign"}):
        return ""
    digits = (phone.number.removeprefix("+86") if phone.kind == "landline" else phone.number).lstrip("+0")
    return digits if len(digits) >= SHORTEST_NATIONAL and not _is_placeholder(digits) else ""


def _is_placeholder(national: str) -> bool:
    """Whether nobody can have this number: its last digits are all alike (13800000000) or count up from one."""
    return len(set(national[-7:])) == 1 or national.startswith("123456789")
