"""Bays (工位): the places in which a workshop works; no two appointments hold one at the same time."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field
from sqlalchemy import UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from aftersales.access import Writing
from aftersales.workshops.slots import Span
from isthmus.contracts.fields import Code
from isthmus.http import ApiModel, Conflict, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry
from isthmus.workflow import Workflow

DEFAULT_MINUTES = 60
"""How long work takes of which nobody said how long."""
MAX_MINUTES = 100_000


class Bay(Entry):
    """Table of bays."""

    __tablename__ = "bays"

    name: Mapped[str]
    takes: Mapped[list[str]] = mapped_column(JsonModel(list[str]))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """Names tell the bays of a workshop apart."""
        return (*cls.common_indices(), UniqueConstraint("org_unit", "name", name="bays_org_unit_name_key"))


class BayFields(ApiModel):
    name: ShortText = Field(description="Name or number of the bay (工位名称).", examples=["1号工位"])
    takes: list[Code] = Field(
        default_factory=list, max_length=50, description="Kinds of work it takes (适用业务); any, if none is named."
    )


class NewBay(NewEntry, BayFields):
    """A bay of a workshop (工位登记)."""


class BayChange(EntryChange, BayFields):
    """What changes in a bay (工位变更)."""


class BayView(EntryView, BayFields):
    """A bay (工位)."""


class BayFilter(EntryFilter):
    """Which bays to list."""


workflow = Workflow(initial="open", steps={"close": (["open"], "closed"), "reopen": (["closed"], "open")})
bays = Entries(Bay, BayView, workflow)
router = service_router(prefix="/v1/aftersales/bays", tags=["workshops"])
bays.serve_reading(router, BayFilter)
bays.serve_change(router, BayChange)


@router.post("", status_code=201)
async def create_bay(body: NewBay, work: Writing) -> BayView:
    """Add a bay to a workshop (工位登记)."""
    if await work.session.scalar(select(Bay.id).where(Bay.org_unit == body.org_unit, Bay.name == body.name)):
        raise Conflict("bay_exists", f"{body.org_unit} has a bay of this name already.")
    return await bays.create(work, body)


@router.post("/{bay_id}/close")
async def close_bay(bay_id: UUID, work: Writing) -> BayView:
    """The bay takes no new appointments (工位停用); those it holds stay."""
    return await bays.step(work, bay_id, "close")


@router.post("/{bay_id}/reopen")
async def reopen_bay(bay_id: UUID, work: Writing) -> BayView:
    """The bay takes appointments again (工位启用)."""
    return await bays.step(work, bay_id, "reopen")


async def open_bays(session: AsyncSession, org_unit: str, kind: str, *, lock: bool = False) -> list[Bay]:
    """The bays of a workshop that take this kind of work, by name; locked against other bookings if asked."""
    statement = select(Bay).where(Bay.org_unit == org_unit, Bay.status == "open").order_by(Bay.name)
    rows = await session.scalars(statement.with_for_update(key_share=True) if lock else statement)
    return [bay for bay in rows if not bay.takes or kind in bay.takes]


async def booked_spans(session: AsyncSession, org_unit: str, kind: str, between: Span) -> dict[UUID, list[Span]]:
    """What is booked into each bay that takes this kind of work, as far as it ends after `between` begins."""
    return await spans_of(session, [bay.id for bay in await open_bays(session, org_unit, kind)], between)


async def spans_of(
    session: AsyncSession, bay_ids: Sequence[UUID], between: Span, *, but: UUID | None = None
) -> dict[UUID, list[Span]]:
    """The spans booked into these bays that end after `between` begins, without those of one appointment."""
    booked: dict[UUID, list[Span]] = {bay_id: [] for bay_id in bay_ids}
    rows = await session.execute(_BOOKED, {"bays": list(bay_ids), "begin": between[0], "but": but})
    for bay_id, starts_at, ends_at in rows:
        booked[bay_id].append((starts_at, ends_at))
    return booked


_BOOKED = text(
    "SELECT bay_id, scheduled_at, ends_at FROM appointments"
    " WHERE bay_id = ANY(CAST(:bays AS uuid[])) AND status IN ('booked', 'confirmed', 'arrived')"
    " AND ends_at > :begin AND id IS DISTINCT FROM CAST(:but AS uuid)"
)
"""In SQL, for the appointments are mapped where bays are used."""
