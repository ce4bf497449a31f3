"""The match model in use: the file that ISTHMUS_MATCH_MODEL names (as `isthmus train` writes it), else the shipped one.

All processes of an instance must use the same one. After a change, the service decides everything anew by itself.
"""

import json
from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from entity_resolution.model import MatchModel


class MatchModelSettings(BaseSettings):
    """Which match model a process uses."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_", extra="ignore")

    match_model: Path | None = None
    """File of a trained model; the one shipped with the package when it is not set."""


@lru_cache(maxsize=1)
def match_model() -> MatchModel:
    """The model in use, read once a process; ValueError when the configured file holds none."""
    return load_model(MatchModelSettings().match_model)


def load_model(file: Path | None) -> MatchModel:
    """The model of a file, or the shipped one. Compiled models are kept by identity: load one once and pass it on.

    Raises:
        ValueError: the file cannot be read or holds no match model; the message names it.
    """
    try:
        return MatchModel.load(file)
    except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file} is no match model: {error!r}") from error
