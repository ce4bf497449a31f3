"""The `isthmus` command: its own subcommands and those that other packages add."""

import typer

app = typer.Typer(name="isthmus", no_args_is_help=True, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line."""
    app()
