"""The texts of a service's notifications: `texts.yaml` of its package, each template in Chinese and English.

test_drive_confirmed:
zh: {subject: 试驾确认, body: "{name}您好，您的试驾约在{time}。"}
en: {subject: Test drive confirmed, body: "Dear {name}, your test drive is at {time}."}
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

Language = Literal["zh", "en"]


class Words(BaseModel):
    """A template in one language, with `{placeholders}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str
    body: str

    def placeholders(self) -> frozenset[str]:
        """The values the words need; raises ValueError for a placeholder that is no plain name."""
        names = set()
        for _, name, spec, conversion in Formatter().parse(self.subject + self.body):
            if name is not None:
                if not name.isidentifier() or spec or conversion:
                    raise ValueError(f"{{{name}}} is no plain placeholder")
                names.add(name)
        return frozenset(names)

    def fill(self, values: Mapping[str, object]) -> "Words":
        """The words with the values in their places."""
        return Words(subject=self.subject.format_map(values), body=self.body.format_map(values))


Texts = Mapping[str, Mapping[Language, Words]]


@cache
def texts_of(package: str) -> Texts:
    """The texts of a service; raises ValueError when a language is missing or its placeholders differ."""
    document = (files(package) / "texts.yaml").read_text(encoding="utf-8")
    return check_texts(yaml.safe_load(document))


def check_texts(document: object) -> Texts:
    """The texts in a document; raises ValueError that names what is wrong."""
    texts: Texts = TypeAdapter(dict[str, dict[Language, Words]]).validate_python(document)
    for template, languages in texts.items():
        if languages.keys() != {"zh", "en"}:
            raise ValueError(f"{template} must have zh and en")
        if languages["zh"].placeholders() != languages["en"].placeholders():
            raise ValueError(f"{template} must have the same placeholders in zh and en")
    return texts
