"""Values of one attribute that exclude each other (冲突): at most one of them can be right."""

from collections.abc import Callable, Sequence
from typing import Any

from entity_resolution.records import PersonName
from entity_resolution.survivorship.candidates import VALID, Candidate
from entity_resolution.survivorship.ranking import Ranked

_WHOLE_NAMES = frozenset({"full", "latin"})


def competing(attribute: str, ranked: Sequence[Ranked]) -> list[Candidate]:
    """Give the best value and those that exclude it, the best first; nothing when none does."""
    usable = [one.best for one in ranked if one.best.validity >= VALID]
    excludes = _EXCLUDES.get(attribute, _differ)
    if attribute == "name":
        usable = [one for one in usable if one.found.kind in _WHOLE_NAMES]
    if not usable:
        return []
    others = [one for one in usable[1:] if excludes(usable[0].found, one.found)]
    return [usable[0], *others] if others else []


def _differ(one: Any, other: Any) -> bool:
    return bool(one != other)


def _dates_differ(one: str, other: str) -> bool:
    """Whether dates exclude each other; a partial date does not exclude a whole one."""
    return not (one.startswith(other) or other.startswith(one))


def _names_differ(one: PersonName, other: PersonName) -> bool:
    """Whether whole names of one writing differ; of a Latin name, parts may be left out."""
    if one.kind != other.kind:
        return False
    if one.kind == "full":
        return one.text != other.text
    words, other_words = set(one.text.split()), set(other.text.split())
    return not (words <= other_words or other_words <= words)


_EXCLUDES: dict[str, Callable[[Any, Any], bool]] = {"birth_date": _dates_differ, "name": _names_differ}
