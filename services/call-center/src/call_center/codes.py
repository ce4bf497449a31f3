"""Codes (代码) of the call-center: wrap-up codes in two levels, close codes, departments; declared in `codes.yaml`."""

from collections.abc import Mapping
from importlib.resources import files

import yaml
from pydantic import Field

from call_center.access import Reading
from isthmus.contracts.fields import Code
from isthmus.http import ApiModel, FieldError, Unprocessable, service_router


class CodeText(ApiModel):
    """What a code is called."""

    zh: str = Field(description="Chinese name (中文名称).")
    en: str = Field(description="English name (英文名称).")
    retired: bool = Field(default=False, description="No longer offered (已停用).")


class WrapUpCode(CodeText):
    """Why a customer is in contact (来电原因), and what it may be about."""

    details: dict[Code, CodeText] = Field({}, description="Second level (二级原因), by code.")


class Codes(ApiModel):
    """All codes, each by its name."""

    wrap_up: dict[Code, WrapUpCode] = Field(description="Wrap-up codes (话后小结), two levels.")
    close: dict[Code, CodeText] = Field(description="Close codes of cases (结案代码).")
    departments: dict[Code, CodeText] = Field(description="Departments (部门) that tasks go to.")


CODES = Codes.model_validate(yaml.safe_load(files("call_center").joinpath("codes.yaml").read_text("utf-8")))
router = service_router(prefix="/v1/call-center/codes", tags=["codes"])


@router.get("")
async def list_codes(work: Reading) -> Codes:
    """Show all codes, with their names in Chinese and English."""
    del work
    return CODES


def check_code(known: Mapping[str, CodeText], code: str | None, field: str) -> None:
    """Raise a 422 problem that names the known codes unless there is no code, or it is one of them."""
    if code is None or code in known:
        return
    detail = f"The codes are {', '.join(sorted(known))}." if known else "There are no codes of this level."
    raise Unprocessable("unknown_code", detail, [FieldError(f"/{field}", "unknown_code", detail)])


def check_wrap_up(reason: str | None, detail: str | None) -> None:
    """Raise a 422 problem unless the two levels of a wrap-up code are known and belong together."""
    check_code(CODES.wrap_up, reason, "reason")
    check_code(CODES.wrap_up[reason].details if reason else {}, detail, "reason_detail")
