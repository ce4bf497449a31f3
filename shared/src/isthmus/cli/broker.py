"""Which broker a command talks to."""

import json
import os
from pathlib import Path

import typer


def find_bootstrap_servers(named: str | None) -> str:
    """The one named, else that of KAFKA_BOOTSTRAP_SERVERS, else that of the running instance (`run.json`)."""
    if chosen := named or os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return chosen
    run_file = Path(os.environ.get("ISTHMUS_HOME", ".isthmus")) / "run.json"
    try:
        return str(json.loads(run_file.read_text())["kafka"])
    except (OSError, ValueError, KeyError) as error:
        raise typer.BadParameter(
            f"no broker: give --bootstrap, set KAFKA_BOOTSTRAP_SERVERS, or start an instance ({run_file}: {error})"
        ) from error
