"""Rules that a user may change, read from the YAML files beside the code and checked at start."""

from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """Base of what a rules file declares: a misspelt name stops the service, instead of being ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


R = TypeVar("R", bound=Declared)


def read_rules(model: type[R], name: str) -> R:
    """The rules in the file `name` of this package; raises pydantic's ValidationError for what does not fit."""
    return model.model_validate(yaml.safe_load((files("sales") / name).read_text(encoding="utf-8")))
