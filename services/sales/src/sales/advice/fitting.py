"""How well a variant fits what is wanted (适配度): each want is met, missed or cannot be told. Pure, in integers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["fits", "misses", "unknown"]
Value = int | str
Facts = Mapping[str, Value | None]
"""What is known of a variant, by name: its attributes, its price, what is in stock; None is not known."""


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanted of one fact, by exactly one of the three bounds, and how much it counts."""

    check: str
    """The name of the rule it comes of."""
    fact: str
    points: int
    must: bool
    """Whether a variant that misses it does not fit at all."""
    at_least: int | None = None
    at_most: int | None = None
    one_of: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one want; points are given only where it is met."""

    want: Want
    outcome: Outcome
    has: Value | None

    @property
    def points(self) -> int:
        """What it adds to the score."""
        return self.want.points if self.outcome == "fits" else 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variant: its code, which tells it from all others, and its facts."""

    code: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one variant fits."""

    code: str
    findings: tuple[Finding, ...]
    points: int
    musts_missed: int
    price: int | None

    @property
    def fits(self) -> bool:
        """Whether it misses nothing that must be."""
        return self.musts_missed == 0


def rank(candidates: Iterable[Candidate], wants: Sequence[Want], highest: int) -> list[Fit]:
    """All candidates, the best first: who misses the fewest musts, then who has more points, then who costs less.

    The order does not depend on that of the candidates; a bound that is drawn tighter never gains a variant points.
    """
    return sorted((fit(candidate, wants, highest) for candidate in candidates), key=_place)


def fit(candidate: Candidate, wants: Sequence[Want], highest: int) -> Fit:
    """Judge one candidate by all wants; the sum of the points is cut at `highest`."""
    findings = tuple(_judge(want, candidate.facts.get(want.fact)) for want in wants)
    price = candidate.facts.get("price")
    return Fit(
        code=candidate.code,
        findings=findings,
        points=min(sum(finding.points for finding in findings), highest),
        musts_missed=sum(finding.want.must and finding.outcome == "misses" for finding in findings),
        price=price if isinstance(price, int) else None,
    )


def _judge(want: Want, has: Value | None) -> Finding:
    if has is None:
        return Finding(want, "unknown", None)
    return Finding(want, "fits" if _meets(want, has) else "misses", has)


def _meets(want: Want, has: Value) -> bool:
    """Whether a value meets a want; a number is never one of words, nor a word within bounds."""
    if isinstance(has, str):
        return has in (want.one_of or ())
    if want.at_most is not None:
        return has <= want.at_most
    return want.at_least is not None and has >= want.at_least


def _place(one: Fit) -> tuple[int, int, bool, int, str]:
    return one.musts_missed, -one.points, one.price is None, one.price or 0, one.code
