import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.kpis.formulas import FORMULAS, MEASURES, Formula, Formulas

COUNTS = st.fixed_dictionaries(dict.fromkeys(MEASURES, st.integers(0, 10**6)))


@given(COUNTS)
def test_a_figure_is_there_wherever_there_is_something_to_divide_by(counts: dict[str, int]) -> None:
    for formula in FORMULAS.kpis.values():
        assert (formula.value(counts) is None) == (counts[formula.denominator] == 0)


@given(COUNTS, st.sampled_from(sorted(FORMULAS.kpis)))
def test_a_share_of_a_whole_is_at_most_all_of_it(counts: dict[str, int], code: str) -> None:
    formula = FORMULAS.kpis[code]
    share = counts | {formula.numerator: min(counts[formula.numerator], counts[formula.denominator])}
    value = formula.value(share)
    assert value is None or 0 <= value <= formula.times


def test_a_figure_of_itself_is_refused() -> None:
    ssi = FORMULAS.kpis["ssi"]
    wrong = Formula.model_construct(**(dict(ssi) | {"numerator": "responses", "denominator": "responses"}))
    with pytest.raises(ValueError, match="itself"):
        Formulas(kpis={"all": wrong})
