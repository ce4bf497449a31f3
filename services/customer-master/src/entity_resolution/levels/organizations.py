"""How well two names of organisations agree: the same firm, its short form, another branch, place or firm."""

from rapidfuzz.distance import DamerauLevenshtein

from entity_resolution.frequencies import TermFrequencies
from entity_resolution.levels.western_organizations import western_organization_level
from entity_resolution.records import OrganizationName, StandardRecord

SHORT_CORE = 2
NEAR_CORE = 4


def organization_level(left: OrganizationName, right: OrganizationName, frequencies: TermFrequencies) -> str:
    """Give the level; two registered firms may differ in nothing but the place, in front or in brackets."""
    if left.core.isascii() and right.core.isascii():
        return western_organization_level(left, right, frequencies)
    if left.core == right.core:
        return _same_core_level(left, right)
    if left.branch == right.branch and _places(left) == _places(right):
        distance = DamerauLevenshtein.distance(left.core, right.core, score_cutoff=1)
        longest = max(len(left.core), len(right.core))
        if distance <= 1 and longest >= NEAR_CORE:
            return "near" if longest > NEAR_CORE else "core_slip"
    shorter, longer = sorted((left, right), key=lambda name: len(name.core))
    is_short = len(shorter.core) >= SHORT_CORE and not shorter.form and longer.core.startswith(shorter.core)
    return "abbreviation" if is_short and not _places_differ(left, right) else "other"


def _same_core_level(left: OrganizationName, right: OrganizationName) -> str:
    if left.branch != right.branch:
        return "other_branch"
    if _places(left) == _places(right):
        # Two short forms may be short for two firms; a registered name names its form or its place.
        return "same" if left.form or right.form or any(_places(left)) else "short_form"
    return "other_place" if _places_differ(left, right) else "short_form"


def _places(name: OrganizationName) -> tuple[str, str]:
    return name.front_place, name.bracketed_place


def _places_differ(left: OrganizationName, right: OrganizationName) -> bool:
    """Whether both registered forms name places that differ; a form that names none is only short."""
    return any(_places(left)) and any(_places(right)) and _places(left) != _places(right)


_AGAINST_ORGANIZATION = {
    "person_name": "person_name_against_organization",
    "part_of_name": "part_of_name_against_organization",
    "unnamed": "unnamed_against_organization",
}


def party_level(left: str, right: str) -> str:
    """Weigh an untyped record against an organisation by how clearly it names a person."""
    kinds = {left, right} - {"organization"}
    return _AGAINST_ORGANIZATION[kinds.pop()] if left != right and len(kinds) == 1 else ""


def party(record: StandardRecord) -> str:
    """Give ``organization``, or of other records ``person_name`` for a full name, ``part_of_name``, ``unnamed``."""
    if record.party_type == "organization":
        return "organization"
    if any(form.kind in {"full", "latin"} for form in record.names):
        return "person_name"
    return "part_of_name" if record.names else "unnamed"
