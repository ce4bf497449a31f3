"""The rules of advice as `rules.yaml` declares them, checked at start, and what they want for given needs."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Literal

from pydantic import Field, field_validator, model_validator

from isthmus.contracts.sales_management import VariantSpecification
from sales.advice.fitting import Want
from sales.declared import Declared, read_rules

OWN_FACTS = frozenset(
    ("coming_here", "days_on_sale", "here", "in_all_dealers", "options_missing", "price", "promotions", "series")
)
"""What is known of a variant besides its attributes."""
FACTS = OWN_FACTS | VariantSpecification.model_fields.keys()
NEEDS = frozenset(("body_type", "budget", "drive", "energy", "options", "seats", "series", "transmission"))
Asked = int | frozenset[str]


class Words(Declared):
    """What is said in both languages; `{has}` and `{asked}` are filled in."""

    en: str
    zh: str

    @field_validator("en", "zh")
    @classmethod
    def _check_places(cls, words: str) -> str:
        if not {name for _, name, _, _ in Formatter().parse(words)} <= {None, "has", "asked"}:
            raise ValueError("words have no other places than {has} and {asked}")
        return words


class Check(Declared):
    """What is looked at, what it counts, and what is said of it."""

    fact: str
    points: int = Field(ge=0)
    must: bool = False
    fits: Words
    misses: Words | None = None
    """None where a miss is not worth a word."""

    @field_validator("fact")
    @classmethod
    def _check_fact(cls, fact: str) -> str:
        if fact not in FACTS:
            raise ValueError(f"there is no {fact} to look at")
        return fact


class Need(Check):
    """A check whose bound is what was asked for."""

    compare: Literal["at_least", "at_most", "one_of"]


class FixedCheck(Check):
    """A check whose bound is declared: exactly one of the three."""

    at_least: int | None = None
    at_most: int | None = None
    one_of: frozenset[str] | None = None

    @model_validator(mode="after")
    def _check_bound(self) -> "FixedCheck":
        if sum(bound is not None for bound in (self.at_least, self.at_most, self.one_of)) != 1:
            raise ValueError("a check has exactly one bound")
        return self


class Use(Declared):
    """What a vehicle is used for (用车场景), and what that wants."""

    name: Words
    wants: dict[str, FixedCheck]


class ServedWell(Declared):
    """When a place is said to serve well (服务口碑)."""

    days: int = Field(ge=1, le=3_650)
    least_responses: int = Field(ge=1)
    least_points: int = Field(ge=0, le=1_000)
    shown: int = Field(ge=1, le=50)


class AdviceRules(Declared):
    """All rules of advice."""

    highest: int = Field(ge=1)
    shown: int = Field(ge=1, le=100)
    unknown: Words
    served_well: ServedWell
    needs: dict[str, Need]
    always: dict[str, FixedCheck]
    uses: dict[str, Use]

    @model_validator(mode="after")
    def _check_names(self) -> "AdviceRules":
        if self.needs.keys() != NEEDS:
            raise ValueError(f"the needs are {', '.join(sorted(NEEDS))}")
        names = [*self.needs, *self.always, *(name for use in self.uses.values() for name in use.wants)]
        if len(names) != len(set(names)):
            raise ValueError("two checks have the same name")
        return self

    def check(self, name: str) -> Check:
        """The check of a name."""
        groups: list[Mapping[str, Check]] = [self.needs, self.always, *(use.wants for use in self.uses.values())]
        return next(checks[name] for checks in groups if name in checks)

    def wants(self, asked: Mapping[str, Asked], uses: frozenset[str]) -> list[Want]:
        """What is wanted of a variant, in the order of the file: of the needs only those that were asked for."""
        return [*self._needed(asked), *self._fixed(self.always), *self._used(uses)]

    def _needed(self, asked: Mapping[str, Asked]) -> Iterator[Want]:
        for name, need in self.needs.items():
            match asked.get(name), need.compare:
                case None, _:
                    continue
                case int(bound), "at_most":
                    yield Want(name, need.fact, need.points, need.must, at_most=bound)
                case int(bound), _:
                    yield Want(name, need.fact, need.points, need.must, at_least=bound)
                case frozenset() as words, _:
                    yield Want(name, need.fact, need.points, need.must, one_of=words)

    def _used(self, uses: frozenset[str]) -> Iterator[Want]:
        for name, use in self.uses.items():
            if name in uses:
                yield from self._fixed(use.wants)

    def _fixed(self, checks: Mapping[str, FixedCheck]) -> Iterator[Want]:
        for name, check in checks.items():
            yield Want(name, check.fact, check.points, check.must, check.at_least, check.at_most, check.one_of)


RULES = read_rules(AdviceRules, "advice/rules.yaml")
