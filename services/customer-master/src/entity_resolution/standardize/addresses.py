"""Addresses by province (省), city (市), district (区县) and the rest, down to the door."""

import re
from functools import lru_cache

from entity_resolution.records import Address
from entity_resolution.standardize.tables import (
    CITY_PROVINCES,
    LEADING_CITY,
    LEADING_CITY_OF,
    LEADING_REGION,
)
from entity_resolution.standardize.text import clean, has_ideograph, part, simplify
from entity_resolution.standardize.western_addresses import WrittenAddress, western_address

_ENDING = re.compile(r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|[省市盟州])$")
_REGION_ENDING = re.compile(r"(?:省|市|维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区)")
_CITY_ENDING = re.compile(r"(?:市|地区|盟|[\u4e00-\u9fff]{0,8}?自治州|州)")
_DISTRICT = re.compile(r"^((?!.{0,3}(?:小区|园区|社区|新村)).{1,7}?(?:区|县|旗|市))")
_HOUSE_WORDS = re.compile(r"号楼|号院|单元|[号栋幢座楼层室户房弄巷]")
_NOISE = re.compile(r"[\s,.;:·、。'\"()/\\-]+")
_NO_ADDRESS = frozenset({"无", "没有", "不详", "未知", "暂无", "保密", "none", "null", "n/a", "unknown"})


def address(value: object) -> Address | None:
    """Standardise one entry of ``addresses``; None when it says nothing."""
    written = value if isinstance(value, str) else part(value, "full")
    said = value if isinstance(value, dict) else {"full": written}
    written_parts = WrittenAddress(**{name: _said(said[name]) for name in WrittenAddress._fields if said.get(name)})
    if not has_ideograph("".join(written_parts)):
        return western_address(written_parts) if any(written_parts[:-1]) else None
    fields = tuple(simplify(clean(part(value, name))) for name in ("region", "city", "district", "street"))
    postal_code, country = clean(part(value, "postal_code")), clean(part(value, "country")).upper()
    text = simplify(clean(written))
    if text.lower() in _NO_ADDRESS:
        text = ""
    if not text and not any(fields) and not postal_code:
        return None
    region, city, district, detail = _split(text)
    street = _detail(fields[3])
    return Address(
        _short(fields[0]) or region or CITY_PROVINCES.get(_short(fields[1]), ""),
        _short(fields[1]) or city,
        fields[2] or district,
        detail or street,
        postal_code,
        country,
    )


def _said(value: object) -> str:
    """Give what a field says, nothing for a filler."""
    text = clean(value)
    return "" if text.lower() in _NO_ADDRESS else text


@lru_cache(maxsize=8192)
def _split(text: str) -> tuple[str, str, str, str]:
    """Give (region, city, district, detail) of an address written in one piece."""
    rest = text.replace(" ", "").removeprefix("中国")
    region, rest = _take(rest, LEADING_REGION, _REGION_ENDING)
    if region and region not in LEADING_CITY_OF:
        city = region
        rest = rest.removeprefix(region + "市")
    else:
        city, rest = _take(rest, LEADING_CITY_OF.get(region, LEADING_CITY), _CITY_ENDING)
    region = region or CITY_PROVINCES.get(city, "")
    found = _DISTRICT.match(rest) if region else None
    district = found[1] if found else ""
    return region, city, district, _detail(rest[len(district) :])


def _take(text: str, places: re.Pattern[str], ending: re.Pattern[str]) -> tuple[str, str]:
    """Take a known place with its ending (省, 市 …) off the front; 朝阳区 is a district, not the city 朝阳."""
    known = places.match(text)
    place = known[0] if known else ""
    rest = text[len(place) :]
    if not place or rest.startswith(("区", "县", "路", "街")):
        return "", text
    found = ending.match(rest)
    return place, rest[found.end() :] if found else rest


def _short(text: str) -> str:
    """Give a division without its ending: 浙江省 → 浙江, 杭州市 → 杭州."""
    short = _ENDING.sub("", text)
    return short if len(short) >= 2 else text


def _detail(text: str) -> str:
    folded = _HOUSE_WORDS.sub("-", text)
    return re.sub(r"-+", "-", _NOISE.sub("-", folded)).strip("-").upper()
