"""Versions as entity tags: `ETag` on answers, `If-Match` on changes."""

import re
from typing import Annotated

from fastapi import Depends, Header

from isthmus.http.models import MAX_INT64
from isthmus.http.problems import PreconditionFailed, PreconditionRequired

_TAG = re.compile(r'(?:W/)?"(\d{1,19})"')


def etag(version: int) -> str:
    """The entity tag of a version, quoted as the header wants it."""
    return f'"{version}"'


_Tag = Annotated[
    str | None, Header(alias="If-Match", max_length=100, description="`ETag` of the version that was read.")
]


async def _version_from_if_match(
    if_match: _Tag = None,
) -> int:
    version = await _version_if_any(if_match)
    if version is None:
        raise PreconditionRequired("if_match_required", "Send If-Match with the ETag of the version you have read.")
    return version


async def _version_if_any(
    if_match: _Tag = None,
) -> int | None:
    if if_match is None:
        return None
    match = _TAG.fullmatch(if_match.strip())
    if match is None or int(match[1]) > MAX_INT64:
        raise PreconditionFailed("version_mismatch", "If-Match is not an ETag of this resource.")
    return int(match[1])


IfMatch = Annotated[int, Depends(_version_from_if_match)]
"""The version the caller has read; 428 when the header is absent, 412 when it is no tag of ours."""

OptionalIfMatch = Annotated[int | None, Depends(_version_if_any)]
"""As `IfMatch`, for changes that the state of the thing guards as well: None when the header is absent."""


def check_version(current: int, if_match: int) -> None:
    """Raise 412 unless the caller has read the current version."""
    if current != if_match:
        raise PreconditionFailed(
            "version_mismatch", "The resource has changed since you read it.", headers={"ETag": etag(current)}
        )
