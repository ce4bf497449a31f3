"""What is done with entries of any kind: make, list, read, change, take a step; each write leaves a row of history."""

from collections.abc import Callable, Collection
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.clock import Clock
from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.envelope import EventData
from isthmus.http import FieldError, NotFound, Page, PageRequest, Unprocessable, etag
from isthmus.http.sorting import Sort, fetch_sorted, to_sorted_page
from isthmus.ids import new_id
from isthmus.parties.entry import Entry, EntryChange, EntryFilter, EntryView, NewEntry
from isthmus.parties.history import CREATION, HistoryView, changes_of, check_unchanged, history_of, note_write
from isthmus.parties.serving import Kind, serve_change, serve_reading
from isthmus.parties.work import Work
from isthmus.timers import hold_timers
from isthmus.workflow import Workflow

E = TypeVar("E", bound=Entry)
V = TypeVar("V", bound=EntryView)
Fact = type[BusinessEvent]


class Acting(Protocol):
    """What writes: a request (`Work`), or something that works by itself, such as a timer that has fired."""

    @property
    def session(self) -> AsyncSession:
        """The running transaction."""

    @property
    def clock(self) -> Clock:
        """The time."""

    def publish(self, data: EventData, *, version: int, org_unit: str) -> None:
        """Put an event into the outbox."""


