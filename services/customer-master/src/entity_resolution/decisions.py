"""What was decided about two records, and why; a steward's decision beside the machine's."""

from typing import Literal, NamedTuple

from entity_resolution.records import RecordKey

Outcome = Literal["link", "possible", "none"]


class Contribution(NamedTuple):
    """What one field, or one rule, added to the weight of a pair (thousandths of natural-log odds)."""

    field: str
    level: str
    weight: int


class PairDecision(NamedTuple):
    """The machine's decision about two records, ``left < right``.

    ``weight`` is the sum of ``contributions``; ``veto`` names what forbids the link whatever the weight; ``rule`` names
    the pattern the pair shows.
    """

    left: RecordKey
    right: RecordKey
    weight: int
    contributions: tuple[Contribution, ...]
    veto: str | None
    rule: str
    outcome: Outcome
    model_version: str


class StewardDecision(NamedTuple):
    """A person's decision: the two records are one customer (``link``) or are not (``unlink``)."""

    decision_id: str
    kind: Literal["link", "unlink"]
    left: RecordKey
    right: RecordKey
