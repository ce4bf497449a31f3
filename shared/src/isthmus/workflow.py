"""State machines (状态机) as a table: which step leads from which states to which one."""

from collections.abc import Iterable, Mapping

from isthmus.http import Conflict


class Workflow:
    """The states a document may be in and the steps between them; refuses every step that is not in the table."""

    def __init__(
        self,
        initial: str,
        steps: Mapping[str, tuple[Iterable[str], str]],
        *,
        changeable: Iterable[str] | None = None,
    ) -> None:
        """Declare the table: `steps` gives for each step the states it may be taken from and the one it leads to.

        `changeable` are the states in which fields may be changed; unless given, all that a step leads out of.
        """
        self.initial = initial
        self._steps = {step: (frozenset(before), after) for step, (before, after) in steps.items()}
        self.states = frozenset({initial}).union(*(before | {after} for before, after in self._steps.values()))

        open_states = self.states - {state for state in self.states if self.is_final(state)}
        self.changeable = open_states if changeable is None else frozenset(changeable)

    @property
    def steps(self) -> tuple[str, ...]:
        """All steps, in the order of the table."""
        return tuple(self._steps)

    def allowed(self, state: str) -> list[str]:
        """The steps that may be taken from `state`, in the order of the table."""
        return [step for step, (before, _) in self._steps.items() if state in before]

    def is_final(self, state: str) -> bool:
        """Whether no step leads out of `state`."""
        return not self.allowed(state)

    def after(self, state: str, step: str) -> str:
        """The state that `step` leads to; raises a 409 problem when it may not be taken from `state`."""
        before, after = self._steps[step]
        if state in before:
            return after
        allowed = ", ".join(self.allowed(state)) or "none, this state is final"
        raise Conflict(
            "step_not_allowed", f"The step {step!r} is not allowed in the state {state!r}. Allowed now: {allowed}."
        )

    def require_changeable(self, state: str) -> None:
        """Raise a 409 problem unless fields may be changed in `state`."""
        if state not in self.changeable:
            raise Conflict("not_changeable", f"Nothing can be changed in the state {state!r}.")
