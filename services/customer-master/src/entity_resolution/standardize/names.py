"""Names of persons: which kind of name a field holds, and its parts (surname 姓, given name 名, title 称呼)."""

import re
from functools import lru_cache
from typing import NamedTuple

from entity_resolution.records import PersonName
from entity_resolution.standardize.phones import mobile_inside
from entity_resolution.standardize.pinyin import chinese_keys
from entity_resolution.standardize.tables import (
    COMPOUND_SURNAMES,
    FAMILIAR_SURNAMES,
    LONGEST_SURNAME,
    NAME_FILLERS,
    SINGLE_SURNAMES,
    TITLE_GENDERS,
    TITLES_LONGEST_FIRST,
)
from entity_resolution.standardize.text import clean, has_ideograph, is_ideograph, simplify
from entity_resolution.standardize.western_names import western_name

MOST_FORMS = 4

_BRACKETS = re.compile(r"[(\[{<【〔「『](.*?)[)\]}>】〕」』]")
_BETWEEN = re.compile(r"[/、,;&|+]|和(?=.{2,4}$)(?<=.{3})")
_BETWEEN_WESTERN = re.compile(r"[/;&|+]|\band\b", re.IGNORECASE)
_DOTS = re.compile(r"(?<=[\u3400-\u9fff])[·•‧∙⋅.・﹒](?=[\u3400-\u9fff])")
_MASK = re.compile(r"[*●○•#]|某|(?<=[\u3400-\u9fff])[xX×]+")
_ONLY_MASK = re.compile(r"^\**$")
_DIGITS = re.compile(r"\+?\d[\d\- ]*")
_FAMILIAR = frozenset("老小大")


class NameReading(NamedTuple):
    """What a name field says: forms of the name, a gender its title tells, a mobile number written into it."""

    forms: tuple[PersonName, ...] = ()
    gender: str = ""
    mobile: str = ""
    status: str = ""


def person_names(full: object, family: object = None, given: object = None) -> NameReading:
    """Read a name field, with the surname and given name beside it where the source knows them."""
    return _read(clean(full), clean(family), clean(given))


@lru_cache(maxsize=8192)
def _read(full: str, family: str, given: str) -> NameReading:
    parts = _joined(family, given)
    mobile = mobile_inside(full)
    text = simplify(_DIGITS.sub(" ", full)).strip() or parts
    if not text:
        return NameReading(mobile=mobile, status="filler" if full else "")
    forms: list[PersonName] = []
    gender = ""
    known_family = simplify(family)
    is_western = not has_ideograph(text)
    for piece in _western_pieces(text) if is_western else _pieces(text):
        if has_ideograph(piece):
            form, piece_gender = _chinese(piece, known_family)
        else:
            form, piece_gender = western_name(piece, *((family, given) if is_western else ()))
        gender = gender or piece_gender
        if form is not None and form not in forms:
            forms.append(form)
    if len({form.text for form in forms if form.kind == "full"}) > 1:
        return NameReading(tuple(forms[:MOST_FORMS]), "", mobile, "several_names")
    return NameReading(tuple(forms[:MOST_FORMS]), gender, mobile, "" if forms else "filler")


def _joined(family: str, given: str) -> str:
    return simplify(family + given) if has_ideograph(family + given) else f"{given} {family}".strip()


def _pieces(text: str) -> list[str]:
    """Split a field that holds several forms: in brackets, with a separator, Chinese beside Latin letters."""
    inside = _BRACKETS.findall(text)
    pieces = [_DOTS.sub("·", piece) for piece in (*_BETWEEN.split(_BRACKETS.sub(" ", text)), *inside)]
    split: list[str] = []
    for piece in pieces:
        masked = _MASK.sub("*", piece)
        if has_ideograph(masked):
            split.append("".join(c for c in masked if not (c.isascii() and c.isalpha())))
            masked = "".join(c if c.isascii() and c != "*" else " " for c in masked)
        split.append(masked)
    return [piece.strip() for piece in split if piece.strip(" *.-_'\"")]


def _western_pieces(text: str) -> list[str]:
    """Split a field in Latin letters that holds several names; a comma stands within one (SMITH, John)."""
    inside = _BRACKETS.findall(text)
    pieces = [_MASK.sub("*", piece) for piece in (*_BETWEEN_WESTERN.split(_BRACKETS.sub(" ", text)), *inside)]
    return [piece.strip() for piece in pieces if piece.strip(" *.-_'\"")]


def _chinese(piece: str, known_family: str) -> tuple[PersonName | None, str]:
    text = "".join(c for c in piece if is_ideograph(c) or c in "·*").strip("·")
    if text in NAME_FILLERS:
        return None, TITLE_GENDERS.get(text, "")
    text, title = _split_title(text)
    text = text.strip("·")
    gender = TITLE_GENDERS.get(title, "")
    if _ONLY_MASK.match(text) or text in NAME_FILLERS:
        return None, gender
    if "*" in text:
        return _masked(text, title), gender
    if "·" in text:
        return _minority(text, title), gender
    family = _family(text, known_family)
    if text == family or title in _FAMILIAR:
        return _titled(text, title), gender
    return _named(text, family, title), gender


def _split_title(text: str) -> tuple[str, str]:
    for title in TITLES_LONGEST_FIRST:
        rest = text.removesuffix(title)
        # One character is a title only behind a bare surname: 李妹 is 李 + 妹, 李小妹 is a name.
        if rest != text and rest and (len(title) > 1 or _is_surname(rest)):
            return rest, title
    if len(text) >= 2 and text[0] in _FAMILIAR and text[1:] in FAMILIAR_SURNAMES:
        return text[1:], text[0]
    return text, ""


def _is_surname(text: str) -> bool:
    return text in SINGLE_SURNAMES or text in COMPOUND_SURNAMES


def _family(text: str, known_family: str) -> str:
    """Give the surname a full name begins with, "" when it begins with none."""
    if known_family and text.startswith(known_family):
        return known_family
    for length in range(min(LONGEST_SURNAME, len(text)), 1, -1):
        if text[:length] in COMPOUND_SURNAMES:
            return text[:length]
    return text[0] if text[0] in SINGLE_SURNAMES else ""


def _named(text: str, family: str, title: str) -> PersonName:
    given = text.removeprefix(family)
    is_doubled = len(text) == 2 and text[0] == text[1]  # 明明, 丽丽
    full = not is_doubled and ((family and len(given) <= 3) or len(text) == 3)
    if not full:
        # Without a surname in front it may be a given name, a nickname or a shop: it never contradicts.
        return PersonName("nickname", text, "", text, title, (), chinese_keys("", text)[1])
    family = family or text[0]
    given = text.removeprefix(family)
    family_keys, keys = chinese_keys(family, given)
    return PersonName("full", text, family, given, title, family_keys, keys)


def _minority(text: str, title: str) -> PersonName:
    """买买提·艾力: no Chinese surname; the dot is only a way of writing."""
    plain = text.replace("·", "")
    return PersonName("full", text, "", plain, title, (), chinese_keys("", plain)[1])


def _titled(family: str, title: str) -> PersonName:
    family_keys, _ = chinese_keys(family, "")
    return PersonName("titled", family, family, "", title, family_keys)


def _masked(text: str, title: str) -> PersonName:
    family = _family(text, "")
    if "*" in family:
        family = ""
    family_keys = chinese_keys(family, "")[0] if family else ()
    return PersonName("masked", text, family, text.removeprefix(family), title, family_keys)
