"""Names as people write them: 欧阳靖宇, 王先生, John McDonald, Bosch Service GmbH."""

import re
from collections.abc import Iterable
from typing import Any

from entity_resolution.records import OrganizationName, PersonName
from entity_resolution.standardize.organizations import split_contact
from entity_resolution.standardize.text import clean, part
from entity_resolution.survivorship.members import Member

_TITLES_IN_FRONT = frozenset("老小大")
_PARTICLES = frozenset(
    {"da", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "la", "le", "ten", "ter", "van", "von", "zu"}
)
_NUMERALS = frozenset({"II", "III", "IV"})


def told_name(name: PersonName, member: Member) -> dict[str, Any]:
    """Give the golden form of a person's name; ``full`` is what to call the person."""
    return {
        "full": written_name(name, member.body.get("name")),
        "family": _usual_case(name.family) or None,
        "given": _usual_case(name.given) or None,
        "title": name.title or None,
        "kind": name.kind,
    }


def written_name(name: PersonName, raw: Any = None) -> str:
    """Give a name as it is said; ``raw`` is the record's own name field, whose upper and lower case is kept."""
    if name.kind == "titled":
        return _with_title(name)
    if not name.text.isupper():
        return name.text
    spelt = f"{clean(part(raw, 'given'))} {clean(part(raw, 'family'))}".strip()
    return _as_written((clean(part(raw, "full")), spelt), name.text)


def _with_title(name: PersonName) -> str:
    if name.text.isupper():
        return f"{name.title.capitalize()} {_cased(name.text)}"
    return name.title + name.text if name.title in _TITLES_IN_FRONT else name.text + name.title


def firm_as_written(firm: OrganizationName, member: Member) -> str:
    """Give a firm's name in standard form, with the source's own upper and lower case."""
    raw = member.body.get("name")
    written = (split_contact(part(raw, field))[0] for field in ("organization", "full"))
    return next((text for text in written if text.upper() == firm.text), firm.text)


def _as_written(written: Iterable[str], text: str) -> str:
    """Give the source's writing of ``text`` if it has upper and lower case, else the usual one."""
    own = (one for one in written if one.upper() == text and not one.isupper() and not one.islower())
    return next(own, "") or _cased(text)


def _usual_case(text: str) -> str:
    return _cased(text) if text.isupper() else text


def _cased(text: str) -> str:
    """Give upper-case Latin words in the usual case: O'Brien, McDonald, Ludwig van Beethoven."""
    words = [_cased_word(word) for word in text.split(" ")]
    return " ".join([words[0], *(word.lower() if word.lower() in _PARTICLES else word for word in words[1:])])


def _cased_word(word: str) -> str:
    if word in _NUMERALS:
        return word
    told = "".join(one.capitalize() for one in re.split(r"([-'])", word))
    if told.startswith("Mc") and told[2:].isalpha():
        told = "Mc" + told[2:].capitalize()
    # Some letters have no lower case that leads back to them.
    return told if told.upper() == word else word
