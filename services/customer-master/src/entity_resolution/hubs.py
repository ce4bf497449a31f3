"""Hubs: values so many different customers share (a dealer's own phone, a switchboard) that they prove nothing."""

from collections import Counter
from collections.abc import Iterable

from entity_resolution.model import MatchModel
from entity_resolution.records import StandardRecord
from entity_resolution.standardize.pinyin import is_surname_in_letters
from entity_resolution.western_blocking import name_sounds


def is_generic(holders: Iterable[StandardRecord], model: MatchModel) -> bool:
    """Whether a value held by these records is generic: many names and none that dominates, or far too many records.

    A firm's number that most of its named records call the same firm stays evidence, however often it is used. A pure
    function of the holders, so that it may flip in both directions.
    """
    records = list(holders)
    if len(records) > model.hubs.records:
        return True
    named = Counter(name for record in records if (name := _name(record)))
    if len(named) < model.hubs.names:
        return False
    return max(named.values()) * 100 <= model.hubs.share_percent * sum(named.values())


def _name(record: StandardRecord) -> str:
    """Give whom a record names: the firm, else the person by full name; titles and masks name nobody.

    Western names count by their sound, so that one person's slips are not taken for many people.
    """
    if record.organization is not None:
        return record.organization.core
    form = next((form for form in record.names if form.kind in {"full", "latin"} and form.keys), None)
    if form is None:
        return ""
    is_western = form.kind == "latin" and not any(map(is_surname_in_letters, form.text.split()))
    return "|".join(name_sounds(form)) if is_western else form.keys[0]
