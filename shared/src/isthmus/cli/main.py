"""The `isthmus` command: its own subcommands, and those other packages add by the entry points `isthmus.commands`."""

from importlib.metadata import EntryPoint, entry_points

import typer

from isthmus.cli import dlq

COMMANDS_GROUP = "isthmus.commands"
"""Each entry point names a `typer.Typer`, which becomes a group of commands, or a function, which becomes one."""


def make_app() -> typer.Typer:
    """The command line with everything that is installed."""
    app = typer.Typer(name="isthmus", help="Commands of the Isthmus customer platform.", no_args_is_help=True)
    app.add_typer(dlq.app, name="dlq")
    for entry_point in sorted(entry_points(group=COMMANDS_GROUP), key=lambda each: each.name):
        _add(app, entry_point)
    return app


def main() -> None:
    """Run the command line."""
    make_app()()


def _add(app: typer.Typer, entry_point: EntryPoint) -> None:
    command = entry_point.load()
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=entry_point.name)
    else:
        app.command(entry_point.name)(command)
