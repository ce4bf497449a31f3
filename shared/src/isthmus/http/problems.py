"""Errors as RFC 9457 problem documents: raised anywhere in a request, rendered in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Location = Literal["body", "query", "path", "header"]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one value: where it stands (a JSON pointer within its location), and why."""

    pointer: Annotated[str, Field(description="Where the value stands (字段位置), as a JSON pointer.")]
    code: Annotated[str, Field(description="Kind of error, for programs (错误代码).")]
    message: Annotated[str, Field(description="What is wrong, for people (说明).")]
    location: Annotated[Location, Field(description="Part of the request the pointer is meant within.")] = "body"


class ProblemBody(BaseModel):
    """The problem document as it goes over the wire."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Kind of problem as a URN.")
    title: str = Field(description="What its status is called.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="What went wrong, for people (说明).")
    instance: str = Field(description="Path that was asked for.")
    code: str = Field(description="Kind of problem, for programs (错误代码).")
    request_id: str = Field(description="Number of the request (请求号), as the logs have it.")
    errors: list[FieldError] = Field(default=[], description="What is wrong with which field.")


class Problem(Exception):  # noqa: N818 - the RFC's word, and callers read `raise Conflict(…)`
    """An answer other than success: `code` is for programs, `detail` for people; it must hold no personal data."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        *,
        retryable: bool = False,
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        if retryable:
            self.headers.setdefault("Retry-After", "1")


class _FixedStatusProblem(Problem):
    fixed_status: ClassVar[int]

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        *,
        retryable: bool = False,
    ) -> None:
        super().__init__(self.fixed_status, code, detail, errors, headers, retryable=retryable)


class Unauthorized(_FixedStatusProblem):
    """Who calls is not known."""

    fixed_status = 401


class Forbidden(_FixedStatusProblem):
    """Who calls is known and may not do this."""

    fixed_status = 403


class NotFound(_FixedStatusProblem):
    """There is no such thing, or none the caller may know of."""

    fixed_status = 404


class Conflict(_FixedStatusProblem):
    """The state of the thing does not allow this."""

    fixed_status = 409


class PreconditionFailed(_FixedStatusProblem):
    """The thing has changed since the caller read it."""

    fixed_status = 412


class Unprocessable(_FixedStatusProblem):
    """The request is understood and wrong; `errors` names the fields."""

    fixed_status = 422


class PreconditionRequired(_FixedStatusProblem):
    """A change must say which version it is meant for."""

    fixed_status = 428


class Unavailable(_FixedStatusProblem):
    """Something we depend on is away for now: the caller may try again."""

    fixed_status = 503

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail, retryable=True)
