"""A JSONB column that holds pydantic values: money, lines, a party as it was written."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class JsonModel(TypeDecorator[Any]):
    """Stores a value of the given type as JSONB and reads it back as that type; only what was set is stored."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__(none_as_null=True)
        self.kind = repr(kind)  # tells columns apart in SQLAlchemy's statement cache; a type need not be hashable
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """From a pydantic value to plain JSON."""
        del dialect
        return None if value is None else self._adapter.dump_python(value, mode="json", exclude_unset=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From plain JSON to the pydantic value."""
        del dialect
        return None if value is None else self._adapter.validate_python(value)