class Entries(Generic[E, V]):
    """All entries of one kind: their table, how they are shown, their states, and the rule that binds their fields.

    The event of a write, if the kind has one, is the fact's model, filled with the entry's fields of the same names.
    """

    is_personal = False
    """Whether reading them is reading personal data, which is logged."""
    timer_kinds: ClassVar[Collection[str]] = ()
    """Kinds of the timers that writes of an entry set and cancel, with its id as their key."""

    def __init__(
        self,
        table: type[E],
        view: type[V],
        workflow: Workflow,
        *,
        rule: Callable[[E], None] = lambda _: None,
        shared: bool = False,
    ) -> None:
        """`rule` sees each entry before it is written, and raises a problem when its fields do not fit together.

        `shared` entries are read by every org unit, such as a catalogue; changed only by their own.
        """
        self.kind = Kind.of(table.__tablename__, view)
        self._table = table
        self.view = view
        self._workflow = workflow
        self._rule = rule
        self._shared = shared

    def serve_reading(self, router: APIRouter, query: type[EntryFilter]) -> None:
        """Add the routes that read: the list, one entry, its history. Add static GET paths of the feature before it."""
        serve_reading(router, self, query)

    def serve_change(
        self, router: APIRouter, body: type[EntryChange], fact: Fact | None = None, *, about: str | None = None
    ) -> None:
        """Add `PATCH /{id}` with `If-Match`; `about` is what its documentation says, if it is more than the usual."""
        serve_change(router, self, body, fact, about)

    async def create(self, work: Work, body: NewEntry, fact: Fact | None = None, **values: Any) -> V:
        """Store a new entry with the fields of the body and `values`."""
        work.require_org_unit(body.org_unit)
        fields = {name: getattr(body, name) for name in type(body).model_fields} | values
        return await self._create(work, fields, fact)

    async def get(self, work: Work, entry_id: UUID) -> V:
        """Show one entry."""
        entry = await self.find(work, entry_id)
        await self.log_read(work, [entry.id])
        return self._answer(work, entry)

    def addressee(self, entry: E) -> tuple[str | None, str | None]:
        """Name and phone of the customer an entry is about, as a print of it shows them; entries have none."""
        del entry
        return None, None

    async def page(self, work: Work, query: EntryFilter, page: PageRequest) -> Page[V]:
        """The entries that pass the filter and that the caller may know of, in the order asked for."""
        sort, statement = self.sort(query), self.select(work, query)
        rows = await fetch_sorted(work.session, statement, sort, page)
        await self.log_read(work, [row.id for row in rows[: page.limit]])
        name = query.sort.removeprefix("-")
        return to_sorted_page(rows, page, sort, lambda row: (getattr(row, name), row.id), self.view.model_validate)

    async def history(self, work: Work, entry_id: UUID) -> list[HistoryView]:
        """Who changed what when, oldest first."""
        entry = await self.find(work, entry_id)
        await self.log_read(work, [entry.id])
        return await history_of(work.session, self.kind.table, entry.id)

    async def change(self, work: Work, entry_id: UUID, if_match: int, body: EntryChange, fact: Fact | None = None) -> V:
        """Set the fields that were sent; 412 when another version is current, 409 when the state does not allow it."""
        entry = await self._lock(work, entry_id)
        await check_unchanged(work.session, entry, if_match)
        self._workflow.require_changeable(entry.status)
        await self._write(work, entry, body.changes(), fact, by=work.caller.subject)
        return self._answer(work, entry)

    async def step(self, work: Work, entry_id: UUID, step: str, fact: Fact | None = None, **values: Any) -> V:
        """Take a step of the state machine and set `values` with it; 409 when the state does not allow it."""
        entry = await self._lock(work, entry_id)
        after = self._workflow.after(entry.status, step)
        await self._write(work, entry, {"status": after} | values, fact, by=work.caller.subject, step=step)
        return self._answer(work, entry)

    async def act(
        self, moment: Acting, entry_id: UUID, step: str | None, fact: Fact | None = None, *, by: str, **values: Any
    ) -> E | None:
        """Take a step, or with None only set `values`, without a caller: because time has come, or an event.

        `by` is what the history says. Gives None, and does nothing, when there is no such entry or its state does not
        allow the step any more.
        """
        query = self._statement().where(self._table.id == entry_id).with_for_update(of=self._table)
        entry = await moment.session.scalar(query.execution_options(populate_existing=True))
        if entry is None or (step is not None and step not in self._workflow.allowed(entry.status)):
            return None
        if step is not None:
            values["status"] = self._workflow.after(entry.status, step)
        await self._write(moment, entry, values, fact, by=by, step=step)
        return entry

    async def find(self, work: Work, entry_id: UUID, *, lock: bool = False) -> E:
        """One entry the caller may know of, else a 404 problem; locked against other changes if asked."""
        statement = self._visible(work).where(self._table.id == entry_id)
        if lock:
            await hold_timers(work.session, self.timer_kinds, str(entry_id))
            statement = statement.with_for_update(of=self._table).execution_options(populate_existing=True)
        entry = await work.session.scalar(statement)
        if entry is None:
            raise NotFound("not_found", f"There is no such entry in {self.kind.table}.")
        return entry

    async def require(self, work: Work, body: NewEntry, field: str) -> E | None:
        """The entry that `field` of a body refers to, if it refers to one.

        Raises a 422 problem unless it belongs to the same org unit, or is shared by all.
        """
        entry_id = getattr(body, field)
        if entry_id is None:
            return None
        entry = await work.session.get(self._table, entry_id)
        if entry is None or not (self._shared or entry.org_unit == body.org_unit):
            raise wrong_reference(field, f"There is no such entry in {self.kind.table} of {body.org_unit}.")
        return entry

    def sort(self, query: EntryFilter) -> Sort:
        """The order a query asks for."""
        return Sort(query.sort, getattr(self._table, query.sort.removeprefix("-")), self._table.id)

    def select(self, work: Work, query: EntryFilter) -> Select[E]:
        """The entries that pass the filter and that the caller may know of."""
        if query.status is not None and query.status not in self._workflow.states:
            detail = f"The states are {', '.join(sorted(self._workflow.states))}."
            raise Unprocessable("unknown_status", detail, [FieldError("/status", "unknown_status", detail, "query")])
        return self._filtered(self._visible(work), query.given())

    async def log_read(self, work: Work, ids: list[UUID]) -> None:
        """Note the reading, where it is one of personal data."""
        if self.is_personal:
            await work.log_read(self.kind.table, ids)

    async def _create(self, work: Work, fields: dict[str, Any], fact: Fact | None) -> V:
        now = work.clock.now()
        base = {"id": new_id(work.clock), "version": 0, "created_at": now, "created_by": work.caller.subject}
        entry = self._table(**{"status": self._workflow.initial} | base | fields)
        work.session.add(entry)
        await self._write(work, entry, {}, fact, by=work.caller.subject, step=CREATION)
        return self._answer(work, entry)

    async def _lock(self, work: Work, entry_id: UUID) -> E:
        """The entry, locked to be written; shared ones are written by their own org unit only."""
        entry = await self.find(work, entry_id, lock=True)
        work.require_org_unit(entry.org_unit)
        return entry

    async def _write(
        self,
        moment: Acting,
        entry: E,
        values: dict[str, Any],
        fact: Fact | None,
        *,
        by: str,
        step: str | None = None,
    ) -> None:
        """Set the values, raise the version, note it, and publish the fact in the same transaction."""
        for name, value in values.items():
            setattr(entry, name, value)
        entry.version += 1
        entry.updated_at = moment.clock.now()
        self._rule(entry)
        note_write(moment.session, entry, by=by, step=step, changes={} if step == CREATION else changes_of(entry))
        await moment.session.flush()
        if fact is not None:
            event = fact.model_validate(
                {name: getattr(entry, name) for name in fact.model_fields if name != fact.event_key}
                | {fact.event_key: entry.id}
            )
            moment.publish(event, version=entry.version, org_unit=entry.org_unit)

    def _answer(self, work: Work, entry: E) -> V:
        work.response.headers["ETag"] = etag(entry.version)
        return self.view.model_validate(entry)

    def _statement(self) -> Select[E]:
        return select(self._table)

    def _visible(self, work: Work) -> Select[E]:
        """The entries of the caller's org units; shared ones are everybody's."""
        if self._shared or work.caller.all_org_units:
            return self._statement()
        return self._statement().where(self._table.org_unit.in_(work.caller.org_units))

    def _filtered(self, statement: Select[E], given: dict[str, Any]) -> Select[E]:
        """A filter is a column of the same name, but for those of time."""
        if (created_from := given.pop("created_from", None)) is not None:
            statement = statement.where(self._table.created_at >= created_from)
        if (created_to := given.pop("created_to", None)) is not None:
            statement = statement.where(self._table.created_at < created_to)
        return statement.where(*(getattr(self._table, name) == value for name, value in given.items()))


def wrong_reference(field: str, detail: str) -> Unprocessable:
    """The problem of a body that refers to something it may not refer to."""
    return Unprocessable("wrong_reference", detail, [FieldError(f"/{field}", "wrong_reference", detail)])
