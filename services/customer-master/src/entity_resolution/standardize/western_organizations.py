"""Names of organisations in Latin letters: legal forms, abbreviations, "&", "The" and dots told from the words."""

import re
from functools import lru_cache

from entity_resolution.records import OrganizationName
from entity_resolution.standardize.tables import COUNTRIES, LEGAL_FORMS, ORGANIZATION_ABBREVIATIONS
from entity_resolution.standardize.western_names import western_letters

_DOTTED = re.compile(r"\b(?:[A-Za-z]\.\s?){2,}(?:[A-Za-z]\b)?")
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_BRANCH = re.compile(
    r"\s[-–]\s*(.+? (?:BRANCH|OFFICE|BRANCH OFFICE))$|\s[-–]\s*(?:BRANCH|FILIALE|NIEDERLASSUNG)\s+(.+)$"
)
_WORDS = re.compile(r"[^\w']+|_")
_AND = frozenset({"AND", "UND", "ET", "Y"})
_LINKING = _AND | {"THE", "OF", "FOR", "FUR", "DE", "DU", "DES", "LA", "LE", "LES", "DER", "DIE", "DAS"}
_FORMS_IN_FRONT = frozenset({"SARL", "SAS", "SASU", "EURL", "SA", "SNC", "GMBH", "AB", "OY"})


@lru_cache(maxsize=8192)
def western_organization(text: str) -> OrganizationName | None:
    """Read a firm's name in capital Latin letters; ``core`` is its words without linking words."""
    rest = text.replace("&", " AND ").replace("+", " AND ")
    branch = ""
    if found := _BRANCH.search(rest):
        branch = _joined(found[1] or found[2])
        rest = rest[: found.start()]
    bracketed = ""
    for inside in _BRACKETED.findall(rest):
        bracketed = bracketed or COUNTRIES.get(inside.strip(), _joined(inside))
    rest = undotted(_BRACKETED.sub(" ", rest))
    words = [letters for word in _WORDS.split(rest.replace("A/S", "AS")) if (letters := _folded(word))]
    words, form = _without_form(words)
    core = [ORGANIZATION_ABBREVIATIONS.get(word, word) for word in words if word not in _LINKING] or words
    if not core:
        return None
    return OrganizationName(text, " ".join(core), "", bracketed, branch, form)


def undotted(text: str) -> str:
    """Give initials without their dots: L.L.C. → LLC."""
    return _DOTTED.sub(lambda dotted: dotted[0].replace(".", "").replace(" ", "") + " ", text).strip()


def _folded(word: str) -> str:
    if any(map(str.isdigit, word)):
        return "".join(character for character in word if character.isascii() and character.isalnum())
    return western_letters(word)


def _joined(text: str) -> str:
    return " ".join(letters for word in _WORDS.split(text) if (letters := _folded(word)))


def _without_form(words: list[str]) -> tuple[list[str], str]:
    """Take the legal form off the end, or off the front (SARL DUPONT); a name is never only a form."""
    forms: list[str] = []
    rest = list(words)
    while len(rest) > 1 and (rest[-1] in LEGAL_FORMS or (forms and rest[-1] in _AND)):
        word = rest.pop()
        if word not in _AND:
            forms.insert(0, LEGAL_FORMS[word])
    if not forms and len(rest) > 1 and rest[0] in _FORMS_IN_FRONT:
        forms.append(LEGAL_FORMS[rest.pop(0)])
    if len(rest) > 1 and rest[-1] in _AND:
        rest.pop()
    return rest, " ".join(dict.fromkeys(forms))
