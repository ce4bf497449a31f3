"""The periods of a month make it up without gap or overlap; what is told of all is what is told of each, together."""

import re
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from isthmus.reports.figures import Counted, Counts, Ratio, Reckoned, Rows, reckon
from isthmus.reports.period import PATTERN, Period, period_of

MONTHS = st.builds(lambda year, month: f"{year:04}-{month:02}", st.integers(1900, 2199), st.integers(1, 12))
LEADS = Rows(table=None, at=None)
FIGURES = (
    Counted("leads", "Leads", "线索", LEADS),
    Counted("won", "Won", "成交", LEADS, shown=False),
    Ratio("conversion", "Converted", "转化率", numerator="won", denominator="leads"),
    Counted("amount", "Amount", "金额", LEADS, money="total"),
)
NUMBERS = st.dictionaries(
    st.sampled_from([("leads", None), ("won", None), ("amount", "CNY"), ("amount", "EUR")]), st.integers(0, 10**9)
)
COUNTS = st.dictionaries(st.sampled_from(["hq", "dealer:D0001", "dealer:D0002"]), NUMBERS)


@given(MONTHS)
def test_three_times_ten_days_are_the_month(month: str) -> None:
    whole = period_of(month)
    parts = [period_of(f"{month}-{part}") for part in "ABC"]
    assert (parts[0].first, parts[2].last) == (whole.first, whole.last)
    for earlier, later in pairwise(parts):
        assert earlier.last + timedelta(days=1) == later.first
        assert earlier.ends_at == later.starts_at
    assert (whole.last + timedelta(days=1)).day == 1


@given(MONTHS)
def test_every_name_that_keeps_to_the_pattern_is_a_period(month: str) -> None:
    assert re.match(PATTERN, month)
    for wrong in (f"{month}-D", f"{month}-a", f"{month}-01", month[:4], f"{month[:5]}13"):
        assert not re.match(PATTERN, wrong)


def test_a_day_begins_on_the_clock_of_shanghai() -> None:
    assert period_of("2026-11-C") == Period(date(2026, 11, 21), date(2026, 11, 30))
    assert period_of("2028-02").last == date(2028, 2, 29)
    assert period_of("2026-11").starts_at.isoformat() == "2026-10-31T16:00:00+00:00"


@given(COUNTS)
def test_all_together_is_the_sum_of_each_and_a_ratio_is_one_of_sums(counts: Counts) -> None:
    rows = reckon(FIGURES, counts)
    of_all = [row for row in rows if row.org_unit is None]

    def of(code: str, told: list[Reckoned], currency: str | None = None) -> list[int | None]:
        return [row.value for row in told if (row.figure.code, row.currency) == (code, currency)]

    each = [row for row in rows if row.org_unit is not None]
    for code, currency in (("leads", None), ("amount", "CNY"), ("amount", "EUR")):
        assert sum(value or 0 for value in of(code, of_all, currency)) == sum(
            value or 0 for value in of(code, each, currency)
        )
    leads, won = (sum(numbers.get((code, None), 0) for numbers in counts.values()) for code in ("leads", "won"))
    assert of("conversion", of_all) == [won * 1000 // leads if leads else None]
    assert of("won", rows) == []
