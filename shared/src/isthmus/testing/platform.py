"""The other services in tests: a stand-in that gives the answers a test has put into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isthmus.platform_client import Answer, Unanswered


@dataclass
class PlatformStandIn:
    """`under_test.context.platform = PlatformStandIn({("GET", "/v1/customers/7"): Answer(200, {…})})`."""

    answers: dict[tuple[str, str], Answer | Unanswered] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body of each question, in order."""

    async def ask(
        self, method: str, path: str, *, params: Mapping[str, str], body: Any, purpose: str | None, seconds: float
    ) -> Answer | Unanswered:
        """The answer to a question; what nobody has put in is unanswered."""
        del params, purpose, seconds
        self.asked.append((method, path, body))
        return self.answers.get((method, path), Unanswered("unreachable"))

    async def close(self) -> None:
        """Nothing to close."""
