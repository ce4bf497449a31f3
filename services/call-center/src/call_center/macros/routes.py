"""Routes of macros (宏): list them, and run one on an interaction, all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field

from call_center.access import Reading, Writing
from call_center.interactions import InteractionView, interactions
from call_center.macros.declared import MACROS, Filled, Macro, MacroInput
from call_center.macros.doing import MadeByMacro, Run, do
from isthmus.contracts.fields import Code
from isthmus.http import (
    ApiModel,
    FieldError,
    NotFound,
    OptionalIfMatch,
    Problem,
    Unprocessable,
    service_router,
)
from isthmus.parties.history import check_unchanged

router = service_router(prefix="/v1/call-center/macros", tags=["macros"])
running_router = service_router(prefix="/v1/call-center/interactions", tags=["macros"])


class AskedField(ApiModel):
    """A field the agent may fill in (填写项)."""

    field: Filled = Field(description="Field (字段).")
    is_needed: bool = Field(description="Whether the macro cannot be run without it (必填).")


class MacroView(Macro):
    """A macro (宏)."""

    code: Code = Field(description="Code (宏代码).")
    fields: list[AskedField] = Field(description="What the agent may fill in (填写项); nothing else.")


class MacroDone(ApiModel):
    """What a macro has done (宏执行结果)."""

    macro: Code = Field(description="Code (宏代码).")
    made: list[MadeByMacro] = Field(description="What each action has made or changed (动作结果), in their order.")
    interaction: InteractionView = Field(description="The interaction (互动) as it is now.")


@router.get("")
async def list_macros(work: Reading) -> list[MacroView]:
    """List the macros (宏列表): what each does, and what the agent fills in."""
    del work
    return [_view(code, macro) for code, macro in MACROS.items()]


@running_router.post("/{interaction_id}/macros/{code}")
async def run_macro(
    interaction_id: UUID,
    code: Annotated[Code, Path(description="Code of the macro (宏代码).")],
    body: MacroInput,
    work: Writing,
    version: OptionalIfMatch,
) -> MacroDone:
    """Run a macro on an interaction (执行宏): its actions in their order, all of them or none.

    An action that fails is named in the answer. A macro wraps up the interaction, so a second click is refused, and one
    with the same `Idempotency-Key` gets the first answer. Each action is allowed to whoever may write here.
    """
    macro = MACROS.get(code)
    if macro is None:
        raise NotFound("not_found", f"There is no such macro. There are {', '.join(sorted(MACROS))}.")
    _check_fits(macro, body)
    interaction = await interactions.find(work, interaction_id, lock=True)
    work.require_org_unit(interaction.org_unit)
    if version is not None:
        await check_unchanged(work.session, interaction, version)
    run, made = Run(work, interaction, body), []
    for number, action in enumerate(macro.actions, 1):
        with _naming(f"Action {number} of {len(macro.actions)}, {action.do}"):
            made.append(await do(run, action))
    return MacroDone(macro=code, made=made, interaction=await interactions.get(work, interaction_id))


def _view(code: str, macro: Macro) -> MacroView:
    fields = [AskedField(field=name, is_needed=is_needed) for name, is_needed in macro.asks().items()]
    return MacroView(code=code, zh=macro.zh, en=macro.en, actions=macro.actions, fields=fields)


def _check_fits(macro: Macro, given: MacroInput) -> None:
    """Raise a 422 problem that names each field that is missing, or that would be lost."""
    asked = macro.asks()
    missing = [
        FieldError(f"/{name}", "missing", "This macro needs it.")
        for name, is_needed in asked.items()
        if is_needed and getattr(given, name) is None
    ]
    lost = [
        FieldError(f"/{name}", "not_asked_for", "This macro has no use for it.")
        for name in type(given).model_fields
        if name not in asked and getattr(given, name) is not None
    ]
    if missing or lost:
        raise Unprocessable("wrong_macro_input", "What was filled in does not fit the macro.", [*missing, *lost])


@contextmanager
def _naming(action: str) -> Iterator[None]:
    """Let a problem say which action it is of."""
    try:
        yield
    except Problem as problem:
        detail = f"{action}: {problem.detail}"
        errors = [FieldError("/code", problem.code, detail, "path")]
        raise Problem(problem.status, problem.code, detail, errors, problem.headers) from problem
