"""The commands of a service that need neither database nor broker."""

import json

from typer.testing import CliRunner

from isthmus.http import service_router
from isthmus.service import Service
from isthmus.service.command_line import command_line

router = service_router("/v1/notes", tags=["notes"])


@router.get("")
async def list_notes() -> list[str]:
    return []


SERVICE = Service(name="plumbing", package="plumbing", title="Plumbing", routers=[router])


def test_the_document_is_printed_the_same_every_time() -> None:
    first, second = (CliRunner().invoke(command_line(SERVICE), ["openapi"]) for _ in range(2))
    assert first.exit_code == 0
    assert first.output == second.output
    assert list(json.loads(first.output)["paths"]) == ["/v1/notes"]


def test_a_role_must_be_one_of_ours() -> None:
    assert CliRunner().invoke(command_line(SERVICE), ["serve", "--role", "boss"]).exit_code == 2
