"""What `isthmus doctor` finds."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One checked thing: what was found, and what to do about it."""

    state: State
    subject: str
    what: str
    advice: str = ""
