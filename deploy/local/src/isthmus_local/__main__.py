"""`python -m isthmus_local up|down|reset|logs|status`: the platform on this machine (`make up` and so on call it)."""

import asyncio
import os
import signal
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from isthmus_local import launcher
from isthmus_local.instance import Instance
from isthmus_local.kafka import broker_answers
from isthmus_local.log_view import show_logs
from isthmus_local.platform_processes import embedded_postgres, http_ready
from isthmus_local.ports import PortTakenError
from isthmus_local.progress import PlatformError
from isthmus_local.run_file import RunFile
from isthmus_local.summary import show_status

app = typer.Typer(help="The whole platform on one machine.", no_args_is_help=True, add_completion=False)
console = Console()


@app.command()
def up() -> None:
    """Start everything and wait until it is ready; DEMO=0 starts without demo data."""
    launcher.up(Instance.from_environment(), console, demo=os.environ.get("DEMO", "1") != "0")


@app.command()
def down() -> None:
    """Stop everything; the data stays."""
    launcher.down(Instance.from_environment(), console)


@app.command()
def reset() -> None:
    """Stop everything and delete all data, secrets and logs."""
    launcher.reset(Instance.from_environment(), console)


@app.command()
def migrate() -> None:
    """Bring the databases of the running platform to the newest version (`up` does so too)."""
    from isthmus_local.prepare import prepare_databases  # noqa: PLC0415  # loads the code of all services

    prepare_databases(Instance.from_environment())
    console.print("All databases are at the newest version.")


@app.command()
def logs(
    names: Annotated[list[str] | None, typer.Argument(help="Processes; none means all.")] = None,
    lines: Annotated[int, typer.Option(min=0, help="Lines of each to begin with.")] = 20,
    follow: Annotated[bool, typer.Option(help="Go on with what comes new.")] = True,  # noqa: FBT002  # a command-line flag
) -> None:
    """Show the logs of all processes together."""
    show_logs(Instance.from_environment().logs, console, names=names or [], lines=lines, follow=follow)


@app.command()
def status() -> None:
    """Tell which processes run and whether they are ready; ends with status 1 unless all are."""
    instance = Instance.from_environment()
    try:
        run = RunFile.read(instance.home)
    except FileNotFoundError:
        console.print("Nothing is running.")
        raise typer.Exit(1) from None
    alive = asyncio.run(_look(instance, run))
    show_status(run, alive, console)
    raise typer.Exit(0 if all(alive.values()) else 1)


async def _look(instance: Instance, run: RunFile) -> dict[str, bool]:
    asked = {name: http_ready(instance.ports[name])() for name in run.processes if name not in ("postgres", "kafka")}
    alive = {name: await answer for name, answer in asked.items()}
    if "postgres" in run.processes:
        alive["postgres"] = await embedded_postgres(instance, instance.secrets()).answers()
    if "kafka" in run.processes:
        alive["kafka"] = await broker_answers(run.kafka)
    return alive


def main() -> None:
    """Run a command; an expected failure is told in words, without a traceback."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts background jobs with it ignored
    try:
        sys.exit(app(standalone_mode=False))
    except (PlatformError, PortTakenError, ValueError, RuntimeError, OSError) as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        Console(stderr=True).print("Interrupted.")
        sys.exit(130)


if __name__ == "__main__":
    main()
