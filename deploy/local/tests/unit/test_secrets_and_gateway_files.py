import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from isthmus_local.gateway_files import ensure_gateway_files, hash_secret
from isthmus_local.organisation import clients, org_units, users
from isthmus_local.secret_store import Secrets, load_secrets

NAMES = {"roles": ["sales"], "clients": [each.name for each in clients()], "users": [each.name for each in users()]}


def _matches(hashed: str, secret: str) -> bool:
    _, cost, block_size, parallel, salt, digest = hashed.split("$")
    made = hashlib.scrypt(
        secret.encode(), salt=base64.b64decode(salt), n=int(cost), r=int(block_size), p=int(parallel), dklen=32
    )
    return made == base64.b64decode(digest)


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return load_secrets(tmp_path, **NAMES)


def test_secrets_are_made_once_and_kept(tmp_path: Path, secrets: Secrets) -> None:
    assert load_secrets(tmp_path, **NAMES) == secrets
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    everything = [
        secrets.postgres,
        *secrets.database_roles.values(),
        *secrets.clients.values(),
        *secrets.users.values(),
    ]
    assert len(set(everything)) == len(everything)


def test_a_new_name_gets_a_secret_and_the_others_keep_theirs(tmp_path: Path, secrets: Secrets) -> None:
    later = load_secrets(tmp_path, **(NAMES | {"roles": ["sales", "feedback"]}))
    assert later.database_roles["sales"] == secrets.database_roles["sales"]
    assert later.database_roles["feedback"]


def test_damaged_secrets_are_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="make reset"):
        load_secrets(tmp_path, **NAMES)


def test_a_hash_fits_its_secret_only() -> None:
    hashed = hash_secret("open sesame")
    assert _matches(hashed, "open sesame")
    assert not _matches(hashed, "open barley")


def test_the_gateway_gets_hashes_and_private_keys_and_services_the_public_half(
    tmp_path: Path, secrets: Secrets
) -> None:
    files = ensure_gateway_files(tmp_path, secrets)
    content = files.credentials.read_text(encoding="utf-8")
    assert not any(secret in content for secret in (*secrets.clients.values(), *secrets.users.values()))
    hq = next(client for client in json.loads(content)["clients"] if client["client_id"] == "hq")
    assert _matches(hq["secret_hashes"][0], secrets.clients["hq"])
    for path in (files.credentials, files.token_key, files.identity_key):
        assert path.stat().st_mode & 0o777 == 0o600

    private = load_pem_private_key(files.identity_key.read_bytes(), password=None)
    load_pem_public_key(files.identity_public_pem.encode()).verify(private.sign(b"caller"), b"caller")
    assert files.token_key.read_bytes() != files.identity_key.read_bytes()


def test_gateway_files_stay_the_same_until_a_secret_changes(tmp_path: Path, secrets: Secrets) -> None:
    first = ensure_gateway_files(tmp_path, secrets)
    before = first.credentials.read_bytes(), first.identity_key.read_bytes()
    ensure_gateway_files(tmp_path, secrets)
    assert (first.credentials.read_bytes(), first.identity_key.read_bytes()) == before
    secrets.users["agent"] = "another"
    ensure_gateway_files(tmp_path, secrets)
    agent = next(u for u in json.loads(first.credentials.read_bytes())["users"] if u["username"] == "agent")
    assert _matches(agent["password_hash"], "another")


def test_the_demo_organisation_is_one_tree_with_a_client_for_each_dealer_and_station() -> None:
    units = {unit.id: unit for unit in org_units()}
    assert [unit.id for unit in units.values() if unit.parent is None] == ["hq"]
    assert all(unit.parent in units for unit in units.values() if unit.parent)
    assert units["station:S0101"].parent == "dealer:D0001"
    assert units["station:S1001"].parent == "dealer:D0010"
    held = {client.name: client.org_unit for client in clients()}
    assert held["hq"] == "hq"
    assert held["dealer-d0010"] == "dealer:D0010"
    assert held["station-s0101"] == "station:S0101"
    assert {user.name for user in users()} == {"agent", "steward", "analyst", "manager", "privacy"}
