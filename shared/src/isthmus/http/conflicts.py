"""Says in words of the business which rule of the database a request has broken."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from isthmus.db.errors import violated_constraint
from isthmus.http.problems import Conflict


@contextmanager
def naming_conflicts(conflicts: Mapping[str, Conflict]) -> Iterator[None]:
    """Raise the problem that stands for a constraint, by its name, when what is done inside breaks it."""
    try:
        yield
    except IntegrityError as error:
        conflict = conflicts.get(violated_constraint(error) or "")
        if conflict is None:
            raise
        raise conflict from error
