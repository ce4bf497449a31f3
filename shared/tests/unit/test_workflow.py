import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.http import Conflict
from isthmus.workflow import Workflow

names = st.sampled_from("abcdef")
tables = st.dictionaries(
    st.sampled_from(["go", "stop", "turn", "rest"]), st.tuples(st.sets(names, min_size=1), names), max_size=4
)


@given(initial=names, table=tables, walk=st.lists(st.sampled_from(["go", "stop", "turn", "rest"]), max_size=20))
def test_a_walk_follows_the_table_and_never_leaves_its_states(
    initial: str, table: dict[str, tuple[set[str], str]], walk: list[str]
) -> None:
    workflow = Workflow(initial, table)
    state = initial
    for step in walk:
        if step not in table:
            continue
        allowed = state in table[step][0]
        assert (step in workflow.allowed(state)) == allowed
        if allowed:
            state = workflow.after(state, step)
            assert state == table[step][1]
        else:
            with pytest.raises(Conflict):
                workflow.after(state, step)
        assert state in workflow.states


def test_a_refusal_names_state_step_and_what_is_allowed() -> None:
    workflow = Workflow(
        "new", {"win": (["open"], "won"), "begin": (["new"], "open"), "lose": (["new", "open"], "lost")}
    )
    with pytest.raises(Conflict) as refused:
        workflow.after("new", "win")
    assert (refused.value.status, refused.value.code) == (409, "step_not_allowed")
    assert refused.value.detail == "The step 'win' is not allowed in the state 'new'. Allowed now: begin, lose."
    with pytest.raises(Conflict, match="none, this state is final"):
        workflow.after("won", "begin")


def test_fields_are_changed_in_the_states_that_say_so_else_in_all_but_final_ones() -> None:
    steps = {"send": (["draft"], "sent"), "close": (["sent"], "closed")}
    assert Workflow("draft", steps).changeable == {"draft", "sent"}
    only_drafts = Workflow("draft", steps, changeable=["draft"])
    only_drafts.require_changeable("draft")
    with pytest.raises(Conflict, match="sent"):
        only_drafts.require_changeable("sent")
