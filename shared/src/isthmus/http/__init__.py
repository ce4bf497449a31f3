"""HTTP as every service speaks it: problems, pages, versions, callers, one transaction a request."""

from isthmus.http.access_log import log_access
from isthmus.http.body_limit import takes_body_of
from isthmus.http.conflicts import naming_conflicts
from isthmus.http.dependencies import ClockDep, ContextDep, DatabaseDep, ReadSession, WriteConnection, WriteSession
from isthmus.http.etags import IfMatch, OptionalIfMatch, check_version, etag
from isthmus.http.models import MAX_INT64, ApiModel, LongText, ShortText, Text
from isthmus.http.openapi import COMMON_RESPONSES
from isthmus.http.pagination import Page, PageQuery, PageRequest, keyset, to_page
from isthmus.http.principal import Principal, require, require_one
from isthmus.http.problems import (
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    ProblemBody,
    Unauthorized,
    Unavailable,
    Unprocessable,
)
from isthmus.http.unit_of_work import UnitOfWorkRoute, service_router

__all__ = [
    "COMMON_RESPONSES",
    "MAX_INT64",
    "ApiModel",
    "ClockDep",
    "Conflict",
    "ContextDep",
    "DatabaseDep",
    "FieldError",
    "Forbidden",
    "IfMatch",
    "LongText",
    "NotFound",
    "OptionalIfMatch",
    "Page",
    "PageQuery",
    "PageRequest",
    "PreconditionFailed",
    "PreconditionRequired",
    "Principal",
    "Problem",
    "ProblemBody",
    "ReadSession",
    "ShortText",
    "Text",
    "Unauthorized",
    "Unavailable",
    "UnitOfWorkRoute",
    "Unprocessable",
    "WriteConnection",
    "WriteSession",
    "check_version",
    "etag",
    "keyset",
    "log_access",
    "naming_conflicts",
    "require",
    "require_one",
    "service_router",
    "takes_body_of",
    "to_page",
]
