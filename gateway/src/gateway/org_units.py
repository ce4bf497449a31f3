"""The tree of org units (组织机构): who holds a unit holds all below it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from isthmus.http.principal import ALL_ORG_UNITS


class OrgUnit(BaseModel):
    """One unit of the tree; the root has no parent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=100)
    parent: str | None
    name: str = ""


class OrgUnitTree:
    """All units with their children; raises ValueError unless they form one tree with one root."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        listed = list(units)
        known = {unit.id for unit in listed}
        roots = [unit.id for unit in listed if unit.parent is None]
        if len(roots) != 1 or len(known) < len(listed):
            raise ValueError("the org units need one root, and each unit only once")
        self.root = roots[0]
        self._children: dict[str, list[str]] = {}
        for unit in listed:
            if unit.parent is not None:
                self._children.setdefault(unit.parent, []).append(unit.id)
        reached = set(self._subtree(self.root))
        if reached != known:
            raise ValueError(f"not under the root: {', '.join(sorted(known ^ reached))}")

    def grants(self, unit: str) -> list[str]:
        """What holding `unit` grants: its subtree, sorted; `["*"]` for the root; an unlisted unit grants itself."""
        return [ALL_ORG_UNITS] if unit == self.root else sorted(self._subtree(unit))

    def _subtree(self, unit: str) -> Iterator[str]:
        waiting = [unit]
        while waiting:
            current = waiting.pop()
            yield current
            waiting.extend(self._children.get(current, ()))


def load_org_units(path: Path) -> OrgUnitTree:
    """Read a tree from YAML, a list of `{id, parent, name}`; raises ValueError when it is none."""
    listed = TypeAdapter(list[OrgUnit]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    return OrgUnitTree(listed)
