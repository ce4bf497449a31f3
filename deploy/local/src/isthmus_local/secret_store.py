"""The secrets of one installation: made at the first start, kept in `secrets.json`, mode 0600."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from isthmus_local.files import write_private

FILE_NAME = "secrets.json"


@dataclass
class Secrets:
    """Every password and client secret by the name of its owner."""

    postgres: str
    erasure_key: str = ""
    """With it customer-master recognises whom it has erased; to be kept as long as its database."""
    cti_secret: str = ""
    """With it the telephone system signs what it tells the call-center."""
    database_roles: dict[str, str] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)


def load_secrets(home: Path, *, roles: list[str], clients: list[str], users: list[str]) -> Secrets:
    """The secrets in `home`, completed for those named and not there yet; raises ValueError when the file is broken."""
    path = home / FILE_NAME
    if path.exists():
        try:
            found = Secrets(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is damaged: restore it, or wipe everything with `make reset`") from error
    else:
        found = Secrets(postgres=_make())
    before = json.dumps(asdict(found))
    found.erasure_key = found.erasure_key or _make()
    found.cti_secret = found.cti_secret or _make()
    for names, known in ((roles, found.database_roles), (clients, found.clients), (users, found.users)):
        for name in names:
            known.setdefault(name, _make())
    if json.dumps(asdict(found)) != before or not path.exists():
        write_private(path, json.dumps(asdict(found), indent=2) + "\n")
    return found


def _make() -> str:
    """192 bits; only letters, digits, - and _, so it stands in a URL as it is."""
    return secrets.token_urlsafe(24)
