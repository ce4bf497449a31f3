"""PostgreSQL refuses to run as root: finds an account, and folders it can reach, to run it with.

An ordinary user runs it as itself. Root tries, in this order:
1. a user namespace, where root is mapped to an unprivileged id: reads and writes all that root owns, closed homes too;
2. the user `nobody`, with the data given to it, where it can reach the program and the state folder;
3. the user `nobody`, with a copy of the program and the data in a folder that everybody can reach.
"""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from isthmus_local.child import SAME_ACCOUNT, USER_NAMESPACE, wrap
from isthmus_local.processes import run

_ORDINARY_USER = "nobody"
_OPEN_FOLDERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # a folder of root's own is made inside
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Hosting:
    """How to run PostgreSQL: as whom, with which installation, in which folder (which the account owns)."""

    account: str
    installation: Path
    folder: Path


def choose_hosting(installation: Path, folder: Path) -> Hosting:
    """The first way that works of running the server in `installation` with its data below `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() != 0:
        return Hosting(SAME_ACCOUNT, installation, folder)
    if not (folder / _ELSEWHERE).exists():
        for account in (USER_NAMESPACE, _ORDINARY_USER):
            hosting = Hosting(account, installation, folder)
            if _works(hosting):
                return hosting
    elsewhere = _copy_elsewhere(installation, folder)
    if not _works(elsewhere):
        raise RuntimeError(
            f"PostgreSQL does not run as root, and neither a user namespace nor the user {_ORDINARY_USER!r} "
            f"can run it in {elsewhere.folder}: run as an ordinary user, or set DATABASE_URL to a server of your own"
        )
    return elsewhere


def give(path: Path, hosting: Hosting) -> None:
    """Make the account of `hosting` the owner of `path` and all below it; nothing to do when it is already."""
    if os.geteuid() != 0:
        return
    owner = 0 if hosting.account == USER_NAMESPACE else pwd.getpwnam(hosting.account).pw_uid
    if path.stat().st_uid != owner:
        for entry in (path, *path.rglob("*")):
            os.chown(entry, owner, -1, follow_symlinks=False)


def remove_elsewhere(folder: Path) -> None:
    """Delete what `choose_hosting` had to put outside `folder`."""
    note = folder / _ELSEWHERE
    if note.exists():
        shutil.rmtree(note.read_text(encoding="utf-8"), ignore_errors=True)


def _works(hosting: Hosting) -> bool:
    """Whether the account can run the program and write below the folder."""
    give(hosting.folder, hosting)
    script = '"$1/bin/initdb" --version && touch "$2/probe" && rm "$2/probe"'
    command = ["/bin/sh", "-c", script, "probe", str(hosting.installation), str(hosting.folder)]
    return run(wrap(command, account=hosting.account)).returncode == 0


def _copy_elsewhere(installation: Path, folder: Path) -> Hosting:
    note = folder / _ELSEWHERE
    if note.exists():
        place = Path(note.read_text(encoding="utf-8"))
    else:
        name = "isthmus-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        place = next(parent for parent in _OPEN_FOLDERS if os.access(parent, os.W_OK)) / name
        note.write_text(str(place), encoding="utf-8")
    place.mkdir(exist_ok=True, mode=0o755)
    # Named for the installed release, so that a newer one is copied anew.
    copy = place / hashlib.sha256(f"{installation} {installation.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    if not copy.exists():
        shutil.copytree(installation, copy.with_suffix(".part"), symlinks=True, dirs_exist_ok=True)
        copy.with_suffix(".part").rename(copy)
    data = place / "data"
    data.mkdir(exist_ok=True, mode=0o700)
    return Hosting(_ORDINARY_USER, copy, data)
