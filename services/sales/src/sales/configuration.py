"""Options of a vehicle (选装) and what goes with what: pure rules over a variant's list of options."""

from collections.abc import Collection, Iterator, Sequence

from pydantic import ConfigDict, Field

from isthmus.contracts.sales_management import VehicleOption
from isthmus.http import MAX_INT64, FieldError
from isthmus.parties import Money


class Option(VehicleOption):
    """Something that can be ordered with a variant (选装件)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    price: Money = Field(description="Price (价格), in the currency of the variant.")


def wrong_options(options: Sequence[Option], list_price: Money) -> Iterator[FieldError]:
    """What is wrong with a variant's own list: a code twice, a wrong price or currency, a reference to nothing."""
    codes = [option.code for option in options]
    highest = list_price.amount_minor + sum(max(option.price.amount_minor, 0) for option in options)
    if list_price.amount_minor < 0 or highest > MAX_INT64:
        yield FieldError("/list_price", "wrong_amount", "This is less than nothing, or more than can be counted.")
    for number, option in enumerate(options):
        pointer = f"/options/{number}"
        if codes.index(option.code) != number:
            yield FieldError(f"{pointer}/code", "code_twice", "Another option has this code.")
        if option.price.currency != list_price.currency:
            yield FieldError(f"{pointer}/price", "wrong_amount", f"This must be in {list_price.currency}.")
        for name in ("requires", "excludes"):
            if not set(getattr(option, name)) <= set(codes) - {option.code}:
                yield FieldError(f"{pointer}/{name}", "unknown_option", "This names an option there is not.")


def clashes(options: Sequence[Option], chosen: Collection[str]) -> Iterator[FieldError]:
    """Why the chosen codes do not go together; nothing when they do. An exclusion holds both ways."""
    by_code = {option.code: option for option in options}
    for number, code in enumerate(chosen):
        pointer = f"/options/{number}"
        if code not in by_code:
            yield FieldError(pointer, "unknown_option", "The variant has no such option.")
            continue
        for needed in by_code[code].requires:
            if needed not in chosen:
                yield FieldError(pointer, "option_missing", f"This needs the option {needed}.")
        for other in chosen:
            if other in by_code[code].excludes:
                yield FieldError(pointer, "options_clash", f"This does not go with the option {other}.")


def configured_price(list_price: Money, options: Sequence[Option], chosen: Collection[str]) -> Money:
    """The list price with the chosen options, each counted once."""
    added = sum(option.price.amount_minor for option in options if option.code in chosen)
    return Money(amount_minor=list_price.amount_minor + added, currency=list_price.currency)
