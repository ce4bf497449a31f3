"""Who does the work: never somebody without a skill it needs."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from aftersales.workshops.technicians import best_technician

SKILLS = st.dictionaries(st.sampled_from(["engine", "electric", "paint"]), st.integers(1, 5))


@given(
    st.dictionaries(st.sampled_from("甲乙丙丁"), SKILLS),
    st.lists(st.sampled_from(["engine", "electric"]), unique=True),
    st.dictionaries(st.sampled_from("甲乙丙丁"), st.integers(0, 5)),
)
def test_who_is_chosen_can_do_it_and_nobody_who_can_is_better(
    staff: dict[str, dict[str, int]], needed: list[str], busy: dict[str, int]
) -> None:
    people = [SimpleNamespace(name=name, skills=skills) for name, skills in staff.items()]
    chosen = best_technician(people, needed, busy)
    able = [name for name, skills in staff.items() if set(needed) <= set(skills)]
    if chosen is None:
        assert not able
        return
    assert chosen in able
    weakest = {name: min((staff[name][skill] for skill in needed), default=0) for name in able}
    assert weakest[chosen] == max(weakest.values())
    rivals = [name for name in able if weakest[name] == weakest[chosen]]
    assert busy.get(chosen, 0) == min(busy.get(name, 0) for name in rivals)
