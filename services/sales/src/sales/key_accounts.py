"""Key accounts (大客户): organisations, fleets and taxi companies, and the frame contracts they buy under."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Code, LongText, Text
from isthmus.contracts.sales_management import FrameContractChanged, KeyAccountChanged
from isthmus.http import ApiModel, FieldError, ShortText, Unprocessable, service_router
from isthmus.parties import Document, DocumentChange, DocumentFilter, Documents, DocumentView, NewDocument
from isthmus.timers import FiredTimer, Moment, set_timer
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.dealer_time import day_of, end_of


class KeyAccount(Document):
    """Table of key accounts."""

    __tablename__ = "key_accounts"
    business_facts = frozenset({"account_class", "consultant"})
    sortable = ("renewal_on",)

    account_class: Mapped[str]
    consultant: Mapped[str | None] = mapped_column(index=True)
    fleet_size: Mapped[int | None] = mapped_column(Integer)
    annual_need: Mapped[int | None] = mapped_column(Integer)
    renewal_on: Mapped[date | None]
    close_reason: Mapped[str | None]
    note: Mapped[str | None]


class KeyAccountFields(ApiModel):
    account_class: Code = Field(description="Class (大客户类型): company, fleet, government, leasing, rental, taxi.")
    consultant: ShortText | None = Field(None, description="Account manager (大客户经理).")
    fleet_size: int | None = Field(None, ge=0, le=1_000_000, description="Vehicles it runs (车队规模).")
    annual_need: int | None = Field(None, ge=0, le=1_000_000, description="Vehicles it buys a year (年采购量).")
    renewal_on: date | None = Field(None, description="When the fleet is to be renewed (更新换代日期).")
    note: LongText | None = Field(None, description="Note (备注).")


class NewKeyAccount(NewDocument, KeyAccountFields):
    """A new key account (大客户建立)."""


class KeyAccountChange(DocumentChange, KeyAccountFields):
    """What changes in a key account (大客户变更)."""


class KeyAccountClosing(ApiModel):
    """Why a key account is closed (大客户关闭)."""

    close_reason: Text = Field(min_length=1, description="Why (关闭原因).")


class KeyAccountView(DocumentView, KeyAccountFields):
    """A key account (大客户)."""

    close_reason: Text | None = Field(description="Why it was closed (关闭原因).")


class KeyAccountFilter(DocumentFilter):
    """Which key accounts to list."""

    sortable = KeyAccount.sortable

    account_class: Code | None = Field(None, description="Only this class (大客户类型).")
    consultant: ShortText | None = Field(None, description="Only this account manager (大客户经理).")


account_workflow = Workflow(
    initial="active", steps={"close": (["active"], "closed"), "reopen": (["closed"], "active")}, changeable=["active"]
)
key_accounts = Documents(KeyAccount, KeyAccountView, account_workflow)
accounts_router = service_router(prefix="/v1/sales/key-accounts", tags=["key-accounts"])
key_accounts.serve_reading(accounts_router, KeyAccountFilter)
key_accounts.serve_change(accounts_router, KeyAccountChange, KeyAccountChanged)


@accounts_router.post("", status_code=201)
async def open_key_account(body: NewKeyAccount, work: Writing) -> KeyAccountView:
    """Take an organisation on as a key account (大客户建立)."""
    return await key_accounts.create(work, body, KeyAccountChanged)


@accounts_router.post("/{key_account_id}/close")
async def close_key_account(key_account_id: UUID, body: KeyAccountClosing, work: Writing) -> KeyAccountView:
    """It is no key account any more, and why (大客户关闭)."""
    return await key_accounts.step(work, key_account_id, "close", KeyAccountChanged, close_reason=body.close_reason)


@accounts_router.post("/{key_account_id}/reopen")
async def reopen_key_account(key_account_id: UUID, work: Writing) -> KeyAccountView:
    """It is a key account again (大客户恢复)."""
    return await key_accounts.step(work, key_account_id, "reopen", KeyAccountChanged, close_reason=None)


class FrameContract(Document):
    """Table of frame contracts."""

    __tablename__ = "frame_contracts"
    business_facts = frozenset({"consultant"})
    sortable = ("valid_until",)

    key_account_id: Mapped[UUID] = mapped_column(ForeignKey("key_accounts.id"), index=True)
    consultant: Mapped[str | None] = mapped_column(index=True)
    number: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    discount_permille: Mapped[int] = mapped_column(Integer)
    vehicles_agreed: Mapped[int | None] = mapped_column(Integer)
    end_reason: Mapped[str | None]
    note: Mapped[str | None]


class FrameContractFields(ApiModel):
    consultant: ShortText | None = Field(None, description="Account manager (大客户经理).")
    number: Text = Field(min_length=1, description="Number of the contract (合同号).")
    valid_from: date = Field(description="First day (生效日期).")
    valid_until: date = Field(description="Last day (到期日期).")
    discount_permille: int = Field(
        ge=0, le=1000, description="Discount agreed, thousandths of the list price (协议折扣)."
    )
    vehicles_agreed: int | None = Field(None, ge=1, le=1_000_000, description="Vehicles agreed on (协议数量).")
    note: LongText | None = Field(None, description="Note (备注).")


class NewFrameContract(NewDocument, FrameContractFields):
    """A new frame contract (框架协议建立)."""

    key_account_id: UUID = Field(description="Key account it is with (大客户号).")


class FrameContractChange(DocumentChange, FrameContractFields):
    """What changes in a draft (框架协议变更)."""


class FrameContractEnd(ApiModel):
    """Why a contract ends before its time (提前终止)."""

    end_reason: Text = Field(min_length=1, description="Why (终止原因).")


class FrameContractView(DocumentView, FrameContractFields):
    """A frame contract (框架协议)."""

    key_account_id: UUID = Field(description="Key account it is with (大客户号).")
    end_reason: Text | None = Field(description="Why it ended before its time (终止原因).")


class FrameContractFilter(DocumentFilter):
    """Which frame contracts to list."""

    sortable = FrameContract.sortable

    key_account_id: UUID | None = Field(None, description="Only those of this key account (大客户号).")
    consultant: ShortText | None = Field(None, description="Only this account manager (大客户经理).")


def _check_span(contract: FrameContract) -> None:
    if contract.valid_until < contract.valid_from:
        detail = "A contract does not end before it begins."
        raise Unprocessable("wrong_span", detail, [FieldError("/valid_until", "wrong_span", detail)])


contract_workflow = Workflow(
    initial="draft",
    steps={
        "sign": (["draft"], "active"),
        "terminate": (["active"], "terminated"),
        "expire": (["active"], "expired"),
    },
    changeable=["draft"],
)
frame_contracts = Documents(FrameContract, FrameContractView, contract_workflow, rule=_check_span)
contracts_router = service_router(prefix="/v1/sales/frame-contracts", tags=["key-accounts"])
frame_contracts.serve_reading(contracts_router, FrameContractFilter)
frame_contracts.serve_change(
    contracts_router, FrameContractChange, FrameContractChanged, about="Change a draft (框架协议变更)."
)
EXPIRY = "frame_contract_expiry"


@contracts_router.post("", status_code=201)
async def draft_frame_contract(body: NewFrameContract, work: Writing) -> FrameContractView:
    """Draft a frame contract with a key account (框架协议建立)."""
    await key_accounts.require(work, body, "key_account_id")
    return await frame_contracts.create(work, body, FrameContractChanged)


@contracts_router.post("/{frame_contract_id}/sign")
async def sign_frame_contract(frame_contract_id: UUID, work: Writing) -> FrameContractView:
    """The contract is signed (签订); from its first to its last day its discount needs no approval. For managers."""
    work.caller.require_scopes(frozenset({"sales:approve"}))
    view = await frame_contracts.step(work, frame_contract_id, "sign", FrameContractChanged)
    await set_timer(work.session, kind=EXPIRY, key=str(view.id), due_at=end_of(view.valid_until))
    return view


@contracts_router.post("/{frame_contract_id}/terminate")
async def terminate_frame_contract(frame_contract_id: UUID, body: FrameContractEnd, work: Writing) -> FrameContractView:
    """The contract ends before its time, and why (提前终止)."""
    reason = {"end_reason": body.end_reason}
    return await frame_contracts.step(work, frame_contract_id, "terminate", FrameContractChanged, **reason)


async def expire_in_time(fired: FiredTimer, moment: Moment) -> None:
    """The last day of a contract is over (协议到期)."""
    await frame_contracts.act(moment, UUID(fired.key), "expire", FrameContractChanged, by="timer")


async def agreed_permille(moment: Writing, contract_id: UUID | None) -> int:
    """The discount that a contract grants today; 0 without one, or outside its time."""
    contract = None if contract_id is None else await moment.session.get(FrameContract, contract_id)
    if contract is None or contract.status != "active":
        return 0
    is_valid = contract.valid_from <= day_of(moment.clock.now()) <= contract.valid_until
    return contract.discount_permille if is_valid else 0
