"""Refuses breaking changes of the contract: `python -m isthmus.contracts.compatibility`.

The models are compared with the released contract, by default the folder `shared/contracts-released`, which only
`--release` moves on. `--against` names another folder of schemas, or a git revision whose committed schemas are taken.
"""

import argparse
import io
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from isthmus.contracts.compatibility_rules import Breaking, Comparison, Json
from isthmus.contracts.generate import REGISTER_FILE, ROOT, SCHEMA_SUFFIX, SCHEMAS, schema_documents, to_json_text

RELEASED = Path("shared/contracts-released")


def breaking_changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Breaking]:
    """Compare two sets of schema files, by name such as `sales.events/lead-created.v1.schema.json`."""
    yield from _register_changes(old[REGISTER_FILE], new[REGISTER_FILE])
    for name, schema in old.items():
        if name == REGISTER_FILE:
            continue
        subject = name.removesuffix(SCHEMA_SUFFIX)
        if name not in new:
            yield Breaking(subject, "", "event removed or renamed")
        else:
            yield from Comparison(subject, schema, new[name]).breaking()


def _register_changes(old: Json, new: Json) -> Iterator[Breaking]:
    """A released topic stays, with its key, its number of partitions and its way of keeping messages."""
    for name, topic in old.items():
        if name not in new:
            yield Breaking(name, "", "topic removed or renamed")
            continue
        for promise in ("partitions", "key", "compacted"):
            if topic[promise] != new[name][promise]:
                yield Breaking(name, f"/{promise}", f"changed from {topic[promise]!r} to {new[name][promise]!r}")


def read_folder(folder: Path) -> dict[str, Json]:
    """The schemas and the register of a folder."""
    names = [folder / REGISTER_FILE, *folder.rglob(f"*{SCHEMA_SUFFIX}")]
    return {path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in names}


def read_revision(root: Path, revision: str) -> dict[str, Json]:
    """The schemas committed at a git revision; raises CalledProcessError when git does not know it."""
    git = shutil.which("git") or "git"
    command = [git, "-C", str(root), "archive", "--format=tar", "--end-of-options", revision, SCHEMAS.as_posix()]
    archive = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - own arguments, no shell
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            content = members.extractfile(member)
            if content is not None and member.name.endswith((SCHEMA_SUFFIX, REGISTER_FILE)):
                found[Path(member.name).relative_to(SCHEMAS).as_posix()] = json.load(content)
    return found


def release(folder: Path) -> None:
    """Make the contract as it is now the released one."""
    for name, document in schema_documents():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(to_json_text(document), encoding="utf-8")


def main() -> int:
    """Check, and release if asked; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m isthmus.contracts.compatibility", description=__doc__)
    parser.add_argument("--against", help="folder of schemas or git revision; default: the released contract")
    parser.add_argument("--release", action="store_true", help="if nothing breaks, make this the released contract")
    parser.add_argument("--root", type=Path, default=ROOT, help="root of the repository")
    arguments = parser.parse_args()
    released = arguments.root / RELEASED
    against = Path(arguments.against) if arguments.against else released
    try:
        old = read_folder(against) if against.is_dir() else read_revision(arguments.root, str(against))
    except subprocess.CalledProcessError:
        parser.error(f"{against} is neither a folder of schemas nor a revision that has them")
    found = list(breaking_changes(old, dict(schema_documents())))
    sys.stdout.writelines(f"{change}\n" for change in found)
    if not found and arguments.release:
        release(released)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
