"""One request and its answer: what was read of the head, and what every answer of the gateway carries."""

from dataclasses import dataclass

from gateway.asgi import HeaderList, Message, Receive, Scope, Send, send_problem
from gateway.headers import RequestHead, with_security_headers
from isthmus.http.problem_titles import preferred_language
from isthmus.http.problems import Problem
from isthmus.ids import new_id


class Answer:
    """Wraps `send`: remembers the status, and puts the request id and the security headers on every answer."""

    __slots__ = ("_scope", "_send", "own_headers", "request_id", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self.status: int | None = None
        self.request_id = b""
        self.own_headers: HeaderList = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], (b"x-request-id", self.request_id), *self.own_headers]
            message["headers"] = with_security_headers(headers)
        await self._send(message)

    async def problem(self, problem: Problem, instance: str, extra: dict[str, str] | None = None) -> None:
        """Answer with a problem document; does nothing once an answer has begun."""
        if self.status is not None:
            return
        if not self.request_id:
            self.request_id = str(new_id()).encode()
        wanted = dict(self._scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        language = preferred_language(wanted)
        await send_problem(self, problem, instance, self.request_id.decode(), language, extra)


@dataclass(slots=True)
class Exchange:
    """A request whose head has been read, with its answer."""

    scope: Scope
    receive: Receive
    answer: Answer
    head: RequestHead
    raw_path: str
    """The path as it came, still percent-encoded."""
    now: float
    """Seconds since 1970 at which the request came."""

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def client_address(self) -> str:
        client = self.scope.get("client")
        return str(client[0]) if client else "unknown"
