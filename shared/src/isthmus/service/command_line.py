"""The command line every service has: `python -m sales serve`."""

import asyncio
from typing import Annotated

import orjson
import typer
import uvloop

from isthmus.db import migrate
from isthmus.observability.logging import configure_logging
from isthmus.observability.tracing import configure_tracing
from isthmus.service import timer_commands
from isthmus.service.application import describe
from isthmus.service.definition import Service
from isthmus.service.runtime import Role, serve
from isthmus.settings import LoggingSettings, MigrationSettings


def command_line(service: Service) -> typer.Typer:
    """The commands of one service."""
    application = typer.Typer(name=service.name, help=service.title, no_args_is_help=True, add_completion=False)

    @application.command("serve")
    def serve_command(
        role: Annotated[
            list[Role] | None,
            typer.Option(
                help="Parts to run, all by default: api answers requests, worker consumes and relays, computing does "
                "what keeps a processor busy. May be given several times."
            ),
        ] = None,
    ) -> None:
        """Run the service until it is told to stop."""
        settings = service.settings_class()
        configure_logging(settings, service.name)
        configure_tracing(service.name)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            ended_well = runner.run(serve(service, settings, frozenset(role or Role)))
        if not ended_well:
            raise typer.Exit(1)

    @application.command("migrate")
    def migrate_command() -> None:
        """Bring the tables of the service's database to the newest version."""
        configure_logging(LoggingSettings(), service.name)
        migrate.upgrade(MigrationSettings().url(), service.chains)

    @application.command("downgrade")
    def downgrade_command(
        chain: Annotated[str, typer.Argument(help="Migration chain, e.g. platform.")],
        revision: Annotated[str, typer.Argument(help="Revision to go back to; base undoes all.")],
    ) -> None:
        """Take one migration chain back to an earlier revision; what newer ones added is lost."""
        migrate.downgrade(MigrationSettings().url(), chain, revision)

    @application.command("openapi")
    def openapi_command() -> None:
        """Print the OpenAPI document."""
        document = orjson.dumps(describe(service).openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        typer.echo(document.decode())

    application.add_typer(timer_commands.app, name="timers")
    return application
