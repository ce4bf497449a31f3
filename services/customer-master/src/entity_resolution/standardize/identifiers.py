"""Identifiers with their check digits: resident id (身份证), credit code (统一社会信用代码), passports, WeChat ids …"""

import re
from datetime import date
from typing import NamedTuple

from entity_resolution.records import Identifier
from entity_resolution.standardize.text import clean

RESIDENT_ID = "cn_resident_id"
CREDIT_CODE = "cn_uscc"
SOCIAL_SECURITY = "ssn"
UNVERIFIED = "unverified"
"""Status of a number that does not have the form its type should have, but may be its owner's all the same."""

_ALIASES = {
    "身份证": RESIDENT_ID, "居民身份证": RESIDENT_ID, "resident_id": RESIDENT_ID, "id_card": RESIDENT_ID,
    "idcard": RESIDENT_ID, "national_id": RESIDENT_ID, "cn_id": RESIDENT_ID, "cn_id_card": RESIDENT_ID,
    "统一社会信用代码": CREDIT_CODE, "信用代码": CREDIT_CODE, "uscc": CREDIT_CODE, "营业执照": CREDIT_CODE,
    "business_license": CREDIT_CODE, "护照": "passport", "驾驶证": "driver_licence", "驾照": "driver_licence",
    "driver_license": "driver_licence", "微信": "wechat", "wechat_id": "wechat", "unionid": "wechat_unionid",
    "openid": "wechat_openid", "social_security": SOCIAL_SECURITY, "social_security_number": SOCIAL_SECURITY,
    "vat_id": "vat", "vat_number": "vat", "vat_no": "vat", "ust_id": "vat", "ustid": "vat", "tva": "vat",
    "partita_iva": "vat",
    "fein": "ein", "federal_ein": "ein", "company_no": "company_number", "registration_number": "company_number",
    "company_registration_number": "company_number", "crn": "company_number", "siren": "company_number",
    "acn": "company_number", "handelsregister": "company_number", "hrb": "company_number", "tax_number": "tax_id",
    "soc_sec_id": SOCIAL_SECURITY, "soc_sec": SOCIAL_SECURITY, "us_ssn": SOCIAL_SECURITY,
}  # fmt: skip
_LOCAL_TYPES = frozenset({"dms_customer_no", "customer_no", "member_no", "crm_id"})
_CASE_KEPT = frozenset({"wechat_unionid", "wechat_openid"})
# Printed on cards in wallets and in advertisements, and used by thousands.
_PUBLIC_SOCIAL_SECURITY = frozenset({"078051120", "219099999", "457555462", "123121234", "111223333"})
_NOISE = re.compile(r"[\s\-·./]")
_MASK = re.compile(r"[*＊●•]")
_FILLERS = frozenset({"无", "没有", "未知", "不详", "暂无", "none", "null", "na", "unknown", "test"})

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECK = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))


class ResidentFacts(NamedTuple):
    """What a valid resident id says of its holder."""

    birth_date: str
    gender: str


def identifier(type_name: object, issuer: object, value: object, source: str) -> Identifier | None:
    """Standardise one identifier; None when it has no value.

    Numbers that a dealer's system hands out mean something there only, so they get ``source`` as issuer when none is
    named.
    """
    raw = clean(value)
    if not raw:
        return None
    kind = clean(type_name).lower().replace(" ", "_").replace("-", "_") or "unknown"
    kind = _ALIASES.get(kind, kind)
    text = raw if kind in _CASE_KEPT else _NOISE.sub("", raw).upper()
    scope = clean(issuer)
    if kind in _LOCAL_TYPES and not scope:
        scope = source
    if not text or raw.lower() in _FILLERS or (len(text) >= 3 and len(set(text)) == 1):
        return Identifier(kind, scope, text, "placeholder")
    return _checked(kind, scope, text)


def _checked(kind: str, scope: str, text: str) -> Identifier:
    if kind == "driver_licence" and is_resident_id(text):
        # A Chinese driving licence bears its holder's resident id.
        kind = RESIDENT_ID
    if kind == RESIDENT_ID:
        # Resident ids and credit codes are given out by one state register: an issuer says nothing more.
        return Identifier(kind, "", *_resident_id(text))
    if kind == CREDIT_CODE:
        return Identifier(kind, "", text, _masked(text) or ("" if is_credit_code(text) else "invalid"))
    if kind == SOCIAL_SECURITY:
        return Identifier(kind, "", text, _masked(text) or _social_security_status(text))
    if kind == "vat":
        # The country's letters in front are often left out.
        text = re.sub(r"^[A-Z]{2}(?=[0-9A-Z]{7,}$)", "", text)
    return Identifier(kind, scope, text, _masked(text))


def _social_security_status(text: str) -> str:
    """Judge a United States social security number: nine digits, no part of zeros; it has no check digit."""
    if not re.fullmatch(r"[0-9]{9}", text):
        return UNVERIFIED
    if text in _PUBLIC_SOCIAL_SECURITY or text in "01234567890" or text in "9876543210":
        return "placeholder"
    return "invalid" if text.startswith(("000", "666")) or text[3:5] == "00" or text.endswith("0000") else ""


def _masked(text: str) -> str:
    return "masked" if _MASK.search(text) else ""


def _resident_id(text: str) -> tuple[str, str]:
    if _MASK.search(text):
        return _MASK.sub("*", text), "masked"
    if re.fullmatch(r"[0-9]{15}", text):
        text = to_18_digits(text)
    return text, "" if is_resident_id(text) else "invalid"


def to_18_digits(old: str) -> str:
    """Give the 18-digit form of a 15-digit resident id of before 1999 (all born in 19xx)."""
    body = old[:6] + "19" + old[6:]
    return body + _resident_check(body)


def is_resident_id(text: str) -> bool:
    """Whether length, birth date and check digit hold (GB 11643). The district is not judged: lists of it go stale."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", text) or _resident_check(text[:17]) != text[17]:
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return born.year >= 1880


def resident_facts(text: str) -> ResidentFacts:
    """Give birth date and gender of a valid 18-digit resident id."""
    return ResidentFacts(f"{text[6:10]}-{text[10:12]}-{text[12:14]}", "male" if int(text[16]) % 2 else "female")


def _resident_check(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECK[total % 11]


def is_credit_code(text: str) -> bool:
    """Whether length, alphabet and MOD 31 check character hold (GB 32100)."""
    if len(text) != 18 or any(character not in _CREDIT_ALPHABET for character in text):
        return False
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight for character, weight in zip(text[:17], _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31] == text[17]
