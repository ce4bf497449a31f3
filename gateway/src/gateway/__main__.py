"""Command line of the gateway: `serve`, `hash-secret`."""

import sys

import typer
import uvicorn

from gateway.app import Gateway
from gateway.secret_hashing import hash_secret
from gateway.settings import GatewaySettings
from isthmus.clock import SystemClock
from isthmus.observability.logging import configure_logging
from isthmus.settings import LoggingSettings

_KEEP_ALIVE_SECONDS = 75
cli = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@cli.command()
def serve() -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    configure_logging(LoggingSettings(), "gateway")
    settings = GatewaySettings()
    uvicorn.run(
        Gateway(settings, SystemClock()),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


@cli.command("hash-secret")
def hash_one_secret() -> None:
    """Read a secret from standard input, write its hash for the credentials file."""
    secret = sys.stdin.readline().rstrip("\n")
    if not secret:
        raise typer.BadParameter("give the secret on standard input")
    typer.echo(str(hash_secret(secret)))


if __name__ == "__main__":
    cli()
