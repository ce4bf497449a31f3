"""What may not change inside a major version: pure comparison of two JSON Schemas.

Readers and writers are of different versions at any time, and old messages are read again. So whatever a writer of the
old or the new contract sends must satisfy a reader of either: a field may be added if it is not required, and words may
be added to an open list; every other change of what is valid or promised is breaking, in both directions.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ANNOTATIONS = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})
SUBSCHEMAS = frozenset({"items", "additionalProperties", "propertyNames"})
OWN_RULE = frozenset(
    {"$ref", "anyOf", "const", "default", "enum", "format", "patternProperties", "properties", "required", "type"}
    | {"x-known-values"}
)
"""Keywords with a rule below; every other one is a constraint that must stay as it is."""


@dataclass(frozen=True, slots=True)
class Breaking:
    """One breaking change: of what, where inside it, and why it breaks."""

    subject: str
    """Event type, topic or file."""
    where: str
    """JSON pointer to the field; empty for the whole."""
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}{' ' if self.where else ''}{self.where}: {self.reason}"


@dataclass(slots=True)
class Comparison:
    """One released schema against its successor."""

    subject: str
    old_root: Json
    new_root: Json
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Pairs compared already; a recursive definition would never end."""

    def breaking(self) -> Iterator[Breaking]:
        """All breaking changes."""
        yield from self._compare("", self.old_root, self.new_root)

    def _compare(self, where: str, old: Json, new: Json) -> Iterator[Breaking]:
        """Compare two schemas, each with the alternatives it allows."""
        pair = (json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True))
        if pair in self.seen:
            return
        self.seen.add(pair)
        yield from self._compare_keywords(where, old, new)
        old_kinds = alternatives(old, self.old_root)
        new_kinds = alternatives(new, self.new_root)
        for kind in sorted(old_kinds.keys() - new_kinds.keys()):
            yield self._at(where, f"type narrowed: {kind} is no longer allowed")
        for kind in sorted(new_kinds.keys() - old_kinds.keys()):
            yield self._at(where, f"type widened: readers of the released contract do not expect {kind}")
        for kind in sorted(old_kinds.keys() & new_kinds.keys()):
            yield from self._compare_kind(where, old_kinds[kind], new_kinds[kind])

    def _compare_kind(self, where: str, old: Json, new: Json) -> Iterator[Breaking]:
        """Compare two schemas of the same type."""
        yield from self._compare_objects(where, old, new)
        yield from self._compare_words(where, old, new)
        for keyword in sorted(SUBSCHEMAS & (old.keys() | new.keys())):
            yield from self._compare_subschemas(f"{where}/{keyword}", old.get(keyword), new.get(keyword))
        old_patterns, new_patterns = old.get("patternProperties", {}), new.get("patternProperties", {})
        for pattern in sorted(old_patterns.keys() | new_patterns.keys()):
            yield from self._compare_subschemas(f"{where}/*", old_patterns.get(pattern), new_patterns.get(pattern))

    def _compare_objects(self, where: str, old: Json, new: Json) -> Iterator[Breaking]:
        old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
        old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(old_fields.keys() - new_fields.keys()):
            yield self._at(f"{where}/{name}", "field removed or renamed")
        for name in sorted(new_required - old_required):
            added = name not in old_fields
            yield self._at(f"{where}/{name}", "new field is required" if added else "field became required")
        for name in sorted((old_required - new_required) & new_fields.keys()):
            yield self._at(f"{where}/{name}", "field became optional: readers rely on it")
        for name in sorted(old_fields.keys() & new_fields.keys()):
            yield from self._compare(f"{where}/{name}", old_fields[name], new_fields[name])

    def _compare_words(self, where: str, old: Json, new: Json) -> Iterator[Breaking]:
        old_words, new_words = closed_words(old), closed_words(new)
        if (old_words is None) != (new_words is None):
            yield self._at(where, "an open value was closed to a list of words, or the list was opened")
        elif old_words is not None and new_words is not None:
            if lost := sorted(old_words - new_words):
                yield self._at(where, f"enum narrowed: {', '.join(lost)} removed")
            if added := sorted(new_words - old_words):
                yield self._at(where, f"enum widened: readers of the released contract refuse {', '.join(added)}")

    def _compare_subschemas(self, where: str, old: Any, new: Any) -> Iterator[Breaking]:
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._compare(where, old, new)
        elif old != new:
            yield self._at(where, "rule for the values inside changed")

    def _compare_keywords(self, where: str, old: Json, new: Json) -> Iterator[Breaking]:
        """Compare known words, default and limits."""
        old, new = resolve(old, self.old_root), resolve(new, self.new_root)
        if lost := sorted(set(old.get("x-known-values", ())) - set(new.get("x-known-values", ()))):
            yield self._at(where, f"known words removed: {', '.join(lost)}")
        before, after = constraints(old, self.old_root), constraints(new, self.new_root)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                yield self._at(where, f"{name} changed from {before.get(name)!r} to {after.get(name)!r}")

    def _at(self, where: str, reason: str) -> Breaking:
        return Breaking(self.subject, where, reason)


def resolve(schema: Json, root: Json) -> Json:
    """The schema itself, with the definition a `$ref` points to merged under its own keywords."""
    if "$ref" not in schema:
        return schema
    definition: Json = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return definition | {keyword: value for keyword, value in schema.items() if keyword != "$ref"}


def alternatives(schema: Json, root: Json) -> dict[str, Json]:
    """The types a schema allows, each with its own part: `{"string": …, "null": …}`."""
    schema = resolve(schema, root)
    if "anyOf" in schema:
        return {kind: part for inner in schema["anyOf"] for kind, part in alternatives(inner, root).items()}
    types = schema.get("type", "any")
    names = [types] if isinstance(types, str) else types
    suffix = f" ({schema['format']})" if "format" in schema else ""
    return {f"{name}{suffix}": schema for name in names}


def constraints(schema: Json, root: Json) -> dict[str, Any]:
    """Default of a schema, and limits and patterns of each type it allows."""
    found = {"default": schema["default"]} if "default" in schema else {}
    for kind, part in alternatives(schema, root).items():
        for keyword in part.keys() - ANNOTATIONS - OWN_RULE - SUBSCHEMAS:
            found[f"{keyword} of {kind}"] = part[keyword]
    return found


def closed_words(schema: Json) -> set[str] | None:
    """The words of an enum, None when the value is open."""
    if "const" in schema:
        return {str(schema["const"])}
    return {str(word) for word in schema["enum"]} if "enum" in schema else None
