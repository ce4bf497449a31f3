"""What a report tells: counts, sums of money and ratios of counts; reckoned from counts by org unit. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

Counts = Mapping[str, Mapping[tuple[str, str | None], int]]
"""By org unit: numbers by code of the figure and, where it is money, currency."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is counted: the rows of a table, by a time of theirs; what counts the same rows is counted at once."""

    table: Any
    at: Any
    """Column of the time by which a row lies in the period."""
    place: Any = None
    """Whose a row is, if not its `org_unit`'s."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A count of rows in the period; `where` says which count, `total` what is summed instead."""

    code: str
    en: str
    zh: str
    rows: Rows
    _: KW_ONLY
    where: Any = None
    total: Any = None
    """Column of integers."""
    money: Any = None
    """Column of money; then the sum of each currency is told."""
    shown: bool = True
    """Whether it is told, or is only part of a ratio."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two counts, by their codes: `times` 1000 gives thousandths, 1 a mean."""

    code: str
    en: str
    zh: str
    numerator: str
    denominator: str
    times: int = 1000


Figure = Counted | Ratio


@dataclass(frozen=True, slots=True)
class Reckoned:
    """One figure of one org unit; of all of them when that is None."""

    org_unit: str | None
    figure: Figure
    value: int | None
    currency: str | None = None


def reckon(figures: Sequence[Figure], counts: Counts) -> list[Reckoned]:
    """Each figure of each org unit, then of all together; a ratio of all is one of sums, not a mean of ratios."""
    everything: Counter[tuple[str, str | None]] = Counter()
    for of_unit in counts.values():
        everything.update(of_unit)
    told = [one for unit in sorted(counts) for one in _of_unit(unit, figures, counts[unit])]
    return [*told, *_of_unit(None, figures, everything)]


def _of_unit(
    unit: str | None, figures: Sequence[Figure], counts: Mapping[tuple[str, str | None], int]
) -> list[Reckoned]:
    told: list[Reckoned] = []
    for figure in figures:
        if isinstance(figure, Ratio):
            whole = counts.get((figure.denominator, None), 0)
            part = counts.get((figure.numerator, None), 0)
            told.append(Reckoned(unit, figure, part * figure.times // whole if whole else None))
        elif figure.money is not None:
            currencies = sorted(currency or "" for code, currency in counts if code == figure.code)
            told += [Reckoned(unit, figure, counts[figure.code, one], one) for one in currencies]
        elif figure.shown:
            told.append(Reckoned(unit, figure, counts.get((figure.code, None), 0)))
    return told
