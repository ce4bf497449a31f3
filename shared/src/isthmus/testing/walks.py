"""Walks through a state machine that together take every step there is from every state."""

from collections.abc import Collection, Iterator

from isthmus.workflow import Workflow

Walk = list[str]


def walks(workflow: Workflow, steps: Collection[str]) -> Iterator[Walk]:
    """Give walks from the initial state until each of `steps` was taken from each state that allows it."""
    shortest = _shortest_walks(workflow, steps)
    untaken = {(state, step) for state in shortest for step in workflow.allowed(state) if step in steps}
    while untaken:
        state, step = min(untaken, key=lambda transition: (len(shortest[transition[0]]), transition))
        walk = [*shortest[state]]
        while step:
            walk.append(step)
            untaken.discard((state, step))
            state = workflow.after(state, step)
            step = next((step for step in workflow.allowed(state) if (state, step) in untaken), "")
        yield walk


def _shortest_walks(workflow: Workflow, steps: Collection[str]) -> dict[str, Walk]:
    """A shortest walk to each state that can be reached, nearest first."""
    found: dict[str, Walk] = {workflow.initial: []}
    to_visit = [workflow.initial]
    for state in to_visit:
        for step in workflow.allowed(state):
            if step in steps and (after := workflow.after(state, step)) not in found:
                found[after] = [*found[state], step]
                to_visit.append(after)
    return found
